"""Positions of patches, which stand in a grid, and of texts, which stand in a row."""

from pathlib import Path

import pytest

from tests.explain import assert_first, at, diagnosed, explained

MESSAGE = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}"
LEARNED = """
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.places = nn.Parameter(torch.zeros({}))
    def forward(self, x):
        return x + self.places
Encoder()(torch.rand({}))
"""


def test_positions_of_a_grid_of_patches_are_of_another_picture_size() -> None:
    for axis in (2, 3):
        assert_first(at("x = x + self.pos_embed", MESSAGE.format(14, 24, axis)), "addition-size", "data", "224 and 384")
    found = explained(at("x = x + self.pos_embed", MESSAGE.format(14, 24, 2))).hypotheses
    assert [each.likelihood for each in found] == ["likely", "possible"]
    assert "if x has three axes, these are features" in found[1].says


def test_many_features_are_no_grid() -> None:
    assert_first(at("x = x + self.pos_embed", MESSAGE.format(384, 768, 2)), "addition-size", "model", "384 features")


@pytest.mark.parametrize(
    ("table", "arrives", "change"), [("1, 8, 8, 6", "2, 8, 4, 6", "data"), ("1, 9, 6", "2, 9, 5", "model")]
)
def test_the_axes_of_what_is_learned_tell_a_grid_from_a_row(
    table: str, arrives: str, change: str, tmp_path: Path
) -> None:
    found = diagnosed(LEARNED.format(table, arrives).replace("self.places", "self.pos_embed"), tmp_path / "net.py")
    assert found.hypotheses[0].change == change
    assert len(found.hypotheses) == 1 + (change == "model")


def test_a_table_for_a_text_is_no_pictures() -> None:
    text = at("x = x + self.pos_emb", MESSAGE.format(200, 128, 1))
    assert_first(text, "addition-size", "data", "200 tokens or steps arrive, and self.pos_emb holds 128")
