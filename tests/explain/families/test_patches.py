"""Tokens beside the patches of a picture."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at, first

MESSAGE = "RuntimeError: shape '{}' is invalid for input of size {}"


def test_tokens_before_the_patches_are_left_out(tmp_path: Path) -> None:
    text = """
x = torch.rand(2, 54, 6)
maps = x.view(2, 7, 7, 6).permute(0, 3, 1, 2)
assert maps.shape == (2, 6, 7, 7)
"""
    words = "54 tokens arrive, and 7·7 = 49 of them are patches: 5 tokens more"
    assert assert_file_mends(text, words, tmp_path / "net.py").hypotheses[0].fixes


@pytest.mark.parametrize(
    ("line", "shape", "elements", "words"),
    [
        ("x = x.view(-1, 14, 14, 768)", "[-1, 14, 14, 768]", 3 * 198 * 768, "198 tokens arrive"),
        ("x = x.reshape(1, 14, 14, -1)", "[1, 14, 14, -1]", 197 * 192, "197 tokens arrive, and 14·14 = 196"),
        ("x = x.view(b, c, 16, 16)", "[4, 384, 16, 16]", 4 * 384 * 257, "x[..., 1:]"),
        ("x = x.view(b, 14, 14, c)", "[4, 14, 14, 384]", 4 * 384 * 577, "577 tokens arrive, and 24·24 = 576"),
    ],
)
def test_what_stands_beside_patches_is_counted(line: str, shape: str, elements: int, words: str) -> None:
    assert_first(at(line, MESSAGE.format(shape, elements)), "view-size", "model", words)


def test_another_picture_size_leaves_nothing_beside() -> None:
    for shape, elements in (
        ("[2, 14, 14, 64]", 2 * 24 * 24 * 64),
        ("[-1, 14, 14, 64]", 3 * 15 * 14 * 64),
        ("[-1, 16, 7, 7]", 50 * 16 * 8 * 8),
    ):
        assert "of them are patches" not in first(at("x = x.view(b, h, w, c)", MESSAGE.format(shape, elements)))[1].says
