"""Products of matrices, one by one and in batches."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at

CASES = [
    (
        "s = torch.einsum('bid,bjd->bij', a, c)\n"
        "RuntimeError: einsum(): subscript d has size 24 for operand 1 which does not broadcast with previously seen "
        "size 40",
        "matmul-size",
        "call",
        "the letter d is 40 in a and 24 in c",
    ),
    (
        "Expected size for first two dimensions of batch2 tensor to be: [4, 6] but got: [3, 6].",
        "matmul-size",
        "call",
        "the first is a batch of 4, the second one of 3",
    ),
    (
        "Expected size for first two dimensions of batch2 tensor to be: [16, 40] but got: [8, 40].",
        "matmul-size",
        "call",
        "one of 8, 2 times the other: repeated on one side alone",
    ),
    (
        at(
            "s = torch.bmm(wave, kernel)",
            "RuntimeError: batch1 and batch2 must have same number of batches, got 2 and 1",
        ),
        "matmul-size",
        "data",
        "stereo) were read as a batch in wave",
    ),
    (
        "s = torch.bmm(q, memory)\n"
        "RuntimeError: Expected size for first two dimensions of batch2 tensor to be: [8, 32] but got: [1, 32].",
        "matmul-size",
        "call",
        "if memory is for all, torch.matmul",
    ),
    (
        "h = F.relu(torch.matmul(x, w1) + b1)\n"
        "RuntimeError: Expected size for first two dimensions of batch2 tensor to be: [10, 36] but got: [10, 26].",
        "matmul-size",
        "model",
        "w1 is made for 26",
    ),
    (
        "out = torch.nn.functional.scaled_dot_product_attention(\n      ^^^^^^^^^^^^^^\n"
        "RuntimeError: Expected size for first two dimensions of batch2 tensor to be: [28, 2048] but got: [28, 1025].",
        "matmul-size",
        "call",
        "other lengths",
    ),
    (
        "einsum(): subscript j has size 4 for operand 1 which does not broadcast with previously seen size 5",
        "matmul-size",
        "call",
        "5 in one side and 4",
    ),
    (
        "einsum() operands do not broadcast with remapped shapes [original->remapped]: [12, 81, 2]->[12, 1, "
        "2, 81] [12, 81, 2]->[1, 81, 2, 12]",
        "matmul-size",
        "call",
        "81 in one side and 12",
    ),
    (
        "y = torch.einsum('b i d, b j d -> b i j', q[i:j], k)\nRuntimeError: einsum(): operands do not broadcast with "
        "remapped shapes [original->remapped]: [32, 96, 40]->[32, 96, 1, 40] [8, 77, 40]->[8, 1, 77, 40]",
        "matmul-size",
        "call",
        "the letter b is 32 in q[i:j] and 8 in k, the first axis of both: batches (times heads, perhaps) that differ, "
        "32 = 4 · 8 repeat what k is made of 4 times",
    ),
    (
        "y = torch.einsum('bid,bjd->bij', q, k)\nRuntimeError: einsum(): operands do not broadcast with remapped "
        "shapes [original->remapped]: [8, 96, 40]->[8, 96, 1, 40] [8, 77, 64]->[8, 1, 77, 64]",
        "matmul-size",
        "call",
        "the letter d is 40 in q and 64 in k print both shapes",
    ),
    (
        "invalid argument 7: equal number of batches expected at THCTensorMathBlas.cu:471",
        "matmul-size",
        "call",
        "last of an epoch",
    ),
    (
        "ret = torch.addmm(bias, input, weight.t())\nRuntimeError: mat1 dim 1 must match mat2 dim 0",
        "matmul-size",
        "model",
        "in_features",
    ),
    ("size of dimension does not match previous size, operand 1, dim 1", "matmul-size", "call", "picture sizes"),
    (
        "Expected 3-dimensional tensor, but got 2-dimensional tensor for argument #1 'batch1' (while checking "
        "arguments for bmm)",
        "matmul-rank",
        "call",
        "torch.bmm",
    ),
    ("matrices expected, got 4D, 2D tensors at TensorMath.cpp:128", "matmul-rank", "call", "x.flatten(1)"),
    ("matrices expected, got 3D, 2D tensors", "matmul-rank", "call", "any number of axes"),
    ("t() expects a tensor with <= 2 dimensions, but self is 4D", "matmul-rank", "call", "x.transpose(-2, -1)"),
    ("t() expects a 2D tensor, but self is 3D", "matmul-rank", "call", "x.transpose(1, 2)"),
    (
        "pooled = torch.bmm(alpha, memory)\nRuntimeError: batch1 must be a 3D tensor",
        "matmul-rank",
        "call",
        "alpha.unsqueeze(1)",
    ),
    (
        "y = torch.bmm(x, basis)\nRuntimeError: batch2 must be a 3D tensor",
        "matmul-rank",
        "call",
        "torch.matmul, or @",
    ),
    (
        "contracted dimensions need to match, but first has size 4 in dim -1 and second has size 5 in dim 0",
        "matmul-size",
        "call",
        "4",
    ),
    ("vector + matrix @ vector expected, got 1, 1, 1", "matmul-rank", "call", "torch.matmul"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


FILES = {
    "parts is stacked along a new axis 0": """
weights, heads = torch.rand(5, 2), [nn.Linear(3, 4), nn.Linear(3, 4)]
x = torch.rand(5, 3)
parts = torch.stack([head(x) for head in heads])
mixed = torch.einsum("sk,skf->sf", weights, parts)
""",
    "whose axis 0 is to stay": """
maps = torch.rand(2, 3, 20)
gram = maps @ maps.t() / 20
assert gram.shape == (2, 3, 3)
""",
    "one row for each sample, whose axis of 1 was squeezed": """
scorer, states = nn.Linear(6, 1), torch.rand(4, 9, 6)
share = scorer(states).squeeze(-1).softmax(1)
mean = torch.bmm(share, states)
assert mean.shape == (4, 6)
""",
    "one column for each sample": """
scorer, states = nn.Linear(6, 1), torch.rand(4, 9, 6)
share = scorer(states).squeeze(-1).softmax(1)
mean = torch.bmm(states.transpose(1, 2), share)
total = mean.squeeze(2)
assert total.shape == (4, 6)
""",
}


@pytest.mark.parametrize("words", FILES)
def test_the_file_is_read_and_mended(words: str, tmp_path: Path) -> None:
    assert assert_file_mends(FILES[words], words, tmp_path / "net.py").hypotheses[0].fixes
