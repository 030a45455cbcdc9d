"""Steps that pad_packed_sequence pads to the longest of the batch alone, beside what is as long as all data are."""

import ast
from collections.abc import Iterator, Sequence

from convcli.explain.evidence.source import Made
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, redefined

FAMILY = "addition"


def unpacked(rule: Rule, names: Sequence[str], sizes: Sequence[int], axes: set[int]) -> Iterator[Hypothesis]:
    """Two tensors, named, with their sizes on one of these axes; the shorter one was padded for its batch."""
    short, long = (names[sizes.index(size)] for size in (min(sizes), max(sizes)))
    padded = [each for each in rule.calls_behind(short) if each.callee == "pad_packed_sequence"]
    made = padded[0] if padded else None
    if not made or made.written("total_length") or int(bool(made.is_set("batch_first"))) not in axes:
        return
    if any(each.callee == made.callee for each in rule.calls_behind(long)):
        return
    says = f"pad_packed_sequence ({made.place}) pads to the longest of the batch, {min(sizes)} steps, and {long} has "
    says += f"{max(sizes)}, as all data are padded before they are packed"
    advice = f"total_length={max(sizes)} there, as a size of what is packed; or make the other for what came back"
    yield likely(says, "call", advice, lengthened(rule, made))


def lengthened(rule: Rule, made: Made) -> Fix | None:
    """The line that unpacks, for as many steps as went in, where these have a name yet."""
    names, source = rule.case.source.names, rule.case.source
    function = names.around(made.file, made.number, ast.FunctionDef)
    packs = [each for each in source.fitting("pack_padded_sequence") if function and each.call in ast.walk(function)]
    node = packs[0].call.args[0] if len(packs) == 1 and packs[0].call.args else None
    while isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    if not isinstance(node, ast.Name):
        return None
    again = [each.lineno for each, _ in names.assigned(node.id, made.file, made.number)]
    if any(packs[0].number <= line < made.number for line in again):
        return None
    return redefined(made, total_length=f"{node.id}.size({int(bool(made.is_set('batch_first')))})")
