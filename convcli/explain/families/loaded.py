"""What the user's file says of both sides of a load_state_dict: where the weights come from, how the model is made."""

import ast
import re

from convcli.explain.evidence.lines import NAME
from convcli.explain.evidence.names import handed_over, last_name
from convcli.explain.rule import Fix, Rule

FAMILY = "state_dict"

KEPT = r"[\"'](\w*(?:param|arg|conf|cfg)\w*)[\"']:"
COPIED = re.compile(r"([\w.]{1,200})\.state_dict\(\)$")


def copied_from(rule: Rule) -> str:
    """The model whose weights are loaded, where they are another model's and no file's."""
    state = rule.handed(0, "")
    if found := COPIED.match(state):
        return found[1]
    made = next(iter(rule.case.behind(state).values()), "") if NAME.fullmatch(state) else ""
    found = COPIED.search(made) if made.startswith(f"{state} = ") else None
    return found[1] if found else ""


def building(rule: Rule, source: str = "") -> str:
    """How the file makes the model that is loaded, and how otherwise: the other model, or others of its class."""
    made = _made(rule, _owner(rule))
    if made is None:
        return ""
    other = _made(rule, source) if source else None
    names = rule.case.source.names
    alike = [other] if other else [] if source else names.called.get(last_name(made.func), [])
    others = [each for each in alike if ast.unparse(each) != ast.unparse(made)]
    if not others:
        return ""
    return f"; line {made.lineno} makes {ast.unparse(made)}, and line {others[0].lineno} {ast.unparse(others[0])}"


def kept_arguments(rule: Rule) -> Fix | None:
    """The model, made with the arguments that the file's own torch.save keeps beside the weights."""
    frame, made = rule.case.frame, _made(rule, _owner(rule))
    state = re.fullmatch(r"(\w+)\[['\"]\w+['\"]\]", rule.handed(0, ""))
    if frame is None or made is None or not state or any(each.arg is None for each in made.keywords):
        return None
    lines, owner = rule.case.source.texts[frame.file], ast.unparse(made.func)
    keys = {key for line in lines if "torch.save(" in line for key in re.findall(KEPT, line)}
    loaded = [number for number, line in rule.case.behind(state[1]).items() if line.startswith(f"{state[1]} = ")]
    line = lines[made.lineno - 1].strip()
    as_saved = any(f"{owner}(**" in line for line in lines)
    if len(keys) != 1 or not loaded or loaded[0] > made.lineno or ast.unparse(made) not in line or not as_saved:
        return None
    code = line.replace(ast.unparse(made), f'{owner}(**{state[1]}["{keys.pop()}"])')
    return Fix(code, "definition", frame.file, made.lineno, made.lineno)


def _owner(rule: Rule) -> str:
    call = rule.line.call(r"load_state_dict$")
    return ast.unparse(call.func.value) if call and isinstance(call.func, ast.Attribute) else ""


def _made(rule: Rule, name: str) -> ast.Call | None:
    """The one call that makes the model of a name, of the user's file or of who hands it over."""
    frame, names = rule.case.frame, rule.case.source.names
    if rule.generic or frame is None or not NAME.fullmatch(name):
        return None
    name = name.removesuffix(".module")
    values = [value for _, value in names.assigned(name, frame.file, frame.number)]
    if found := names.parameter(name, frame.file, frame.number):
        handed = [handed_over(call, name, found[1]) for call in names.callers(found[0], frame.file)]
        values = [each for each in handed if each]
    calls = [each for each in values if isinstance(each, ast.Call) and re.match("[A-Z]", last_name(each.func))]
    return calls[0] if len(calls) == len(values) == 1 else None
