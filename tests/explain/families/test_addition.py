"""What the user's line and the two sizes tell of a sum."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_first, at, error_of, first

CASES = [
    (
        at(
            "neg = (1 - mask) * dist + mask * margin",
            "RuntimeError: The size of tensor a (64) must match the size of tensor b (9) at non-singleton dimension 1",
        ).replace("in forward", "in contrastive_loss"),
        "addition-size",
        "call",
        "drop_last=True",
    ),
    (
        at(
            "out = x * y",
            "RuntimeError: The size of tensor a (16) must match the size of tensor b (64) at non-singleton dimension 3",
        ),
        "addition-size",
        "model",
        "upsample the small one: F.interpolate(x, size=y.shape[2:]); or see",
    ),
    (
        at(
            "loss = self.distil(student, teacher)",
            "RuntimeError: The size of tensor a (1000) must match the size of tensor b (5) "
            "at non-singleton dimension 1",
            "torch/nn/functional.py",
        ).replace('functional.py", line 7, in forward', 'functional.py", line 7, in kl_div'),
        "addition-size",
        "model",
        "num_classes=5 where that network is made",
    ),
    (
        "e = ((out_pred - y) ** 2).sum()\nRuntimeError: The size of tensor a (3) must match the size of tensor b (16) "
        "at non-singleton dimension 1",
        "addition-size",
        "loss",
        "prediction",
    ),
    (
        "h = h * self.squeeze(h)\nRuntimeError: The size of tensor a (28) must match the size of tensor b (32) at "
        "non-singleton dimension 3",
        "addition-size",
        "call",
        "channels' axis",
    ),
    (
        "e = (a - b) ** 2\nRuntimeError: The size of tensor a (3) must match the size of tensor b (7) at non-singleton "
        "dimension 1",
        "addition-size",
        "call",
        "3 in a and 7 in b",
    ),
    (
        "h = h + self.table[:, : h.size(0)]\nRuntimeError: The size of tensor a (90) must match the size of "
        "tensor b (8) at non-singleton dimension 1",
        "addition-size",
        "call",
        "size(0) is the batch, 8",
    ),
    (
        "n += (out.argmax(1) == y).sum()\nRuntimeError: The size of tensor a (14) must match the size of tensor b (32) "
        "at non-singleton dimension 1",
        "addition-size",
        "model",
        "an axis is left",
    ),
    (
        "The size of tensor a (8300) must match the size of tensor b (8192) at non-singleton dimension 2",
        "addition-size",
        "data",
        "108 too many",
    ),
    (
        "The size of tensor a (13) must match the size of tensor b (100) at non-singleton dimension 3",
        "addition-size",
        "call",
        "last axis",
    ),
    (
        "The size of tensor a (14) must match the size of tensor b (10) at non-singleton dimension 2",
        "addition-size",
        "model",
        "without padding",
    ),
    (
        "The size of tensor a (75) must match the size of tensor b (100) at non-singleton dimension 3",
        "addition-size",
        "call",
        "scores of 100 classes",
    ),
    (
        "The size of tensor a (3) must match the size of tensor b (12) at non-singleton dimension 0\n"
        "It stops in the Trainer, with 4 GPUs.",
        "addition-size",
        "device",
        "one GPU's share",
    ),
    (
        "The size of tensor a (1057) must match the size of tensor b (512) at non-singleton dimension 1",
        "addition-size",
        "data",
        "truncate to 512 tokens",
    ),
    (
        "The size of tensor a (56640) must match the size of tensor b (80) at non-singleton dimension 2",
        "addition-size",
        "data",
        "spectrogram",
    ),
    (
        "The size of tensor a (4) must match the size of tensor b (196) at non-singleton dimension 2",
        "addition-size",
        "data",
        "positions for 196",
    ),
    (
        "d += (pred[:, i] * target[:, i]).sum()\nRuntimeError: The size of tensor a (512) must match "
        "the size of tensor b (256) at non-singleton dimension 3",
        "addition-size",
        "loss",
        "target",
    ),
    (
        "x = torch.tanh(self.a(hidden[0]) + self.b(encoder_outputs))\nRuntimeError: The size of "
        "tensor a (3) must match the size of tensor b (5) at non-singleton dimension 1",
        "addition-size",
        "call",
        "unsqueeze(1)",
    ),
    (
        at(
            "scaler.step(optimizer)",
            "RuntimeError: The size of tensor a (18) must match the size of tensor b (24) at non-singleton dimension 0",
            "torch/optim/sgd.py",
        ),
        "addition-size",
        "checkpoint",
        "another model",
    ),
    (
        "The size of tensor a (5) must match the size of tensor b (4097) at non-singleton dimension 1",
        "addition-size",
        "data",
        "positions for 4097",
    ),
    (
        "The size of tensor a (768) must match the size of tensor b (512) at non-singleton dimension 2",
        "addition-size",
        "model",
        "hidden sizes",
    ),
    (
        "The size of tensor a (645120) must match the size of tensor b (32256) at non-singleton dimension 0",
        "addition-size",
        "call",
        "20 classes",
    ),
    (
        "n = (1 - mask) * dist\nRuntimeError: The size of tensor a (1024) must match the size of "
        "tensor b (97) at non-singleton dimension 1",
        "addition-size",
        "call",
        "mask",
    ),
    (
        "x = self.value(x) + self.time_embedding(mark)\nRuntimeError: The size of tensor a (120) must "
        "match the size of tensor b (72) at non-singleton dimension 1",
        "addition-size",
        "data",
        "mark has 72",
    ),
    (
        "The size of tensor a (16) must match the size of tensor b (10) at non-singleton dimension 1",
        "addition-size",
        "call",
        "labels, [16], meet scores of 10 classes",
    ),
    (
        "The size of tensor a (299) must match the size of tensor b (273) at non-singleton dimension 1",
        "addition-size",
        "data",
        "another length",
    ),
    (
        "The size of tensor a (150) must match the size of tensor b (152) at non-singleton dimension 3",
        "addition-size",
        "data",
        "multiple of 32",
    ),
    (
        "The size of tensor a (222) must match the size of tensor b (224) at non-singleton dimension 3",
        "addition-size",
        "model",
        "without padding",
    ),
    (
        "The size of tensor a (4) must match the size of tensor b (36) at non-singleton dimension 3",
        "addition-size",
        "call",
        "last axis",
    ),
    (
        "m = causal.masked_fill(mask, 0)\nRuntimeError: The size of tensor a (35) must match the size of tensor b (69) "
        "at non-singleton dimension 3",
        "addition-size",
        "call",
        "counted again",
    ),
    (
        "The size of tensor a (5876) must match the size of tensor b (7232) at non-singleton dimension 1",
        "addition-size",
        "data",
        "tokens",
    ),
    (
        "The size of tensor a (0) must match the size of tensor b (4) at non-singleton dimension 1",
        "addition-size",
        "data",
        "empty",
    ),
    (
        "The size of tensor a (133) must match the size of tensor b (10) at non-singleton dimension 1",
        "addition-size",
        "call",
        "one_hot",
    ),
    (
        "The size of tensor a (4015) must match the size of tensor b (8030) at non-singleton dimension 1",
        "addition-size",
        "call",
        "8030 = 2 · 4015",
    ),
    (
        "The size of tensor a (40) must match the size of tensor b (56) at non-singleton dimension 4",
        "addition-size",
        "data",
        "different sizes",
    ),
    (
        "x = x + skip\nRuntimeError: The size of tensor a (64) must match the size of tensor b (65) at "
        "non-singleton dimension 3",
        "addition-size",
        "model",
        "odd",
    ),
    (
        "x = x + skip\nRuntimeError: The size of tensor a (28) must match the size of tensor b (14) at "
        "non-singleton dimension 3",
        "addition-size",
        "model",
        "2-fold",
    ),
    (
        "x = x + skip\nRuntimeError: The size of tensor a (28) must match the size of tensor b (24) at "
        "non-singleton dimension 3",
        "addition-size",
        "model",
        "padding",
    ),
    (
        "out += identity\nRuntimeError: The size of tensor a (64) must match the size of tensor b (256) at "
        "non-singleton dimension 1",
        "addition-size",
        "model",
        "kernel_size=1",
    ),
    (
        "x = x + self.pos_embed\nRuntimeError: The size of tensor a (197) must match the size of tensor b (257) "
        "at non-singleton dimension 1",
        "addition-size",
        "data",
        "197 tokens",
    ),
    (
        "x = x + self.position_embeddings(ids)\nRuntimeError: The size of tensor a (600) must match the size of "
        "tensor b (512) at non-singleton dimension 1",
        "addition-size",
        "data",
        "truncate",
    ),
    (
        "hits = (outputs == labels).sum()\nRuntimeError: The size of tensor a (10) must match the size of tensor "
        "b (64) at non-singleton dimension 1",
        "addition-size",
        "call",
        "argmax",
    ),
    (
        "e = e.masked_fill(mask == 0, -1e9)\nRuntimeError: The size of tensor a (1024) must match the size of "
        "tensor b (512) at non-singleton dimension 3",
        "addition-size",
        "call",
        "mask",
    ),
    (
        "x - self.fc(x)\nRuntimeError: The size of tensor a (7) must match the size of tensor b (10) at "
        "non-singleton dimension 3",
        "addition-size",
        "call",
        "minus",
    ),
    (
        "loss = criterion(out, y)\nRuntimeError: The size of tensor a (10) must match the size of tensor b (64) "
        "at non-singleton dimension 1",
        "addition-size",
        "loss",
        "prediction",
    ),
    (
        "x += y\nRuntimeError: output with shape [1, 8] doesn't match the broadcast shape [2, 8]",
        "inplace-size",
        "call",
        "keeps the shape",
    ),
    (
        "kept = x[mask]\nIndexError: The shape of the mask [3, 5] at index 1 does not match the shape of the "
        "indexed tensor [3, 4] at index 1",
        "mask-size",
        "call",
        "axis 1",
    ),
]


def test_an_axis_that_no_tensor_has_is_no_number_to_count_with() -> None:
    message = "The size of tensor a (1125) must match the size of tensor b (3) at non-singleton dimension 2147483648"
    assert diagnose(read(message)) is None


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_what_was_doubled_is_brought_to_the_odd_size() -> None:
    message = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension"
    fixes = [
        first(f"y = one + two\n{message.format(a, b)} 3")[1].fixes[0].code for a, b in ((30, 31), (31, 32), (31, 30))
    ]
    up_one, up_two = "one = F.interpolate(one, size=two.shape[2:])", "two = F.interpolate(two, size=one.shape[2:])"
    assert fixes == [up_one, up_two, up_two]


def test_no_last_batch_is_guessed_where_the_file_has_none(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"""{IMPORTS}
def with_self_loops(edges, nodes):
    loops = torch.arange(nodes).repeat(2, 1)
    return torch.cat([edges, loops], dim=1)
weight = torch.rand(3)
edges = with_self_loops(torch.tensor([[0, 1, 2], [1, 2, 0]]), 4)
source, target = edges
h = torch.rand(4, 6)
sent = h[source] * weight[:, None]
out = torch.zeros_like(h).index_add(0, target, sent)
""")
    found = diagnose(read(error_of(path)))
    assert found and "h[source] has 7 rows and weight[:, None] 3" in found.hypotheses[0].says
    assert "self loops are edges that are added at lines 6, 10" in found.hypotheses[0].says
