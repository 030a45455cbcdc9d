"""Predictions beside targets, element by element."""

from tests.explain import assert_first, at, explained

MESSAGE = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension 1"


def test_boxes_of_all_classes_meet_the_one_of_a_target() -> None:
    words = "84 = 21 · 4: box_pred has a box of 4 numbers for each of 21 classes, and box_targets a single box"
    assert_first(at("diff = box_pred - box_targets", MESSAGE.format(84, 4)), "addition-size", "loss", words)
    turned = at("diff = torch.abs(target_boxes - pred_boxes)", MESSAGE.format(4, 84))
    assert_first(turned, "addition-size", "loss", "pred_boxes.view(-1, 21, 4)[torch.arange(len(labels)), labels]")
    for line, sizes in (("diff = box_pred - box_targets", (85, 4)), ("diff = pred - target", (84, 4))):
        assert_first(at(line, MESSAGE.format(*sizes)), "addition-size", "loss", "the same shape")


def test_class_numbers_beside_scores_may_be_the_targets_of_squares() -> None:
    library = "torch/nn/functional.py"
    text = at("loss = criterion(out, y)", MESSAGE.format(3, 10), library).replace(
        'py", line 7, in forward\n    ...', 'py", line 7, in mse_loss\n    ...'
    )
    assert "10 class numbers for 10 samples with 3 scores" in explained(text).hypotheses[1].says
    assert not explained(text.replace("(10)", "(1)")).hypotheses[1:]
