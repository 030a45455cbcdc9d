"""Activations that learn a number for each channel."""

from pathlib import Path

from tests.explain import assert_file_mends, assert_first

MESSAGE = "Mismatch of parameter numbers and input channel size. Found parameter numbers = 64 and channel size = 32."


def test_the_layer_before_makes_others(tmp_path: Path) -> None:
    text = "net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.PReLU(4))\nnet(torch.rand(1, 3, 9, 9))\n"
    words = "Conv2d at net.py:5 makes 8 channels, and the PReLU behind it was made for 4"
    found = assert_file_mends(text, words, tmp_path / "net.py")
    assert "or nn.PReLU(), which learns one number for all channels" in found.hypotheses[0].advice


def test_a_message_alone_leaves_open_where_the_channels_are() -> None:
    assert_first(MESSAGE, "prelu-channels", "model", "the layer before makes 32 channels, and the PReLU behind it")
    assert_first(f"y = self.act(x)\nRuntimeError: {MESSAGE}", "prelu-channels", "model", "where self.act is made")
