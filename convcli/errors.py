"""The exceptions a user may meet, all under one root.

ConvcliError           the request can't be met; exit 2
├── Refusal            a rule of convolution forbids it; the words stand in diagnosis.py
└── Failure            it was right, but could not be carried out; exit 1
"""

from typing import Any

__all__ = ["ConvcliError", "Failure", "Refusal"]


class ConvcliError(Exception):
    """What was asked and why it can't be (``why``), and what to type instead (``fix``)."""

    exit_code = 2

    def __init__(self, why: str, fix: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


class Failure(ConvcliError):
    """A right request that could not be carried out."""

    exit_code = 1


class Refusal(ConvcliError):
    """A rule broken: its kind and the numbers, without words.

    Layers raise it; :func:`convcli.diagnosis.words` says it to a person.
    """

    def __init__(self, kind: str, **facts: Any) -> None:
        super().__init__(f"{kind}: {facts}")
        self.kind = kind
        self.facts = facts
