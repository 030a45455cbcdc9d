"""Which side of a convolution has to change: told by the shapes."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at, diagnosed

CASES = [
    (
        "Need input of dimension 4 and input.size[1] == 3 but got input to be of shape: [8 x 1 x 28 x 28] at a.c:47",
        "channels-colour",
        "data",
        "grey",
    ),
    (
        "Need input of dimension 4 and input.size[1] == 64 but got input to be of shape: [8 x 32 x 14 x 14] at a.c:47",
        "channels",
        "model",
        "makes 32 channels, and it was made for 64",
    ),
    (
        "Given groups=1, weight of size [256, 1024, 1, 1], expected input[2, 24, 64, 64] to have 1024 channels, but "
        "got 24 channels instead",
        "channels",
        "model",
        "a detector's neck",
    ),
    (
        "Given groups=1, weight of size [16, 3, 3, 3], expected input[1, 384, 384, 384] to have 3 channels, but got "
        "384 channels instead",
        "channels",
        "data",
        "a picture was repeated along itself",
    ),
    (
        "Given groups=1, weight of size 24 3 5, expected input[708, 256, 3] to have 3 channels, but got 256 "
        "channels instead",
        "channels-last",
        "data",
        "length, features",
    ),
    (
        "Given groups=1, weight[8, 3, 3, 3], so expected input[4, 28, 28, 3] to have 3 channels, but got 28 "
        "channels instead",
        "channels-last",
        "data",
        "last axis",
    ),
    (
        "Given groups=1, weight of size [16, 1, 5, 5], expected input[100, 3, 256, 256] to have 1 channels, but "
        "got 3 channels instead",
        "channels-colour",
        "data",
        "grey",
    ),
    (
        "Given groups=1, weight of size [64, 3, 7, 7], expected input[8, 4, 224, 224] to have 3 channels, but got "
        "4 channels instead",
        "channels-colour",
        "data",
        "alpha",
    ),
    (
        "Given groups=1, weight of size [320, 9, 3, 3], expected input[2, 4, 64, 64] to have 9 channels, but got "
        "4 channels instead",
        "channels",
        "checkpoint",
        "inpainting",
    ),
    (
        "Given groups=1, weight of size [64, 64, 3, 3], expected input[1, 128, 28, 28] to have 64 channels, but "
        "got 128 channels instead",
        "channels",
        "model",
        "concatenated",
    ),
    (
        "Given groups=1, weight of size [32, 3, 5, 5], expected input[1, 16, 3, 784] to have 3 channels, but got 16 "
        "channels instead",
        "channels-batch",
        "data",
        "28 · 28",
    ),
    (
        "Given groups=1, weight of size [64, 151, 7, 7], expected input[8, 13, 262, 262] to have 151 channels, but got "
        "13 channels instead",
        "channels",
        "data",
        "the network is for 151",
    ),
    (
        "Given groups=1, weight[512, 2048, 1, 1], so expected input[16, 64, 75, 75] to have 2048 channels, but got 64 "
        "channels instead",
        "channels",
        "call",
        "early map",
    ),
    (
        "Given groups=1, weight of size [64, 32, 3, 3], expected input[2, 1, 1, 1] to have 32 channels, but got 1 "
        "channels instead",
        "channels",
        "call",
        "attention",
    ),
    (
        "Given groups=1, weight of size [32, 64, 3, 3], expected input[2, 3, 128, 128] to have 64 channels, but got 3 "
        "channels instead",
        "channels",
        "call",
        "picture itself",
    ),
    (
        "Given groups=1, weight of size [256, 5376, 1, 1], expected input[16, 512, 33, 33] to have 5376 channels, but "
        "got 512 channels instead",
        "channels",
        "model",
        "21 times",
    ),
    (
        "Given groups=1, weight of size [128, 5, 3, 3], expected input[8, 4, 256, 256] to have 5 channels, "
        "but got 4 channels instead",
        "channels",
        "data",
        "the network is for 5",
    ),
    (
        "Given transposed=1, weight of size [256, 128, 2, 2], expected input[1, 64, 128, 128] to have 256 "
        "channels, but got 64 channels instead",
        "channels",
        "call",
        "early map",
    ),
    (
        "Given groups=1, weight of size [32, 4, 6, 6], expected input[2, 3, 640, 640] to have 4 channels, "
        "but got 3 channels instead",
        "channels",
        "data",
        "the network is for 4",
    ),
    (
        "Given groups=1, weight of size [24, 1, 15], expected input[1, 2, 163840] to have 1 channels, but "
        "got 2 channels instead",
        "channels",
        "data",
        "makes it mono",
    ),
    (
        "Given groups=1, weight of size [24, 2, 15], expected input[1, 1, 163840] to have 2 channels, but "
        "got 1 channels instead",
        "channels",
        "data",
        "makes two of it",
    ),
    (
        "Given groups=1, weight of size [48, 2, 1, 1], expected input[1, 4, 256, 7501] to have 2 channels, "
        "but got 4 channels instead",
        "channels",
        "data",
        "stereo or mono",
    ),
    (
        "Given groups=2, weight of size [8, 2, 3, 3], expected input[1, 6, 28, 28] to have 4 channels, but got 6 "
        "channels instead",
        "channels",
        "model",
        "groups=2",
    ),
    (
        "Given transposed=1, weight of size [16, 8, 2, 2], expected input[1, 8, 4, 4] to have 16 channels, but "
        "got 8 channels instead",
        "channels",
        "model",
        "8 channels",
    ),
    (
        "Given groups=1, weight of size [4, 4, 1, 1], expected input[2, 3, 256, 256] to have 4 channels, but got 3 "
        "channels instead",
        "channels",
        "data",
        "encode the pictures",
    ),
    (
        at(
            "h = F.relu(self.conv_a(img))",
            "RuntimeError: Given groups=1, weight of size [64, 4, 5, 5], expected input[16, 3, 96, 96] to have 4 "
            "channels, but got 3 channels instead",
            "torch/nn/modules/conv.py",
        ),
        "channels",
        "model",
        "in_channels=3 where self.conv_a is made",
    ),
    (
        at(
            "h = self.conv_in(sample)",
            "RuntimeError: Given groups=1, weight of size [128, 4, 3, 3], expected input[1, 3, 512, 512] to have 4 "
            "channels, but got 3 channels instead",
            "torch/nn/modules/conv.py",
        ).replace("net.py", "latent/unet.py"),
        "channels",
        "data",
        "encode the pictures",
    ),
    (
        "Given groups=1, weight of size [8, 1, 25], expected input[1, 3, 16000] to have 1 channels, but got 3 channels "
        "instead",
        "channels-batch",
        "data",
        "without a channel axis",
    ),
    (
        "Given transposed=1, weight of size [514, 1, 512], expected input[8, 402, 9] to have 514 channels, but got 402 "
        "channels instead",
        "channels",
        "data",
        "n_fft=400",
    ),
    (
        "Given groups=1, weight of size [32, 1, 7, 7], expected input[4, 48, 96, 96] to have 1 channels, but got 48 "
        "channels instead",
        "channels",
        "data",
        "48 channels",
    ),
    (
        "Given groups=1, weight of size [320, 8, 3, 3], expected input[2, 13, 64, 64] to have 8 channels, but got 13 "
        "channels instead",
        "channels",
        "checkpoint",
        "the pipeline is for",
    ),
    (
        "Given groups=1, weight of size [64, 3, 3, 3], expected input[8, 15, 96, 96] to have 3 channels, but got 15 "
        "channels instead",
        "channels",
        "data",
        "5 pictures may be stacked",
    ),
    (
        "Given groups=1, weight of size [48, 15, 3, 3], expected input[2, 24, 32, 32] to have 15 channels, but got 24 "
        "channels instead",
        "channels",
        "model",
        "48 = 4 · 12, which joins its 12 hidden channels to its input: 15 = 3 + 12 were counted",
    ),
    (
        "Given groups=1, weight of size [64, 16, 3, 3], expected input[2, 32, 32, 32] to have 16 channels, but got 32 "
        "channels instead",
        "channels",
        "model",
        "32 = 2 · 16",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_pictures_that_are_loaded_grey_on_purpose_are_for_a_grey_network(tmp_path: Path) -> None:
    text = """
scan = Image.fromarray(np.zeros((9, 9, 3), np.uint8)).convert("L")
scans = torch.from_numpy(np.array(scan))[None, None].float()
first = nn.Conv2d(3, 8, 3)
maps = first(scans)
"""
    text = f"from PIL import Image\n{text}"
    assert_file_mends(text, 'grey pictures (1 channel) are loaded on purpose, convert("L")', tmp_path / "net.py")


BLOCK = """
class Block(nn.Sequential):
    def __init__(self, wide, made):
        super().__init__(nn.Conv2d(wide, made, 3), nn.ReLU())

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = Block(3, 8), Block(8, 4)
    def forward(self, x):
        x = self.first(x)
        return self.second(x)

net = Net()
maps = net(torch.rand(2, 1, 16, 16))
maps.mean().{end}()
"""


def test_a_network_of_ones_own_that_is_trained_here_is_made_for_grey_pictures(tmp_path: Path) -> None:
    found = assert_file_mends(BLOCK.format(end="backward"), "Net is your own and trained here", tmp_path / "net.py")
    assert "self.first, self.second = Block(1, 8), Block(8, 4)" in found.hypotheses[0].fixes[0].code


def test_what_a_network_that_is_only_used_was_trained_on_is_not_known(tmp_path: Path) -> None:
    assert_file_mends(BLOCK.format(end="item"), "went into a network for colour", tmp_path / "net.py")


def test_a_batch_of_volumes_without_channels_is_known_by_its_size(tmp_path: Path) -> None:
    text = "batch_size = 4\nconv, volumes = nn.Conv3d(1, 2, 3), torch.rand(batch_size, 8, 8, 8)\nconv(volumes)\n"
    assert_file_mends(text, "without a channel axis, so its batch was read as channels", tmp_path / "net.py")


def test_what_goes_into_a_network_is_no_setting_of_a_layer_within_it(tmp_path: Path) -> None:
    text = """
def double(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.ReLU())

class Net(nn.Module):
    def __init__(self, in_ch=1, widths=(4, 8)):
        super().__init__()
        self.enc, self.dec = nn.ModuleList(), nn.ModuleList()
        c = in_ch
        for w in widths:
            self.enc.append(double(c, w))
            c = w
        for w in reversed(widths):
            self.dec.append(double(w, w))

    def forward(self, x):
        for enc in self.enc:
            x = enc(x)
        for dec in self.dec:
            x = dec(torch.cat([x, x], dim=1))
        return x

net = Net(in_ch=1)
net(torch.rand(2, 1, 8, 8))
"""
    found = diagnosed(text, tmp_path / "net.py").hypotheses[0]
    assert "in_channels=16 in the layer of dec that takes it" in found.advice
