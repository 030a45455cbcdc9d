"""What the user's file says of both sides of a load_state_dict: where the weights come from, how the model is made."""

import ast
import re
from collections.abc import Sequence
from itertools import product

from convcli.explain.evidence.lines import NAME
from convcli.explain.evidence.names import handed_over, last_name
from convcli.explain.rule import Fix, Rule

FAMILY = "state_dict"

KEPT = r"[\"'](\w*(?:param|arg|conf|cfg)\w*)[\"']:"
SETTINGS = (".yaml", ".yml", ".json", ".toml", ".cfg", ".py")
# Words in the names of files that tell what is in them: a data set, a network's depth or size.
TELLING = (
    r"coco|(?:pascal)?voc\d*|cityscapes?|gtav?5?|synthia|ade\w*|imagenet\w*|cifar\d*|\w?mnist|kitti|nuscenes|waymo|camvid"
    r"|lvis|celeba\w*|ffhq|lsun|librispeech|ljspeech|vctk|squad|o(?:bjects)?365|dota|market1501|msmt17|scannet|s3dis",
    r"r(?:es\w*net)?\d{2,3}",
    r"nano|tiny|small|medium|base|large|huge",
)
COPIED = re.compile(r"([\w.]{1,200})\.state_dict\(\)$")


def at_odds(files: Sequence[str], trains: bool = False) -> tuple[str, str, str, str] | None:
    """A file of settings and one of weights whose names tell of other data or networks: both, each with its word.

    One that trains may start from the weights of other data.

    >>> at_odds(["configs/voc/unet_r50.yaml", "runs/resnet50_ade20k/last.pth"])
    ('configs/voc/unet_r50.yaml', 'voc', 'runs/resnet50_ade20k/last.pth', 'ade20k')
    """
    settings = [each for each in files if each.endswith(SETTINGS)]
    weights = [each for each in files if not each.endswith(SETTINGS)]
    for wanted, saved in product(settings, weights):
        for words in TELLING[trains:]:
            one, other = (_words(words, path) for path in (wanted, saved))
            if one and other and not set(one) & set(other):
                return wanted, list(one.values())[-1], saved, list(other.values())[-1]
    return None


def _words(pattern: str, path: str) -> dict[str, str]:
    """The words in a file's name that a pattern fits, by how they begin: gtav and gta5 are one."""
    words = re.split(r"[\W_]+", path.replace("_base_", "").lower())
    return {re.sub(r"^r\D*(?=\d)", "", word)[:3]: word for word in words if re.fullmatch(pattern, word)}


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
    made = made_by(rule, owner(rule))
    if made is None:
        return ""
    other = made_by(rule, source) if source else None
    names = rule.case.source.names
    alike = [other] if other else [] if source else names.called.get(last_name(made.func), [])
    others = [each for each in alike if ast.unparse(each) != ast.unparse(made)]
    if not others:
        return ""
    return f"; line {made.lineno} makes {ast.unparse(made)}, and line {others[0].lineno} {ast.unparse(others[0])}"


def kept_arguments(rule: Rule) -> Fix | None:
    """The model, made with the arguments that the file's own torch.save keeps beside the weights."""
    frame, made = rule.case.frame, made_by(rule, owner(rule))
    state = re.fullmatch(r"(\w+)\[['\"]\w+['\"]\]", rule.handed(0, ""))
    if frame is None or made is None or not state or any(each.arg is None for each in made.keywords):
        return None
    lines, callee = rule.case.source.texts[frame.file], ast.unparse(made.func)
    keys = kept_keys(lines)
    loaded = [number for number, line in rule.case.behind(state[1]).items() if line.startswith(f"{state[1]} = ")]
    line = lines[made.lineno - 1].strip()
    as_saved = any(f"{callee}(**" in line for line in lines)
    if len(keys) != 1 or not loaded or loaded[0] > made.lineno or ast.unparse(made) not in line or not as_saved:
        return None
    code = line.replace(ast.unparse(made), f'{callee}(**{state[1]}["{keys.pop()}"])')
    return Fix(code, "definition", frame.file, made.lineno, made.lineno)


def kept_keys(lines: list[str]) -> set[str]:
    """Under which names a file's own torch.save keeps what a model was built with."""
    return {key for line in lines if "torch.save(" in line for key in re.findall(KEPT, line)}


def owner(rule: Rule) -> str:
    """The model that is loaded, as the user's line has it."""
    call = rule.line.call(r"load_state_dict$")
    return ast.unparse(call.func.value) if call and isinstance(call.func, ast.Attribute) else ""


def made_by(rule: Rule, name: str) -> ast.Call | None:
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
