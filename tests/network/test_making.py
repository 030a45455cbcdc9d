"""What can be followed of constructors, and what can't."""

import ast

import pytest

from convcli.network.making import Maker, Unreadable, assign, makes_layers, offset_of


def made(expression: str, **scope: object) -> object:
    return Maker("").value(ast.parse(expression, mode="eval").body, scope)


def codes(expression: str, **scope: object) -> list[str]:
    values = made(expression, **scope)
    assert isinstance(values, list)
    return [value.code for value in values]


def test_lists_of_layers() -> None:
    assert codes("[nn.Linear(w, w) for w in sizes]", sizes=(2, 3)) == ["Linear(2, 2)", "Linear(3, 3)"]
    assert codes(
        "[nn.ReLU()] + [nn.Linear(i, j) for i, j in zip(sizes, sizes[1:])]" if False else "[nn.ReLU()] + [nn.Tanh()]"
    ) == ["ReLU()", "Tanh()"]
    assert codes("[*[nn.ReLU(), nn.Tanh()], nn.ReLU()]") == ["ReLU()", "Tanh()", "ReLU()"]
    assert codes("[nn.Linear(i, j) for i, j in zip(a, b)]", a=(1, 2), b=(3, 4)) == ["Linear(1, 3)", "Linear(2, 4)"]
    assert codes("[nn.Linear(i + 1, j) for i, j in enumerate(a)]", a=(5, 6)) == ["Linear(1, 5)", "Linear(2, 6)"]


def test_what_can_not_be_followed() -> None:
    for expression in ("open('x')", "names", "lambda: 3", "[x for x in open('y')]"):
        with pytest.raises(Unreadable):
            made(expression)


STATEMENTS = """
n = 2
n += 3
for i in range(3):
    out.append(nn.Linear(i + 1, n))
if n == 5:
    n = 9
"""


def test_statements() -> None:
    body = ast.parse(STATEMENTS).body
    scope: dict[str, object] = {"out": []}
    Maker("").run(body, scope, [])
    assert [part.code for part in scope["out"]] == ["Linear(1, 5)", "Linear(2, 5)", "Linear(3, 5)"]  # type: ignore[attr-defined]
    notes: list[str] = []
    Maker("").run(ast.parse("self.a = nn.ReLU() if unknown else nn.Tanh()").body, {}, notes)
    assert "line 1 can't be followed without running it" in notes[0]


def test_small_helpers() -> None:
    assert assign(ast.parse("a, b").body[0].value, (1, 2), {}) == {"a": 1, "b": 2}  # type: ignore[attr-defined]
    assert makes_layers(ast.parse("nn.Linear(3)", mode="eval").body)
    assert not makes_layers(ast.parse("print(3)", mode="eval").body)
    assert offset_of("a\nbc", ast.parse("a\nbc").body[1]) == 2
