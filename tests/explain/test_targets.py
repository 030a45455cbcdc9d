"""Targets: numbers, batches, types."""

import pytest

from tests.explain import assert_first

CASES = [
    ("size mismatch (got input: [10], target: [256])", "target-batch", "call", "one sample's"),
    ("Target 5 is out of bounds.", "target-range", "model", "a label is 5"),
    ("Target -1 is out of bounds.", "target-range", "loss", "left out"),
    ("Target 255 is out of bounds.", "target-range", "loss", "border"),
    ("CUDA error: device-side assert triggered", "target-range", "loss", "GPU"),
    (
        "Loss.cu:250: block: [0,0,0] Assertion `t >= 0 && t < n_classes` failed.\nRuntimeError: CUDA error: "
        "device-side assert triggered",
        "target-range",
        "model",
        "out of range",
    ),
    ("Expected input batch_size (1568) to match target batch_size (32).", "target-batch", "call", "49 · 32"),
    ("Expected input batch_size (4) to match target batch_size (40).", "target-batch", "loss", "10 targets"),
    ("Expected input batch_size (4) to match target batch_size (0).", "target-batch", "data", "single number"),
    ("Expected input batch_size (324) to match target batch_size (64).", "target-batch", "call", "share no batch"),
    (
        "loss = criterion(out.squeeze(), y)\nValueError: Expected input batch_size (10) to match target "
        "batch_size (1).",
        "target-batch",
        "call",
        "squeeze()",
    ),
    ("size mismatch (got input: [4, 3, 8, 8] , target: [4, 9, 9]", "target-batch", "model", "8×8"),
    (
        "Expected object of scalar type Long but got scalar type Float for argument #2 'target' in call to "
        "_thnn_nll_loss_forward",
        "target-dtype",
        "data",
        "Float",
    ),
    ("loss.backward()\nRuntimeError: Found dtype Double but expected Float", "target-dtype", "data", "double"),
    ("Expected floating point type for target with class probabilities, got Long", "target-dtype", "loss", "one-hot"),
    (
        "loss = criterion(labels, out)\nRuntimeError: \"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'",
        "target-dtype",
        "loss",
        "swapped",
    ),
    (
        "NLLLoss2d.cu:103: nll_loss2d_forward_kernel: block: [3,0,0], thread: [9,0,0] Assertion `t >= 0 && t "
        "< n_classes` failed.",
        "target-range",
        "data",
        "grey values",
    ),
    ("Expected input batch_size (32) to match target batch_size (17).", "target-batch", "model", "17 samples"),
    ("Expected input batch_size (17) to match target batch_size (32).", "target-batch", "call", "different batches"),
    ("Expected input batch_size (60) to match target batch_size (10).", "target-batch", "call", "torch.cat"),
    (
        "input and target batch or spatial sizes don't match: target [4, 31, 31], input [4, 31, 10, 31]",
        "target-batch",
        "loss",
        "stand on axis 2",
    ),
    (
        "loss += criterion(out, target[c])\nRuntimeError: dimension specified as 0 but tensor has no dimensions",
        "target-batch",
        "data",
        "single number",
    ),
    (
        "Expected object of type Variable[torch.FloatTensor] but found type Variable[torch.LongTensor] for "
        "argument #1 'target'",
        "target-dtype",
        "data",
        "targets.float()",
    ),
    (
        "is_same_size received an invalid combination of arguments - got (torch.cuda.FloatTensor), but "
        "expected (torch.cuda.LongTensor other)",
        "target-dtype",
        "data",
        "targets.float()",
    ),
    ("Class values must be smaller than num_classes.", "target-range", "model", "num_classes"),
    ("Expected input batch_size (1) to match target batch_size (256).", "target-batch", "data", "unsqueeze(0)"),
    (
        "cross_entropy_loss(): argument 'target' (position 2) must be Tensor, not tuple",
        "target-dtype",
        "data",
        "the labels are a tuple",
    ),
    (
        "cross_entropy_loss(): argument 'target' (position 2) must be Tensor, not int",
        "target-dtype",
        "data",
        "a number",
    ),
    (
        "SpatialClassNLLCriterion.cu:106: block: [6,0,0] Assertion `t >= 0 && t < n_classes` failed.\n"
        "RuntimeError: cuda runtime error (710) : device-side assert triggered",
        "target-range",
        "data",
        "grey values",
    ),
    ("Expected input batch_size (511) to match target batch_size (23).", "target-batch", "call", "padded"),
    ("Assertion `cur_target >= 0 && cur_target < n_classes' failed.", "target-range", "model", "background"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
