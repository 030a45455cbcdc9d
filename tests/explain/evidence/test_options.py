"""What options a file sets; what names of options come to is tested with names."""

import ast

import pytest

from convcli.explain.evidence.options import options


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("class C:\n    a: int\n    b = 2\n    c: int = 3\nC(b=4)", ["b", "c", "b"]),
        ("d = {'a': 1, 2: 3, **e}", ["a"]),
        ("p.add_argument('-w', '--wide-one', default=3)", ["wide_one"]),
        ("p.add_argument()\np.add_argument(name)", []),
        ("dict(a=1, **b)\nother(c=2)", ["a"]),
    ],
)
def test_options(code: str, known: list[str]) -> None:
    assert [name for name, _ in options(ast.walk(ast.parse(code)))] == known
