"""What wouldn't fit is refused before it is allocated."""

import pytest

from convcli import memory
from convcli.plan import make_plan
from convcli.refusals import Memory


def test_what_needs_more_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan("conv1d", {"out_channels": 64}, size=(10_000_000,))
    monkeypatch.setattr(memory, "available_memory", lambda: 2**40)
    memory.check_memory(plan)
    monkeypatch.setattr(memory, "available_memory", lambda: 2**30)
    with pytest.raises(Memory, match=r"1\.0 GiB are free"):
        memory.check_memory(plan)


def test_there_is_some_memory() -> None:
    assert memory.available_memory() > 2**24
