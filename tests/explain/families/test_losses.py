"""Losses: shapes, probabilities, weights."""

import pytest

from tests.explain import assert_first, at, explained

CASES = [
    (
        "Target size (torch.Size([6, 1, 32, 32])) must be the same as input size (torch.Size([1, 6, 32, 32]))",
        "target-size",
        "loss",
        "another order",
    ),
    (
        "loss = bce(netD(fake).flatten(), ones)\nValueError: Using a target size (torch.Size([16])) that is different "
        "to the input size (torch.Size([144]))",
        "target-size",
        "data",
        "3·3 places",
    ),
    ("input and target shapes do not match: input [100 x 2], target [16 x 2]", "target-size", "call", "view(-1, n)"),
    (
        "Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1, 5, 5]))",
        "target-size",
        "data",
        "5·5 places",
    ),
    (
        "Target size (torch.Size([16])) must be the same as input size (torch.Size([16, 1]))",
        "target-size",
        "loss",
        "same numbers",
    ),
    (
        "Target size (torch.Size([16])) must be the same as input size (torch.Size([16, 2]))",
        "target-size",
        "loss",
        "two outputs",
    ),
    (
        "Target size (torch.Size([128])) must be the same as input size (torch.Size([100]))",
        "target-size",
        "data",
        "last batch",
    ),
    (
        "Target size (torch.Size([2, 32, 480, 640])) must be the same as input size (torch.Size([2, 20, 480, 640]))",
        "target-size",
        "model",
        "axis 1",
    ),
    (
        "Target size (torch.Size([2, 1, 64, 64])) must be the same as input size (torch.Size([2, 1, 60, 60]))",
        "target-size",
        "model",
        "60×60",
    ),
    (
        "UserWarning: Using a target size (torch.Size([64])) that is different to the input size (torch.Size([64, "
        "1])). This will likely lead to incorrect results",
        "target-size",
        "loss",
        "same numbers",
    ),
    ("all elements of input should be between 0 and 1", "target-between", "loss", "sigmoid"),
    ("all elements of target should be between 0 and 1", "target-between", "data", "masks"),
    (
        "Target size (torch.Size([1, 1, 49])) must be the same as input size (torch.Size([1, 49]))",
        "target-size",
        "loss",
        "targets.squeeze(1)",
    ),
    (
        "Target size (torch.Size([])) must be the same as input size (torch.Size([1]))",
        "target-size",
        "loss",
        "same numbers",
    ),
    (
        "Target size (torch.Size([8, 18])) must be the same as input size (torch.Size([1, 18]))",
        "target-size",
        "model",
        "batch of 8",
    ),
    (
        "Target size (torch.Size([1966080])) must be the same as input size (torch.Size([3010560]))",
        "target-size",
        "data",
        "flattened",
    ),
    (
        "Target size (torch.Size([65536])) must be the same as input size (torch.Size([196608]))",
        "target-size",
        "data",
        "3 channels",
    ),
    (
        "Target size (torch.Size([4, 10])) must be the same as input size (torch.Size([10, 4]))",
        "target-size",
        "loss",
        "another order",
    ),
    (
        "Target size (torch.Size([8, 156])) must be the same as input size (torch.Size([1248]))",
        "target-size",
        "call",
        "as many numbers",
    ),
    (
        "Target size (torch.Size([64, 1, 8, 3])) must be the same as input size (torch.Size([64, 80, 8, 3]))",
        "target-size",
        "model",
        "expand_as",
    ),
    (
        "Target size (torch.Size([1, 3, 1356, 2040])) must be the same as input size (torch.Size([1, 3, 1224, 2040]))",
        "target-size",
        "data",
        "other sizes",
    ),
    (
        "Target size (torch.Size([1, 1])) must be the same as input size (torch.Size([10, 1]))",
        "target-size",
        "data",
        "one target",
    ),
    (
        "Target size (torch.Size([1, 1, 256, 256])) must be the same as input size (torch.Size([1, 20, 256, 256]))",
        "target-size",
        "loss",
        "squeeze(1).long()",
    ),
    (
        "Loss.cu:115: block: [0,0,0] Assertion `input >= 0 && input <= 1` failed.\nRuntimeError: CUDA error: "
        "device-side assert triggered",
        "target-between",
        "loss",
        "sigmoid",
    ),
    (
        "RuntimeError: torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast.",
        "target-between",
        "loss",
        "nn.BCEWithLogitsLoss",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_the_model_isnt_called_twice_for_the_targets_axis() -> None:
    message = "ValueError: Target size (torch.Size({})) must be the same as input size (torch.Size({}))"
    line = "loss = self.criterion(self.net(x), y)"
    longer, shorter = (message.format(*sizes) for sizes in (([8], [8, 1]), ([8, 1], [8])))
    assert explained(at(line, longer)).hypotheses[0].fixes[0].code == "y = y.unsqueeze(1)"
    assert explained(at(line, shorter)).hypotheses[0].fixes[0].code == "y = y.squeeze(1)"


SMALL = (
    "Using a target size (torch.Size([2, 1, 64, 96])) that is different to the input size (torch.Size([2, 1, 16, 24]))"
)


def test_maps_a_whole_number_smaller_are_those_of_a_network_that_strides() -> None:
    answer = explained(SMALL).hypotheses[0]
    assert "4 times larger" in answer.says
    assert "F.avg_pool2d(targets, 4), times 16 where their sum counts" in answer.advice
    of_masks = explained(at("loss = F.binary_cross_entropy(out, y)", f"ValueError: {SMALL}")).hypotheses[0]
    assert (of_masks.change, of_masks.advice[:22]) == ("model", "enlarge the prediction")
    assert "times larger" not in explained(SMALL.replace("96", "95")).hypotheses[0].says
