"""Words as LaTeX has them."""

import pytest

from convcli.views.tex import as_tex


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a_b{c}", r"a\_b\{c\}"),
        ("2 × 3 ≈ 6", r"2 $\times$ 3 $\approx$ 6"),
        ("x^2~\\", r"x\textasciicircum{}2\textasciitilde{}\textbackslash{}"),
    ],
)
def test_words(text: str, written: str) -> None:
    assert as_tex(text) == written
