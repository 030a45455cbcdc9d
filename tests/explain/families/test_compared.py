"""Predictions beside targets, element by element."""

from tests.explain import assert_first, at

MESSAGE = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension 1"


def test_boxes_of_all_classes_meet_the_one_of_a_target() -> None:
    words = "84 = 21 · 4: box_pred has a box of 4 numbers for each of 21 classes, and box_targets a single box"
    assert_first(at("diff = box_pred - box_targets", MESSAGE.format(84, 4)), "addition-size", "loss", words)
    turned = at("diff = torch.abs(target_boxes - pred_boxes)", MESSAGE.format(4, 84))
    assert_first(turned, "addition-size", "loss", "pred_boxes.view(-1, 21, 4)[torch.arange(len(labels)), labels]")
    for line, sizes in (("diff = box_pred - box_targets", (85, 4)), ("diff = pred - target", (84, 4))):
        assert_first(at(line, MESSAGE.format(*sizes)), "addition-size", "loss", "the same shape")
