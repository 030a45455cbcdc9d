"""Which rule an error belongs to: the families' rules in the order in which they are tried."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from textwrap import dedent
from types import ModuleType

from convcli.explain.case import Case
from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.imported import as_imported
from convcli.explain.evidence.message import Raised
from convcli.explain.evidence.pasted import FILE
from convcli.explain.evidence.source import Source
from convcli.explain.families import (
    activations,
    addition,
    alone,
    attended,
    attention,
    attributes,
    autograd,
    axes,
    backends,
    batches,
    call_arguments,
    calls,
    cat,
    cat_lists,
    channels,
    checkpoints,
    class_axes,
    collated,
    device,
    distributions,
    dtype,
    empty,
    gradients,
    indices,
    kernel,
    labels,
    least,
    leaves,
    linear,
    loaders,
    lookups,
    loss_settings,
    losses,
    matmul,
    modules,
    moving,
    norm,
    number_arguments,
    pairs,
    patterns,
    pictures,
    processes,
    rank,
    recomputed,
    resize,
    selected,
    sequences,
    settings,
    spectra,
    spreading,
    state_dict,
    state_kinds,
    targets,
    view,
    written,
)
from convcli.explain.families.unkept import unkept
from convcli.explain.rule import Fix, Hypothesis, Rule

# Tried in this order: rules that look at the user's line before those that take any line.
FAMILIES: tuple[ModuleType, ...] = (
    labels,
    targets,
    losses,
    class_axes,
    loss_settings,
    batches,
    collated,
    pictures,
    state_dict,
    state_kinds,
    sequences,
    lookups,
    distributions,
    attention,
    channels,
    rank,
    axes,
    patterns,
    kernel,
    settings,
    linear,
    matmul,
    spreading,
    view,
    cat,
    cat_lists,
    addition,
    norm,
    activations,
    alone,
    gradients,
    indices,
    attended,
    dtype,
    device,
    moving,
    resize,
    modules,
    calls,
    attributes,
    call_arguments,
    autograd,
    leaves,
    written,
    recomputed,
    checkpoints,
    loaders,
    empty,
    selected,
    least,
    pairs,
    number_arguments,
    spectra,
    backends,
    processes,
)
RULES: dict[str, type[Rule]] = {
    rule.code: rule
    for family in FAMILIES
    for rule in vars(family).values()
    if isinstance(rule, type) and issubclass(rule, Rule) and rule.code
}


NEAR = 0.7  # of a signature's words that have to be in a message for it to be near


@dataclass(frozen=True)
class Diagnosis:
    """The rule that an error belongs to, with its facts, what can be behind it, and how fixes fared that were tried."""

    rule: Rule
    hypotheses: tuple[Hypothesis, ...]
    tried: dict[Fix, bool] = field(default_factory=dict)


def diagnose(errors: Iterable[Raised], read_source: bool = True) -> Diagnosis | None:
    """Explain the first of these errors that is known; none of them where nothing fits.

    >>> found = diagnose([Raised("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)")])
    >>> found.rule.code, found.hypotheses[0].fixes[0].code
    ('linear-size', 'layer = nn.Linear(800, 10)')
    """
    for error in errors:
        case = _case(error, read_source)
        for rule in RULES.values():
            if found := _read(rule, case):
                return found
    return None


def _case(error: Raised, read_source: bool) -> Case:
    """An error with the files that its frames name, or else with the code that stands beside it."""
    source = Source(error.frames if read_source else ())
    if source.texts or not error.code:
        return Case(error, source)
    error = error.placed()
    return Case(error, Source.of_text(error.code, FILE, error.frames))


def _read(rule: type[Rule], case: Case) -> Diagnosis | None:
    try:
        read = rule.read(case)
        if read and (placed := read.placed()):
            return _read(rule, placed)
        hypotheses = tuple(read.hypotheses()) if read else ()
        if read and hypotheses:
            hypotheses = tuple(_as_imported(each, case.source) for each in tuple(unkept(read)) or hypotheses)
            read.told(read.says), read.why(), read.deciding(), read.warning(), list(read.operands())
            return Diagnosis(read, hypotheses)
    except (ValueError, LookupError, ArithmeticError):
        pass  # numbers that torch can't have written
    except RecursionError:  # a file whose calls or sums are too deep to be looked into
        return _read(rule, Case(case.raised)) if case.source.texts else None
    return None


def _as_imported(behind: Hypothesis, source: Source) -> Hypothesis:
    """A hypothesis whose fixes name torch's modules as the files do that they are for."""
    fixes = (replace(fix, code=as_imported(fix.code, source.texts.get(fix.file, ()))) for fix in behind.fixes)
    return replace(behind, fixes=tuple(fixes))


@dataclass(frozen=True)
class Example:
    """A rule's example: its code, the message it raises, and what is said of that."""

    code: str
    message: str
    diagnosis: Diagnosis


def worked(rule: type[Rule]) -> Example:
    """A rule's example, explained as if it had been run.

    >>> worked(RULES["view-unknown"]).message
    'RuntimeError: only one dimension can be inferred'
    """
    before, commented, after = re.split(r"((?:^\s*# .*\n)+)", dedent(rule.example).strip(), maxsplit=1, flags=re.M)
    message = " ".join(line.strip("# ") for line in commented.splitlines())
    kind, _, text = message.partition(": ")
    place = Frame("example.py", before.count("\n") + 1, code=after.split("\n")[0].strip())
    case = Case(Raised(kind, text, (place,)), Source.of_text(before + after, place.file))
    diagnosis = _read(rule, case)
    assert diagnosis is not None, f"{rule.code} doesn't explain its own example"
    return Example(before + after, message, diagnosis)


def nearest(errors: Iterable[Raised]) -> str:
    """The code of the rule whose message is nearly what was raised; empty where none is near.

    >>> nearest([Raised("RuntimeError", "mat1 and mat2 shapes can't be multiplied: 4x8, 5x1")])
    'linear-size'
    """
    words = {word for error in errors for word in _words(error.text[:500])}
    nearness = [(len(wanted & words) / len(wanted), code) for wanted, code in _vocabulary() if len(wanted) >= 4]
    likeness, code = max(nearness, key=lambda each: each[0])
    return code if likeness >= NEAR else ""


def _vocabulary() -> Iterator[tuple[set[str], str]]:
    for code, rule in RULES.items():
        for signature in rule.signatures:
            yield set(_words(re.sub(r"\{.*?\}", " ", signature))), code


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]{2,}\d?", text.lower())
