"""A kernel or pooling larger than what arrives."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_first, at, diagnosed, error_of

CASES = [
    (
        "Given input size: (1, 3, 128). Calculated output size: (1, 0, 1). Output size is too small.",
        "pool-too-small",
        "data",
        "3 words",
    ),
    (
        "Calculated padded input size per channel: (2). Kernel size: (3). Kernel size can't be greater than "
        "actual input size",
        "kernel-larger",
        "data",
        "length",
    ),
    (
        "Calculated padded input size per channel: (1024 x 2). Kernel size: (16 x 16). Kernel size can't be "
        "greater than actual input size",
        "kernel-larger",
        "data",
        "another order",
    ),
    (
        "Calculated padded input size per channel: (230 x 6). Kernel size: (7 x 7). Kernel size can't be greater than "
        "actual input size",
        "kernel-larger",
        "data",
        "it is empty there",
    ),
    (
        "Calculated padded input size per channel: (224 x 2). Kernel size: (3 x 3). Kernel size can't be greater than "
        "actual input size",
        "kernel-larger",
        "data",
        "another order",
    ),
    (
        "Calculated padded input size per channel: (3 x 300). Kernel size: (5 x 300). Kernel size can't be "
        "greater than actual input size",
        "kernel-larger",
        "data",
        "words",
    ),
    (
        "Given input size: (512x1x1). Calculated output size: (512x0x0). Output size is too small",
        "pool-too-small",
        "data",
        "1×1",
    ),
    (
        "Given input size: (2048x1x1). Calculated output size: (2048x-5x-5). Output size is too small at "
        "/pytorch/SpatialAveragePooling.c:48",
        "pool-too-small",
        "data",
        "1×1",
    ),
    (
        'File "torch/nn/modules/conv.py", line 5, in forward\n    return F.conv1d(x, w)\nRuntimeError: '
        "max_pool1d() Invalid computed output size: -4",
        "pool-too-small",
        "data",
        "fewer than the convolution's kernel",
    ),
    (
        at(
            "x = F.avg_pool2d(x, 4)",
            "RuntimeError: Given input size: (64x4x3). Calculated output size: (64x1x0). Output size is too small",
        ),
        "pool-too-small",
        "model",
        "F.adaptive_avg_pool2d(x, 1)",
    ),
    (
        at(
            "x = self.conv(x)",
            "RuntimeError: Calculated padded input size per channel: (61 x 6). Kernel size: (21 x 11). Kernel size "
            "can't be greater than actual input size",
        ).replace("net.py", "transcribe.py"),
        "kernel-larger",
        "data",
        "the model stays as it was trained",
    ),
    (
        "F.avg_pool2d(x, 8)\nCalculated padded input size per channel: (7 x 7). Kernel size: (8 x 8). Kernel size "
        "can't be greater than actual input size",
        "kernel-larger",
        "data",
        "AdaptiveAvgPool2d(1)",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_short_texts_are_padded_and_nothing_warns_of_it(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(
        IMPORTS + "words = nn.Embedding(9, 6)(torch.zeros(2, 3, dtype=torch.long)).unsqueeze(1)\n"
        "y = nn.Conv2d(1, 4, (5, 6))(words)\n"
    )
    found = diagnose(read(error_of(tmp_path / "net.py")))
    assert found
    assert "a text of 3 words" in found.hypotheses[0].says
    assert not found.rule.warning()


@pytest.mark.parametrize("stride", ["", ", stride=2"])
def test_a_batch_of_short_sequences_is_no_shrunken_map(tmp_path: Path, stride: str) -> None:
    texts = f"""
given = pad_sequence([torch.zeros(3, 6), torch.zeros(2, 6)], batch_first=True)
y = nn.Conv1d(6, 4, 5{stride})(given.transpose(1, 2))
"""
    (tmp_path / "net.py").write_text(f"{IMPORTS}from torch.nn.utils.rnn import pad_sequence\n{texts}")
    found = diagnose(read(error_of(tmp_path / "net.py")))
    assert found
    assert ("the longest text or sequence of this batch has 3 steps" in found.hypotheses[0].says) is (not stride)
    assert bool(found.rule.warning()) is bool(stride)


@pytest.mark.parametrize("padding", ["", ", padding=2"])
def test_what_is_said_of_short_texts_mends_them(tmp_path: Path, padding: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"""{IMPORTS}
ids = torch.zeros(2, 4, dtype=torch.long)
emb, conv = nn.Embedding(9, 6), nn.Conv1d(6, 4, 5{padding})
y = conv(emb(ids).transpose(1, 2))
""")
    error = error_of(path)
    assert bool(error) is (not padding)
    if found := diagnose(read(error)):
        assert "or padding=2 in the layer" in found.hypotheses[0].advice


def test_dilated_convolutions_without_padding_take_cells_each(tmp_path: Path) -> None:
    layers = "*(nn.Conv1d(1, 1, 3, dilation=2 ** i) for i in range(4))"
    found = diagnosed(f"net = nn.Sequential({layers})\nnet(torch.rand(2, 1, 24))\n", tmp_path / "net.py")
    assert "dilated convolutions without padding" in found.hypotheses[0].says
