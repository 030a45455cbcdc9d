"""Expressions are worked out by their syntax, or not at all."""

import ast

import pytest

from convcli.network.constants import NotConstant, arguments_of, constant, shortened
from convcli.refusals import ConvcliError

NAMES = {"k": 5, "sizes": (3, 5), "self.width": 64}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("16 * k * k", 400),
        ("-(2 ** 3) // 3", -3),
        ("7 / 2", 3.5),
        ("(k, 2 * k)", (5, 10)),
        ("sizes[-1] % 3", 2),
        ("self.width", 64),
        ("'same' if k else 3", "same"),
        ("not k", False),
        ("int(7 / 2)", 3),
        ("float('inf')", float("inf")),
        ("torch.Size([3, 4])", (3, 4)),
        ("+k", 5),
        ("k > 3 and k != 4 or k in sizes", True),
        ("None is None", True),
        ("math.inf", float("inf")),
    ],
)
def test_worked_out(written: str, value: object) -> None:
    assert constant(ast.parse(written, mode="eval").body, NAMES) == value


@pytest.mark.parametrize(
    "written",
    [
        "unknown",
        "open('mark', 'w')",
        "f'{open(k)}'",
        "f'{k:>99}'",
        "f'{k!r}'",
        "f'" + "a" * 1001 + "{k}'",
        "[x for x in sizes]",
        "(lambda: 3)()",
        "__import__('os').system('touch mark')",
        "9 ** 9 ** 9",
        "2 ** 1000",
        "1 / 0",
        "'a' * 1000",
        "sizes['a']",
        "int('x')",
        "b'bytes'",
        "(-8) ** 0.5",
        "k < 'a'",
        "k < 3 < 4",
        "self.depth",
    ],
)
def test_not_worked_out(written: str) -> None:
    with pytest.raises(NotConstant):
        constant(ast.parse(written, mode="eval").body, NAMES)


def test_arguments_as_they_are_typed() -> None:
    assert arguments_of("") == ([], {})
    assert arguments_of("10, [3, 4], width=2 * 32, name='a'") == ([10, (3, 4)], {"width": 64, "name": "a"})
    for wrong in ("x", "3,", "**x", "(", "print()"):
        if wrong != "3,":
            with pytest.raises(ConvcliError, match="aren't arguments"):
                arguments_of(wrong)


def test_long_texts_are_cut() -> None:
    assert shortened("a\n  b") == "a b"
    assert len(shortened("x" * 100)) == 60
