"""Class numbers: their range and their type."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import assert_file_mends, assert_first, at, error_of, explained, first

CASES = [
    ("Target -41 is out of bounds.", "target-range", "data", "computed"),
    ("Target -9223372036854775808 is out of bounds.", "target-range", "data", "NaN"),
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
    ("Assertion `cur_target >= 0 && cur_target < n_classes' failed.", "target-range", "model", "background"),
    (
        "Expected object of scalar type Long but got scalar type Float for argument #2 'target' in call to "
        "_thnn_nll_loss_forward\nBut my targets are class probabilities",
        "target-dtype",
        "data",
        "labels.long()",
    ),
    ("IndexError: Target 192 is out of bounds\nI train a U-Net", "target-range", "data", "grey values"),
    (
        "RuntimeError: ignore_index is not supported for floating point target",
        "target-dtype",
        "data",
        "targets.argmax(1)",
    ),
    (
        "RuntimeError: CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
        "target-range",
        "loss",
        "run it once on the CPU",
    ),
    (
        'loss = F.binary_cross_entropy_with_logits(scores, labels)\nRuntimeError: "log_sigmoid_cpu" not '
        "implemented for 'Byte'",
        "target-dtype",
        "loss",
        "swapped",
    ),
    ("IndexError: Target 192 is out of bounds.", "target-range", "data", "grey values of a mask"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_labels_that_are_fractions_may_be_no_class_numbers() -> None:
    found = explained("loss = F.cross_entropy(out, y)\nRuntimeError: expected scalar type Long but found Float")
    assert [each.likelihood for each in found.hypotheses] == ["likely", "possible"]
    assert "probabilities" in found.hypotheses[1].says


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Found dtype Float but expected Double", "the predictions are double"),
        ("Found dtype Double but expected Float", "the targets are double"),
        ("expected dtype Double but got dtype Float", "the message doesn't tell which"),
        ("expected scalar type Double but found Float", "the message doesn't tell which"),
        ("Found dtype Float but expected Long", "the predictions are long"),
    ],
)
def test_which_of_two_types_is_the_targets_is_said_as_far_as_torch_tells(message: str, words: str) -> None:
    text = at("loss = F.mse_loss(out, y)", f"RuntimeError: {message}")
    assert words in first(text)[1].says


OUTPUTS = (
    "y = torch.tensor([1, 3, 2, 3])\n"
    "net = nn.Linear(2, len(y.unique()))\n"
    "for step in range(3):\n"
    "    loss = F.cross_entropy(net(torch.rand(4, 2)), y)"
)
DOUBLE = (
    "net = nn.Sequential(nn.Linear(2, 1), nn.Sigmoid()).double()\n"
    "out = net(torch.rand(3, 2).double())\n"
    "loss = F.binary_cross_entropy(out, torch.ones(3, 1))"
)


def test_as_many_outputs_as_labels_that_differ_have_labels_from_1(tmp_path: Path) -> None:
    assert_file_mends(OUTPUTS, "they start at 1", tmp_path / "net.py")


def test_float_targets_are_brought_to_double_predictions(tmp_path: Path) -> None:
    assert_file_mends(DOUBLE, "the predictions are double", tmp_path / "net.py")


def test_a_file_of_calls_without_outputs_tells_nothing_of_a_label(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("import torch\nrows = torch.nn.functional.one_hot(torch.tensor([0, 2]), 2)\n")
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "num_classes" in found.hypotheses[0].says


def test_both_readings_of_a_label_too_large_are_shown_with_what_tells_them_apart() -> None:
    found = explained("IndexError: Target 5 is out of bounds.")
    assert "there are 5 outputs, for classes 0 to 4" in found.hypotheses[1].says
    assert "the smallest label is 1 if they start at 1, and 0 if outputs lack" in found.rule.deciding()


def test_a_label_of_1_that_is_too_large_has_one_output() -> None:
    assert "BCEWithLogitsLoss()(outputs.squeeze(1), labels.float())" in first("Target 1 is out of bounds.")[1].advice


OLD = (
    "RuntimeError: Expected object of scalar type Long but got scalar type Float for argument #2 'target' in call to "
    "_thnn_nll_loss2d_forward"
)


def test_masks_of_an_old_torch_may_have_a_class_axis_as_well() -> None:
    found = explained(at("loss = criterion(out, y)", OLD))
    assert all(words in found.hypotheses[0].advice for words in ("squeeze(1).long()", "argmax(1)"))
    assert not found.hypotheses[0].fixes
    assert "BCEWithLogitsLoss" in found.hypotheses[1].advice
    of_rows = explained(at("loss = criterion(out, y)", OLD.replace("2d", ""))).hypotheses
    assert of_rows[0].fixes
    assert "argmax(1)" in of_rows[1].advice
    newer = explained(at("loss = criterion(out, mask)", "RuntimeError: expected scalar type Long but found Float"))
    assert newer.hypotheses[0].fixes[0].code == "mask = mask.long()"
