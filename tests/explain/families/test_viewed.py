"""What the user's line counts in a view, and fixes for the line and the layer behind it that mend the file together."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at

FILE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 12, 3)
        self.out = nn.Linear(8 * 4 * 4, 5)
    def forward(self, images):
        maps = self.conv(images)
        flat = maps.view(maps.size(0), 8 * 4 * 4)
        return self.out(flat)
y = Net()(torch.rand(2, 3, 6, 6))
"""


def test_the_factors_of_a_size_tell_what_was_miscounted(tmp_path: Path) -> None:
    found = assert_file_mends(FILE, "192 features: 12 channels of 4×4, not 8", tmp_path / "net.py")
    assert len(found.hypotheses[0].fixes) == 2


@pytest.mark.parametrize("sizes", ["z.size(0), 6, 2, 2", "len(z), 6, 2, 2"])
def test_the_linear_layer_before_a_view_is_named(tmp_path: Path, sizes: str) -> None:
    text = f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 5 * 2 * 2)
    def forward(self, z):
        maps = F.relu(self.fc(z)).view({sizes})
        return maps
assert Net()(torch.rand(3, 4)).shape == (3, 6, 2, 2)
"""
    found = assert_file_mends(text, "and the view takes 24", tmp_path / "net.py")
    assert [fix.code for fix in found.hypotheses[0].fixes] == ["self.fc = nn.Linear(4, 6 * 2 * 2)"]


def test_a_sample_can_be_split_into_more_or_fewer_maps() -> None:
    line = "x = self.mix(x.view(x.size(0), self.wide, self.side, self.side))"
    message = "RuntimeError: shape '[4, 128, 9, 9]' is invalid for input of size {}"
    words = "a sample has 25088 values: 128 maps of 14×14, or 512 maps of 7×7, not 128 of 9×9"
    assert_first(at(line, message.format(4 * 25088)), "view-size", "model", words)
    assert_first(at(line, message.format(4 * 25088)), "view-size", "model", "the channels (self.wide) and the sides")
    assert_first(at(line, message.format(4 * 128 * 11 * 11)), "view-size", "data", "the maps are 11×11")
