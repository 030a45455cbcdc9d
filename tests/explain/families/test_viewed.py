"""What the user's line counts in a view, and fixes for the line and the layer behind it that mend the file together."""

from pathlib import Path

from tests.explain import assert_file_mends

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
