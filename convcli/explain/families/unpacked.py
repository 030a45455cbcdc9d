"""Steps that pad_packed_sequence pads to the longest of the batch alone, beside what is as long as all data are."""

import ast
from collections.abc import Iterator, Sequence
from math import gcd

from convcli.explain.evidence.source import Made, Source
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
    yield likely(says, "call", advice, lengthened(rule.case.source, made))


def of_its_batch(rule: Rule, predicted: Sequence[int], targets: Sequence[int]) -> Iterator[Hypothesis]:
    """Predictions of the one network whose steps are padded for their batch, and fewer than the targets on one axis."""
    differ = [axis for axis, pair in enumerate(zip(predicted, targets, strict=False)) if len(set(pair)) > 1]
    source = rule.case.source.with_imported
    made, packs = (source.fitting(name) for name in ("pad_packed_sequence", "pack_padded_sequence"))
    if rule.generic or len(predicted) != len(targets) or [len(each) for each in (differ, made, packs)] != [1, 1, 1]:
        return
    short, long, flat = predicted[differ[0]], targets[differ[0]], len(targets) == 1
    if made[0].written("total_length") or short >= long:
        return
    if flat and (gcd(short, long) == 1 or long % short == 0):
        return  # of no batch, or several targets for each
    if not flat and differ[0] != bool(made[0].is_set("batch_first")):
        return  # of other samples
    if any(each.value("out_features") == short for each in source.fitting("Linear")):
        return  # as many classes, say
    says = f"pad_packed_sequence ({made[0].place}) pads to the longest of the batch, and the targets are padded as "
    says += f"all data are: {short} {'predictions' if flat else 'steps'} for {long}"
    advice = f"total_length={'…' if flat else long} there, as a size of what is packed; or targets as long as the batch"
    yield likely(says, "call", advice, lengthened(source, made[0]))


def lengthened(source: Source, made: Made) -> Fix | None:
    """The line that unpacks, for as many steps as went in, where these have a name yet."""
    names = source.names
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
