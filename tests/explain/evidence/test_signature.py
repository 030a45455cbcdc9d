"""Messages are found by what stands around their facts, as torch writes it and as people type it."""

from typing import Any

import pytest

from convcli.explain.evidence.signature import told_by

SIGNATURES = ("Sizes {a} and {b} differ ({shape:shape})", "{name:word} has no size")


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ("sizes 3 and 4 differ ([2, 5])", {"a": 3, "b": 4, "shape": (2, 5)}),
        ("Sizes 3 and\n4 differ (torch.Size([2]))", {"a": 3, "b": 4, "shape": (2,)}),
        ("Sizes 3 and 4 dif\nfer ([2])", {"a": 3, "b": 4, "shape": (2,)}),
        ("`conv1.weight` has no size", {"name": "conv1.weight"}),
        ("Sizes 3 and 4 agree", None),
        ("", None),
    ],
)
def test_facts(message: str, facts: dict[str, Any] | None) -> None:
    found = told_by(SIGNATURES, message)
    assert (found[1] if found else None) == facts
