"""What gives an output, and what a reader may want instead."""

from typing import Any

import pytest

from convcli.sizing import backwards
from convcli.views.backwards import SHOWN, answered, percent
from tests.views.shown import shown


def screen(asked: dict[str, Any], family: str = "conv", ceil_mode: bool = False) -> str:
    sizes = {name: value if isinstance(value, tuple) else (value,) for name, value in asked.items()}
    return shown(answered(backwards(family, sizes, ceil_mode, keep="output" not in sizes)))


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip() and line.split()[0].isdigit()]


def test_the_commonest_settings_come_first_with_what_they_leave_unread() -> None:
    text = screen({"size": 224, "output": 7})
    assert text.startswith("size 224 → output 7\n")
    table = rows(text)
    assert len(table) == SHOWN
    assert table[0] == ["32", "32", "0", "1", "–"]
    assert ["3", "32", "1", "1", "91", "%"] in table
    assert "usually done by 5 layers: 224 → 112 → 56 → 28 → 14 → 7\neach with kernel 3, stride 2, padding 1" in text
    assert "kernel 3, stride 32, padding 1 reads 8.9 % of an axis, and so 0.8 % of a picture" in text


@pytest.mark.parametrize(
    ("asked", "family", "said"),
    [
        ({"size": 28, "kernel_size": 5}, "conv", "dilation·(5 − 1) − 2·padding\n  is 0 at stride 1"),
        ({"size": 224, "output": 112}, "conv", "dilation·(kernel − 1) − 2·padding\n  is 0 or 1 at stride 2"),
        ({"size": 14, "output": 28}, "transposed", "2·padding + output_padding\n  is 1 at stride 2"),
        ({"size": 112, "output": 56}, "pool", "with padding of half the kernel at most"),
        ({"size": 64, "output": 8, "padding": 0, "dilation": 1}, "conv", "and 29 more: every setting for which"),
        ({"size": 7, "output": 1}, "conv", "a longer stride is never taken"),
        ({"size": 7, "output": 1}, "conv", "convcli adaptiveavgpool1d"),
        ({"size": 28}, "conv", "--padding same keeps the size"),
        ({"size": 14, "output": 28}, "conv", "--transposed"),
        ({"size": 7, "output": 224}, "transposed", "by 5 layers: 7 → 14 → 28 → 56 → 112 → 224"),
        (
            {"size": 100, "output": 9},
            "conv",
            "25 → 13 → 9\neach with kernel 3, stride 2, padding 1; the last kernel 5,",
        ),
        (
            {"output": 112, "stride": 2, "padding": 1},
            "conv",
            "input sizes 223 to 224 give an output of 112\nwith kernel 3",
        ),
        (
            {"output": 9, "stride": 2},
            "transposed",
            "input size 4 gives an output of 9\nwith kernel 3, stride 2, padding 0\n",
        ),
        ({"output": 112}, "conv", "input size 114 gives an output of 112\nwith kernel 3, stride 1, padding 0\n"),
        ({"size": (224, 200), "output": (112, 100)}, "conv", "the same for height and width"),
        ({"size": (224, 200), "output": (112, 100)}, "conv", "size 224 × 200 → output 112 × 100"),
        ({"size": (224, 200), "output": (112, 66)}, "conv", "width\nsize 200 → output 66"),
        ({"output": (8, 9), "stride": 2}, "conv", "height\ninput sizes 17 to 18"),
    ],
)
def test_what_else_is_said(asked: dict[str, Any], family: str, said: str) -> None:
    assert said in screen(asked, family)


def test_rounding_up_has_no_such_relation() -> None:
    text = screen({"size": 13, "output": 5}, "pool", ceil_mode=True)
    assert "every setting" not in text
    assert "and more" in text


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "–"), (0.004, "< 1 %"), (0.006, "< 1 %"), (0.5, "50 %"), (0.996, "> 99 %"), (1.0, "100 %")],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(share: float, said: str) -> None:
    assert percent(share) == said
