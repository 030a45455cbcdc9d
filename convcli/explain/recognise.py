"""Which rule an error belongs to: the families' rules in the order in which they are tried."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module

from convcli.explain.message import Raised
from convcli.explain.rule import Case, Hypothesis, Rule
from convcli.explain.source import Source

FAMILIES = (
    "targets", "batches", "state_dict", "sequences", "channels", "rank", "kernel", "linear", "view", "cat", "addition", "norm", "dtype", "device", "resize", "arguments", "autograd")
RULES: dict[str, type[Rule]] = {
    rule.code: rule
    for family in FAMILIES
    for rule in vars(import_module(f"convcli.explain.{family}")).values()
    if isinstance(rule, type) and issubclass(rule, Rule) and rule.code
}


@dataclass(frozen=True)
class Diagnosis:
    """The rule that an error belongs to, with its facts, and what can be behind it."""

    rule: Rule
    hypotheses: tuple[Hypothesis, ...]


def diagnose(errors: Iterable[Raised], read_source: bool = True) -> Diagnosis | None:
    """Explain the first of these errors that is known; none of them where nothing fits.

    >>> found = diagnose([Raised("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)")])
    >>> found.rule.code, found.hypotheses[0].fixes[0].code
    ('linear-size', 'layer = nn.Linear(800, 10)')
    """
    for error in errors:
        case = Case(error, Source(error.frames if read_source else ()))
        for rule in RULES.values():
            try:
                if (read := rule.read(case)) and (hypotheses := tuple(read.hypotheses())):
                    return Diagnosis(read, hypotheses)
            except (ValueError, LookupError, ZeroDivisionError):
                continue  # numbers that torch can't have written
    return None
