"""An axis too few, too many, or in another place."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at, explained

CASES = [
    ("expected 4D tensor as input, got 2D tensor instead.", "rank", "call", "x has 2 axes: it was flattened, or batch"),
    (
        "adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [4, 3]",
        "rank",
        "call",
        "x is [batch, features], [4, 3]",
    ),
    (
        'File "run", line 8, in <module>\n    sys.exit(main())\n  ...\n'
        "RuntimeError: Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [1, 1, 191, 80]",
        "rank",
        "data",
        r"^x \[1, 1, 191, 80\] has.*transpose\(1, 2\) if the 80 are features|$^",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight [64, 3, 7, 7], but got 3-dimensional input of size "
        "[3, 224, 224] instead",
        "rank",
        "data",
        "batch axis",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight 32 1 5 5, but got 2-dimensional input of size [64, "
        "784] instead",
        "rank",
        "call",
        "28 · 28",
    ),
    (
        "Expected 3-dimensional input for 3-dimensional weight [64, 1, 5], but got 2-dimensional input of size "
        "[32, 100] instead",
        "rank",
        "data",
        "channel axis",
    ),
    (
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [1, 1, 3, 224, 224]",
        "rank",
        "data",
        "too many",
    ),
    (
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [8, 16, 3, 64, 64]",
        "rank",
        "call",
        "frames",
    ),
    (
        "Expected 3D (unbatched) or 4D (batched) input to conv_transpose2d, but got input of size: [64, 100]",
        "rank",
        "data",
        "noise",
    ),
    (
        "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [8, 3, 28, 28]",
        "rank",
        "model",
        "2-d layer",
    ),
    (
        "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [32, 24, 1, 12]",
        "rank",
        "data",
        "of size 1",
    ),
    (
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [4, 8, 14, 112, 112]",
        "rank",
        "model",
        "volumes",
    ),
    ("Invalid argument 2: 3D or 4D input tensor expected but got: [32 x 784]", "rank", "call", "28 · 28"),
    (
        "Expected 4-dimensional input for 4-dimensional weight [1, 1, 5, 5], but got 3-dimensional input of "
        "size [80, 1, 80] instead",
        "rank",
        "call",
        "has its channel axis",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight [64, 512, 1, 1], but got input of size [300, "
        "300, 3] instead",
        "rank",
        "data",
        "maps of 512 channels",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight [64, 3, 7, 7], but got 3-dimensional input of "
        "size [224, 224, 3] instead",
        "rank",
        "data",
        "channels last",
    ),
    (
        "Expected 5-dimensional input for 5-dimensional weight [64, 1, 4, 4, 4], but got 3-dimensional input "
        "of size [128, 128, 128] instead",
        "rank",
        "data",
        "one volume",
    ),
    (
        "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [1, 1, 69048, 2]",
        "rank",
        "data",
        "x.mean(-1)",
    ),
    ("non-empty 3D or 4D (batch mode) tensor expected for input", "rank", "call", "flatten"),
    (
        "x = x.squeeze()\nRuntimeError: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of "
        "size: [7]",
        "rank",
        "call",
        "squeeze",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight [32, 3, 5, 5], but got 3-dimensional input of size "
        "[16, 48, 48] instead",
        "rank",
        "data",
        "no unsqueeze",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight [256, 128, 3, 3], but got 2-dimensional input of size "
        "[64, 20] instead",
        "rank",
        "call",
        "a last layer's scores",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight [16, 256, 1, 1], but got 2-dimensional input of size "
        "[8, 256] instead",
        "rank",
        "call",
        "axes of 1",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight [32, 16, 3, 3], but got 2-dimensional input of size "
        "[8, 784] instead",
        "rank",
        "call",
        "16 · 7 · 7",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight [64, 3, 3, 3], but got 2-dimensional input of size "
        "[200, 310] instead",
        "rank",
        "data",
        "RGB",
    ),
    (
        "Expected 4-dimensional input for 4-dimensional weight [100, 512, 4, 4], but got 2-dimensional input of size "
        "[64, 100] instead",
        "rank",
        "data",
        "noise",
    ),
    (
        "Expected 3-dimensional input for 3-dimensional weight [32, 256, 1], but got 2-dimensional input of size "
        "[8, 256] instead",
        "rank",
        "call",
        "x.unsqueeze(-1)",
    ),
    (
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [32, 9]",
        "rank",
        "call",
        "scores",
    ),
    (
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [300, 200]",
        "rank",
        "data",
        "one grey picture",
    ),
    (
        "Expected 4D (unbatched) or 5D (batched) input to conv3d, but got input of size: [2, 64, 100]",
        "rank",
        "call",
        "hardly a volume",
    ),
    (
        "Expected 5-dimensional input for 5-dimensional weight [32, 3, 3, 3, 3], but got 4-dimensional input of size "
        "[8, 24, 112, 112] instead",
        "rank",
        "data",
        "24 = 8 · 3",
    ),
    (
        "RuntimeError: Expected 4-dimensional input for 4-dimensional weight [128, 1, 5, 15], but got "
        "5-dimensional input of size [2, 1, 1, 128, 50] instead\n\nsummary(net, (1, 128, 50))",
        "rank",
        "call",
        "torchsummary adds the batch",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_a_layer_that_is_called_main_is_no_start_of_a_program(tmp_path: Path) -> None:
    text = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.ConvTranspose2d(20, 4, 4), nn.Tanh())
    def forward(self, z):
        return self.main(z)
assert Net()(torch.rand(16, 20)).shape == (16, 4, 4, 4)
"""
    assert assert_file_mends(text, "has no height and width", tmp_path / "net.py").hypotheses[0].fixes


NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 6 * 4, 2))
    def forward(self, x):
        {inner}
        return self.body(x)
net, x = Net(), torch.rand(5, 1, 8, 6)
for _ in range(2):
    {outer}
    y = net({given})
"""


@pytest.mark.parametrize(
    ("inner", "outer", "given"),
    [
        ("x = x * 2", "x = x.view(x.size(0), -1)", "x"),
        ("x = torch.flatten(x, 1)", "z = x", "z"),
        ("x = x * 2", "z = x", "z.reshape(-1, 48)"),
        ("x = x * 2", "z = x.flatten(1)", "z"),
    ],
)
def test_the_line_that_flattens_too_early_is_found(inner: str, outer: str, given: str, tmp_path: Path) -> None:
    text = NET.format(inner=inner, outer=outer, given=given)
    assert assert_file_mends(text, "as a network of linear layers takes it", tmp_path / "net.py").hypotheses[0].fixes


def test_a_summary_of_a_batch_is_given_one_sample(tmp_path: Path) -> None:
    text = """
def summary(model, input_size, batch_size=-1):
    model(torch.rand(2, *input_size))
net = nn.Conv2d(3, 4, 3)
summary(net, input_size=(8, 3, 16, 16))
"""
    assert_file_mends(text, "adds a batch axis to (8, 3, 16, 16)", tmp_path / "net.py")


def test_two_axes_of_one_before_what_may_be_channels_or_samples(tmp_path: Path) -> None:
    message = "Expected 4D (unbatched) or 5D (batched) input to conv3d, but got input of size: [1, 1, 16, 24, 24, 20]"
    answer = explained(at("y = self.conv1(x)", f"RuntimeError: {message}")).hypotheses[0]
    assert "x.squeeze(0) for channels, x.squeeze(0).transpose(0, 1) for samples" in answer.advice
    assert (answer.fixes, "the 16 on axis 2 are channels or samples" in answer.says) == ((), True)
    text = "conv = nn.Conv3d({0}, 8, 3)\nx = torch.rand(1, 1, 6, 9, 9, 9)\nassert conv(x).shape[1] == 8\n"
    assert_file_mends(text.format(1), "the 6 on axis 2 are samples", tmp_path / "net.py")
    assert_file_mends(text.format(6), "has one axis too many, of size 1", tmp_path / "net.py")


def test_a_decoder_gets_its_maps_back_where_a_linear_layer_made_their_cells(tmp_path: Path) -> None:
    text = "decoder = nn.Sequential(nn.ConvTranspose2d(8, 1, 4, 2, 1))\nz = nn.Linear(3, 8 * 7 * 7)(torch.rand(2, 3))\n"
    assert_file_mends(f"{text}decoder(z)\n", "392 = 8 · 7 · 7", tmp_path / "net.py")
