"""The pictures that a network is sized for, as its layers make maps of them."""

from pathlib import Path

import pytest

from tests.explain import IMPORTS, assert_first, diagnosed, error_of, explained, mended

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.pool = nn.Conv2d(3, 6, 5), nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 3, padding=1)
        self.fc = nn.Linear(16 * 7 * 7, 10)
    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view({}, 16 * 7 * 7)
        return self.fc(x)
"""
DRAWN = "sizes = (3, 21, 21)\nassert Net()(torch.randn(5, *sizes)).shape == (5, 10)\n"


@pytest.mark.parametrize("batch", ["-1", "x.size(0)"])
def test_a_drawn_input_that_is_smaller_than_the_network_counts_on(batch: str, tmp_path: Path) -> None:
    text, path = NET.format(batch) + DRAWN, tmp_path / "net.py"
    data, model = diagnosed(text, path).hypotheses
    words = "pictures of 21×21 (net.py:18) become 16 maps of 4×4, and 16·7·7 = 784 are counted, as of 32×32"
    assert (data.change, data.says) == ("data", words)
    path.write_text(IMPORTS + text.replace("21, 21", "32, 32"))
    assert error_of(path) == ""
    text = IMPORTS + text
    for fix in model.fixes:
        text = mended(text, fix)
    path.write_text(text)
    assert (len(model.fixes), error_of(path)) == (2, "")


def test_pictures_that_are_resized_to_another_size() -> None:
    text = f"{NET.format(-1)}\nresized = transforms.Resize((64, 64))\nRuntimeError: shape '[-1, 784]' is invalid "
    assert_first(f"{text}for input of size 14400", "view-size", "data", "64×64 (pasted:14) become 16 maps of 15×15")
    assert_first(f"{text}for input of size 4096", "view-size", "model", "784 features a sample were counted")


def test_the_size_that_was_counted_on_is_told_without_an_input() -> None:
    text = f"{NET.format(-1)}\nRuntimeError: shape '[-1, 784]' is invalid for input of size 4096"
    found = explained(text).hypotheses
    assert "32×32 as the layers above go" in found[1].says
    unknown = text.replace("F.relu(self.conv1(x))", "self.other(x)")
    assert "as the layers" not in explained(unknown).hypotheses[1].says
