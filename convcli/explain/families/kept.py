"""Masks of whole numbers: whether their 1 marks what is kept, or what is left out as by True in torch's layers."""

import ast
import re
from collections.abc import Callable, Iterator

from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible

NAMELESS = "the mask"
# Statements that put 1 where there is something, and those that put it where there is nothing.
KEEPS = r"arange\(.* <=? |>=? .*arange\(| != | > 0\b|\.ne\(|\[1\] \* .*\[0\] \* |:\w+\] = 1$|\w:\] = 0$"
LEAVES_OUT = r"arange\(.* >=? |<=? .*arange\(| == |\.eq\(|\[0\] \* .*\[1\] \* |\w:\] = 1$|:\w+\] = 0$"
SEEN, UNSEEN = r"tril\(", r"triu\("  # of a mask [queries, keys]
TURNED = r"~|1 - |logical_not| \^ "


def of_whole_numbers(rule: Rule, argument: str, outer: Callable[[str], str]) -> Iterator[Hypothesis]:
    """A mask that is to be bool, told by the lines that make it; or else both readings."""
    padding = "padding" in argument
    mask, code = handed(rule, argument)
    names = {mask, outer(mask)} | set(re.findall(r"\w+", mask)[-1:])
    kept, where = marked(rule, names, padding) if mask != NAMELESS else (None, 0)
    says = f"{mask} holds whole numbers; of a bool mask True is left out"
    name = mask if mask != NAMELESS else "mask"
    keeps = f"{name} == 0 for one whose 1 is kept, as tokenizers give it"
    hides = f"{name}.bool() is for one whose 1 marks what is left out"
    if kept is not None:
        new = f"{mask} == 0" if kept else f"{mask}.bool()"
        does = "is kept" if kept else "is left out"
        fix = rule.replaced(code, f"{code.removesuffix(mask)}{new}", 1) if code else None
        turned = "; .bool() would leave out what is to be kept" if kept else ""
        yield certain(f"{says}, and its 1 marks what {does} (line {where})", "call", f"{argument}={new}{turned}", fix)
    elif padding:
        yield likely(f"{says}, and 1 marks what is kept where a tokenizer or lengths make it", "call", keeps)
        yield possible("its 1 marks the padding", "call", hides)
    else:
        yield likely(says, "call", f"{keeps} or torch.tril does; {hides}, as torch.triu(…, 1) does")


def handed(rule: Rule, argument: str) -> tuple[str, str]:
    """What the user's line hands over as that mask, and the argument as it is written, if it is the only such one."""
    given = [each for call in rule.line.calls for each in call.keywords if re.search("mask", each.arg or "")]
    fits = list({ast.unparse(each): each for each in given if (each.arg or "").endswith(argument)}.values())
    if len(fits) != 1 or not isinstance(fits[0].value, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return NAMELESS, ""
    alike = [each for each in given if ("padding" in (each.arg or "")) == ("padding" in argument)]
    return rule.line.text(fits[0].value), rule.line.text(fits[0]) if len(alike) == 1 else ""


def marked(rule: Rule, names: set[str], padding: bool) -> tuple[bool | None, int]:
    """Whether the statements that make masks of these names mark what is kept, if they agree; and the first's line."""
    keeps, leaves_out = (KEEPS, LEAVES_OUT) if padding else (SEEN, UNSEEN)
    known = rule.case.source.names
    keyed = [value for name in names for _, value in known.options.get(name, ())]
    wanted = names | set(map(ast.unparse, keyed))
    made = {value.lineno: ast.unparse(value) for value in keyed}
    for (_, name), assigned in known.assignments.items():
        if name.partition("[")[0] in wanted:
            made |= {each.lineno: ast.unparse(each) for each, _ in assigned}
    told = {}
    for number, code in made.items():
        found = bool(re.search(keeps, code)), bool(re.search(leaves_out, code))
        if any(found):
            told[number] = found if not re.search(TURNED, code) else (True, True)
    readings = set(told.values())
    clear = len(readings) == 1 and readings <= {(True, False), (False, True)}
    return (readings.pop()[0] if clear else None), min(told, default=0)
