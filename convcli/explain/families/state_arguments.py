"""The argument in the user's file that makes the weights of a checkpoint and of a model differ in their sizes."""

import ast
import re
from dataclasses import replace

from convcli.explain.evidence.names import default, handed_over, last_name, whole
from convcli.explain.evidence.source import Made
from convcli.explain.families.loaded import made_by, owner
from convcli.explain.rule import Rule

FAMILY = "state_dict"

DEEPEST = 6  # functions that hand an argument on
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
# What the axes of a layer's weight are called; of a bias or a norm the first alone.
AXES: dict[str, tuple[str, ...]] = {
    "Linear": ("out_features", "in_features"),
    "Embedding": ("num_embeddings", "embedding_dim"),
}
AXES |= {f"Conv{n}d": ("out_channels", "in_channels", *("kernel_size",) * n) for n in (1, 2, 3)}
AXES |= {f"ConvTranspose{n}d": ("in_channels", "out_channels", *("kernel_size",) * n) for n in (1, 2, 3)}
AXES |= {f"BatchNorm{n}d": ("num_features",) for n in (1, 2, 3)}

Argument = tuple[Made, str, int, int]  # of a call: its name, and its value for the file's weights and for the model's


def differing(rule: Rule) -> Argument | None:
    """The one argument that all sizes follow from which differ, if the user's file shows it."""
    found: set[Argument | None] = set()
    for name, saved, built in rule.sizes:
        if len(saved) != len(built):
            return None
        differ = [i for i, (old, new) in enumerate(zip(saved, built, strict=True)) if old != new]
        found |= {_argument(rule, name, axis, saved, built) for axis in differ}
    return found.pop() if len(found) == 1 else None


def _argument(rule: Rule, name: str, axis: int, saved: tuple[int, ...], built: tuple[int, ...]) -> Argument | None:
    layer, _, kind = name.rpartition(".")
    made = _layer(rule, layer)
    if made is None:
        return None
    old, new = saved[axis], built[axis]
    if (gates := GATES.get(made.callee, 0)) and (of_rnn := re.fullmatch(r"(weight|bias)_([ih])h_l(\d+)", kind)):
        if axis == 0:
            return _traced(rule, made, "hidden_size", old // gates, new // gates)
        stacked = of_rnn[2] == "h" or of_rnn[3] != "0"
        return _traced(rule, made, "hidden_size" if stacked else "input_size", old, new)
    names: tuple[str, ...] = AXES.get(made.callee, ())
    if kind == "bias" and made.callee.startswith("ConvTranspose"):
        names = names[1:]
    return _traced(rule, made, names[axis], old, new) if axis < len(names) else None


def _layer(rule: Rule, name: str) -> Made | None:
    """The one call in the user's files that makes the layer of a name, in an nn.Sequential or not."""
    found = re.search(r"(?:^|\.)([a-zA-Z_]\w*|)((?:\.?\d+)*)$", name)
    attribute, places = found.groups() if found else (name, "")
    own = f"self.{attribute}"
    made = [each.call for each in rule.case.source.made if each.name == own]
    call = (made[0] if len(made) == 1 else None) if attribute else made_by(rule, owner(rule))
    for place in re.findall(r"\d+", places):
        parts = call.args if call and last_name(call.func) == "Sequential" else []
        part = parts[int(place)] if int(place) < len(parts) else None
        call = part if isinstance(part, ast.Call) else None
    return rule.case.origin.by_call.get(call) if call else None


def _traced(rule: Rule, made: Made, argument: str, old: int, new: int, depth: int = 0) -> Argument | None:
    """Where a number comes from that is handed over for an argument, as it is or multiplied."""
    node = made.node(argument)
    if isinstance(node, ast.Constant):
        return (made, argument, old, new) if node.value == new else None
    leaves = [each for each in ast.walk(node) if isinstance(each, ast.Name)] if node else []
    if node is None or len({leaf.id for leaf in leaves}) != 1 or depth > DEEPEST:
        return None
    name, times = leaves[0].id, whole(node, lambda _: 1) or 1
    before, number = old // times, new // times

    def comes_to(part: int, total: int) -> bool:
        return whole(node, lambda _: part) == total

    found = rule.case.source.names.parameter(name, made.file, leaves[0].lineno)
    maker = _maker(rule, found[0], made.file) if found else None
    if maker is None or found is None or not (comes_to(before, old) and comes_to(number, new)):
        return None
    maker = replace(maker, places={each: place for place, each in enumerate(found[1])})
    given = handed_over(maker.call, name, found[1]) or default(found[0], name)
    if isinstance(given, ast.Constant):
        return (maker, name, before, number) if given.value == number else None
    return _traced(rule, maker, name, before, number, depth + 1) or (maker, name, before, number)


def _maker(rule: Rule, function: ast.AST, file: str) -> Made | None:
    """The one call of a function, or of the class that it makes: that of the model which is loaded, if it is that."""
    names, loaded = rule.case.source.names, made_by(rule, owner(rule))
    made = names.around(file, getattr(function, "lineno", 0), ast.ClassDef)
    is_loaded = loaded and isinstance(made, ast.ClassDef) and made.name == last_name(loaded.func)
    calls = [loaded] if is_loaded else names.callers(function, file)
    return rule.case.origin.by_call.get(calls[0]) if len(calls) == 1 and calls[0] else None
