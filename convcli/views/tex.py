"""Words as LaTeX has them."""

SIGNS = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "≈": r"$\approx$",
    "Σ": r"$\Sigma$",
    "→": r"$\to$",
    "–": "--",
    **{sign: f"\\{sign}" for sign in "_&%$#{}"},
}


def as_tex(text: str) -> str:
    r"""Words as LaTeX has them; a sign that it may lack is a question mark.

    >>> as_tex("conv_1 3 × 3 & more")
    'conv\\_1 3 $\\times$ 3 \\& more'
    """
    return "".join(SIGNS.get(sign, sign if sign.isascii() else "?") for sign in text)
