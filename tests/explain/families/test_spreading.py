"""Values that are spread over other sizes, written into them, or choose from them."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at, diagnosed

VALUE = "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {}"
EXPANDED = (
    "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension {}.  "
    "Target sizes: {}.  Tensor sizes: {}"
)
MASK = "The shape of the mask {} at index 0 does not match the shape of the indexed tensor {} at index {}"
CASES = [
    (
        "out += residual\nRuntimeError: The expanded size of the tensor (27) must match the existing size (28) at "
        "non-singleton dimension 3",
        "expand-size",
        "model",
        "one path lost cells",
    ),
    (
        "shape mismatch: value tensor of shape [30, 4] cannot be broadcast to indexing result of shape [22, 4]",
        "value-size",
        "call",
        "22 rows are chosen",
    ),
    (
        "The expanded size of the tensor (2100) must match the existing size (2048) at non-singleton dimension 1. "
        "Target sizes: [2, 2100]. Tensor sizes: [1, 2048]",
        "expand-size",
        "data",
        "at most 2048",
    ),
    (
        "The expanded size of the tensor (640) must match the existing size (480) at non-singleton dimension 2",
        "expand-size",
        "data",
        "different sizes",
    ),
    (
        "The expanded size of the tensor (8) must match the existing size (40) at non-singleton dimension 0",
        "expand-size",
        "call",
        "40 = 5 · 8",
    ),
    (EXPANDED.format(512, 600, 1, [1, 512], [1, 600]), "expand-size", "data", "truncate"),
    (
        "The expanded size of the tensor (1750) must match the existing size (512) at non-singleton "
        "dimension 1.  Target sizes: [32, 1750].  Tensor sizes: [1, 512]",
        "expand-size",
        "data",
        "1750 tokens",
    ),
    (
        "The expanded size of the tensor (1) must match the existing size (3) at non-singleton dimension 0",
        "expand-size",
        "data",
        "Normalize",
    ),
    (
        "The expanded size of the tensor (256) must match the existing size (512) at non-singleton dimension 1",
        "expand-size",
        "model",
        "256 channels",
    ),
    (MASK.format([845], [5, 13, 13], 0), "mask-size", "call", "5 · 13 · 13"),
    (MASK.format([7], [8, 1536], 0), "mask-size", "data", "was made for 8"),
    (MASK.format([81], [80], 0), "mask-size", "call", "background"),
    (
        "The shape of the mask [1, 6] at index 1 does not match the shape of the indexed tensor [1, 7, 300] at index 1",
        "mask-size",
        "call",
        "start token",
    ),
    (MASK.format([90], [0, 64], 0), "mask-size", "data", "empty"),
    (MASK.format([1, 4], [2, 4, 8], 0), "mask-size", "call", "isn't repeated"),
    (MASK.format([65536], [40000, 3], 0), "mask-size", "data", "resolutions"),
    (MASK.format([64, 64], [3, 4, 85, 64], 2), "mask-size", "data", "square"),
    (MASK.format([1, 304], [1, 624, 256], 1), "mask-size", "call", "axis 1"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


STATE = """
class Weights(nn.Module):
    def forward(self, h, steps):
        return h.unsqueeze(1).repeat(1, steps.size(1), 1)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.read = nn.GRU(3, 5, batch_first=True)
        self.weigh = Weights()
    def forward(self, x):
        steps, h = self.read(x)
        return self.weigh(h, steps)
assert Net()(torch.rand(2, 4, 3)).shape == (2, 4, 5)
"""


def test_a_state_is_repeated_without_its_layers(tmp_path: Path) -> None:
    assert_file_mends(STATE, "h is the state of self.read, [layers·directions, batch, hidden]", tmp_path / "net.py")


def test_too_few_sizes_are_told_by_what_is_spread() -> None:
    message = "RuntimeError: Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
    assert_first(at("y = rows.unsqueeze(1).repeat(1, n, 1)", message), "expand-size", "call", "print(rows.shape)")


SHIFTED = """
logits, ids = torch.rand(2, 6, 9), torch.randint(0, 9, (2, 6))
counts = torch.arange(6).expand(2, 6) > 2
said = logits[:, :-1]
meant = ids[:, 1:]
loss = F.cross_entropy(said[counts], meant[counts])
"""


def test_a_mask_moves_with_the_labels_that_it_chooses(tmp_path: Path) -> None:
    found = assert_file_mends(SHIFTED, "counts[:, 1:]; not [:, :-1]", tmp_path / "train.py")
    assert "said is cut by [:, :-1], meant is cut by [:, 1:], to 5 steps" in found.hypotheses[0].says


def test_a_mask_for_what_lost_its_last_step_alone_is_left_open(tmp_path: Path) -> None:
    text = SHIFTED.replace("ids[:, 1:]", "ids[:, :-1]")
    assert "one side counts an element" in diagnosed(text, tmp_path / "train.py").hypotheses[0].says
