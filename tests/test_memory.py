"""What wouldn't fit is refused before it is allocated."""

import pytest

from convcli import memory
from convcli.picks import pick
from convcli.plan import make_plan
from convcli.refusals import Memory, TooMuchWork


def test_what_needs_more_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan("conv1d", {"out_channels": 64}, size=(10_000_000,))
    monkeypatch.setattr(memory, "available_memory", lambda: 2**40)
    memory.check_memory(plan)
    monkeypatch.setattr(memory, "available_memory", lambda: 2**30)
    with pytest.raises(Memory, match=r"1\.0 GiB are free"):
        memory.check_memory(plan)


def test_work_that_nobody_waits_for_is_refused_and_long_work_announced() -> None:
    plan = make_plan("conv1d", {"kernel_size": 1_000_000}, size=(3_000_000,))
    with pytest.raises(TooMuchWork, match=r"2\.0 trillion products; the limit is 200 billion"):
        memory.check_work(plan)
    long = make_plan("maxpool1d", {"kernel_size": 10_000, "stride": 1}, size=(1_000_000,))
    memory.check_work(long)
    assert "from 1 to 50 seconds" in memory.long_words(long)
    assert memory.long_words(make_plan("conv1d", {})) == ""
    large = make_plan("maxpool1d", {"kernel_size": 2_000_000_000}, size=(2_000_000_000,))
    assert memory.long_words(large) == "2 billion products, 7.5 GiB of memory: torch may take from 1 to 50 seconds"


def test_what_is_looked_into_counts() -> None:
    plan = make_plan("maxpool1d", {"kernel_size": 1000}, size=(100_000,))
    alone = memory.bytes_needed(plan)
    assert memory.bytes_needed(plan, pick(plan, at="0")) == alone + 1000 * memory.PER_TERM
    assert memory.bytes_needed(plan, pick(plan, coverage=True)) == alone + 200_000 * memory.PER_COUNT


@pytest.mark.parametrize(
    ("name", "size", "more", "mebibytes"),
    [
        ("conv1d", (30_000_000,), {}, 2064),
        ("conv1d", (10_000_000,), {"padding": 1, "padding_mode": "reflect"}, 730),
        ("conv1d", (64, 400_000), {"out_channels": 64, "groups": 64}, 325),
        ("conv2d", (5000, 5000), {}, 1881),
        ("conv1d", (30_000_000,), {"kernel_size": 1, "stride": 1000}, 1957),
        ("conv2d", (7000, 7000), {"kernel_size": 1}, 6175),
        ("conv2d", (3, 4000, 4000), {"groups": 3, "out_channels": 3}, 2140),
        ("adaptivemaxpool1d", (90,), {"output_size": 9_000_000}, 113),
        ("conv3d", (250, 250, 250), {}, 1054),
        ("convtranspose1d", (10_000_000,), {}, 1875),
        ("convtranspose1d", (10_000_000,), {"stride": 2}, 2428),  # in one thread; in two 728
        ("convtranspose1d", (4, 3_000_000), {"out_channels": 4}, 613),
        ("convtranspose2d", (3000, 3000), {}, 1690),
        ("convtranspose2d", (2000, 2000), {"stride": 2, "kernel_size": 4}, 207),
        ("convtranspose2d", (32, 300, 300), {"out_channels": 32, "stride": 2}, 152),
        ("convtranspose3d", (150, 150, 150), {}, 654),
        ("maxpool1d", (60_000_000,), {}, 484),
        ("maxpool1d", (30_000_000,), {"return_indices": True}, 413),
        ("avgpool2d", (6000, 6000), {"stride": 1}, 445),
        ("adaptiveavgpool1d", (30_000_000,), {"output_size": 10_000_000}, 198),
        ("adaptivemaxpool1d", (30_000_000,), {"output_size": 10_000_000, "return_indices": True}, 313),
        ("unfold", (1500, 1500), {"kernel_size": 3}, 249),
        ("lppool1d", (30_000_000,), {}, 342),
        ("lppool2d", (5000, 5000), {"stride": 1}, 380),
    ],
)
def test_what_is_announced_is_what_was_measured(
    name: str, size: tuple[int, ...], more: dict[str, object], mebibytes: int
) -> None:
    """Peaks as tests/benchmarks/memory.py measured them, of torch 2.13 on Linux, x86-64."""
    announced = memory.bytes_needed(make_plan(name, more, size=size)) / 2**20
    assert 1 / 1.5 <= mebibytes / announced <= 1.5


def test_there_is_some_memory() -> None:
    assert memory.available_memory() > 2**24
