"""Losses with settings that don't fit, and losses that were made where a call was meant."""

from pathlib import Path

from tests.explain import diagnosed, explained, first


def test_weights_are_counted_and_outputs_too() -> None:
    code, answer = first(
        "weight tensor should be defined either for all 3 classes or no classes but got weight tensor of shape: [2]"
    )
    assert (code, answer.change) == ("loss-weights", "loss")
    assert answer.says == "2 weights for 3 outputs"


def test_a_comparison_is_no_loss() -> None:
    code, answer = first("if out == y:\nRuntimeError: Boolean value of Tensor with more than one value is ambiguous")
    assert (code, answer.change) == ("loss-made", "call")


def test_a_bare_message_may_be_of_a_loss_that_was_made() -> None:
    found = explained("Boolean value of Tensor with more than one value is ambiguous")
    assert [each.change for each in found.hypotheses] == ["call", "loss"]


def test_weights_of_the_right_number_are_flattened() -> None:
    code, answer = first(
        "weight tensor should be defined either for all 19 classes or no classes but got weight tensor of "
        "shape: [1, 19]"
    )
    assert (code, answer.likelihood) == ("loss-weights", "certain")
    assert "an axis too many" in answer.says


def test_each_length_of_ctc_is_told_apart() -> None:
    targets = "Expected tensor to have size at least 12 at dimension 1, but got size 8 for argument #2 'targets'"
    scores = "Expected input_lengths to have value at most 10, but got value 11"
    said = [first(message)[1].says for message in (targets, scores, "input_lengths must be of size batch_size")]
    for words, sentence in zip(("8 columns", "10 steps", "number of samples"), said, strict=True):
        assert words in sentence


def test_a_target_with_a_gradient_is_the_prediction_or_a_networks() -> None:
    found = explained("the derivative for 'target' is not implemented")
    assert [each.change for each in found.hypotheses] == ["call", "loss"]


def test_weights_of_classes_are_given_and_not_learned() -> None:
    code, answer = first("The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'.")
    assert (code, answer.change) == ("loss-target-gradient", "loss")
    assert "weight.detach()" in answer.advice


def test_bincount_counts_up_to_the_largest_label(tmp_path: Path) -> None:
    made = "weights, scores = 1 / torch.bincount(labels), torch.rand(3, 6)\nF.cross_entropy(scores, labels, weights)\n"
    found = diagnosed(f"labels = torch.tensor([0, 1, 2])\n{made}", tmp_path / "net.py")
    assert "minlength=6" in found.hypotheses[0].advice
