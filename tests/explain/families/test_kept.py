"""Masks of whole numbers: what their 1 marks."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, at, diagnosed, explained

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)

    def forward(self, x, {0}):
        h = self.encoder(x, src_key_padding_mask={0})
        return h * {0}.unsqueeze(-1)

x, lengths = torch.rand(2, 5, 8), torch.tensor([5, 3])
ids = torch.tensor([[4, 4, 4, 4, 4], [4, 4, 4, 0, 0]])
{1}
out = Net()({2})
assert not out.isnan().any()
"""
MADE = [
    ("m = (torch.arange(5)[None] < lengths[:, None]).long()", "x, m", "attention_mask == 0"),
    ("batch = {'attention_mask': (ids != 0).int()}", "x, **batch", "attention_mask == 0"),
    ("mask = torch.zeros(2, 5).long()\nfor i, n in enumerate(lengths):\n    mask[i, :n] = 1", "x, mask", "mask == 0"),
    ("pad = (ids == 0).long()", "x, pad", "pad.bool()"),
]


@pytest.mark.parametrize(("made", "handed", "words"), MADE)
def test_a_mask_of_whole_numbers_is_turned_as_the_file_makes_it(
    made: str, handed: str, words: str, tmp_path: Path
) -> None:
    name = words.split(" ==")[0].removesuffix(".bool()")
    found = assert_file_mends(NET.format(name, made, handed), words, tmp_path / "net.py")
    assert found.hypotheses[0].likelihood == "certain"


def test_what_a_mask_marks_is_left_open_where_no_line_makes_it(tmp_path: Path) -> None:
    made = "attention_mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])"
    first, second = diagnosed(NET.format("attention_mask", made, "x, attention_mask"), tmp_path / "n.py").hypotheses
    assert "attention_mask == 0" in first.advice
    assert "attention_mask.bool()" in second.advice
    assert not first.fixes


def test_a_mask_of_queries_and_keys_is_as_triu_makes_it() -> None:
    text = at("x, _ = self.attention(x, x, x, attn_mask=m)", "only bool and floating types of attn_mask are supported")
    (answer,) = explained(text).hypotheses
    assert "m == 0" in answer.advice
    assert "m.bool()" in answer.advice
    assert not answer.fixes
