"""What people build comes first, and what leaves input unread last."""

import pytest

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.inverse import solve
from convcli.arithmetic.ranking import lost_share, uncommonness

CONV = ("kernel", "stride", "padding", "dilation")


@pytest.mark.parametrize(
    ("size", "output", "kind", "first"),
    [
        (224, 112, "conv", [(3, 2, 1, 1), (5, 2, 2, 1), (7, 2, 3, 1), (2, 2, 0, 1), (4, 2, 1, 1)]),
        (28, 28, "conv", [(3, 1, 1, 1), (5, 1, 2, 1), (7, 1, 3, 1), (1, 1, 0, 1), (3, 1, 2, 2)]),
        (227, 55, "conv", [(11, 4, 0, 1)]),  # AlexNet
        (224, 14, "conv", [(16, 16, 0, 1)]),  # ViT's patches
        (224, 7, "conv", [(32, 32, 0, 1)]),
        (224, 56, "conv", [(4, 4, 0, 1), (7, 4, 3, 1)]),  # Swin's patches, and SegFormer's
        (112, 56, "pool", [(2, 2, 0, 1), (3, 2, 1, 1)]),
        (7, 1, "conv", [(7, 1, 0, 1)]),
        (14, 28, "transposed", [(4, 2, 1, 1), (2, 2, 0, 1), (3, 2, 1, 1)]),
        (1, 4, "transposed", [(4, 1, 0, 1)]),  # DCGAN's first
    ],
)
def test_what_is_built_comes_first(size: int, output: int, kind: str, first: list[tuple[int, ...]]) -> None:
    listed = solve(size, output, kind).listed[: len(first)]
    assert [tuple(getattr(setting, name) for name in CONV) for setting in listed] == first


@pytest.mark.parametrize(("size", "output"), [(224, 7), (224, 112), (100, 12), (64, 8)])
def test_what_reads_everything_comes_before_what_does_not(size: int, output: int) -> None:
    usual = [setting.axis() for setting in solve(size, output).listed if setting.padding < setting.kernel]
    lost = [bool(axis.unread()) for axis in usual if axis.dilation == 1]
    assert lost[0] is False
    assert lost[:3] == sorted(lost[:3])


def test_windows_of_padding_alone_come_last() -> None:
    assert uncommonness(Axis(10, 3, 1, 3, 3)) > 30 > uncommonness(Axis(10, 3, 1, 2, 2))


def test_nothing_is_lost_where_everything_is_read() -> None:
    for axis in (Axis(12, 3, 2, 1, 1), Axis(10, 3, 2), Axis(30, 2, 3, dilation=2), Axis(40, 3, 9), Axis(9, 9)):
        assert (lost_share(axis) > 0) == bool(axis.unread())
    assert lost_share(Axis(5, 2, 3, transposed=True)) == pytest.approx(1 / 3)
    assert not lost_share(Axis(5, 3, 3, transposed=True))
