"""Losses with settings that don't fit, and losses that were made where a call was meant."""

from tests.explain import first


def test_weights_are_counted_and_outputs_too() -> None:
    code, answer = first(
        "weight tensor should be defined either for all 3 classes or no classes but got weight tensor of shape: [2]"
    )
    assert (code, answer.change) == ("loss-weights", "loss")
    assert answer.says == "2 weights for 3 outputs"


def test_a_comparison_is_no_loss() -> None:
    code, answer = first("if out == y:\nRuntimeError: Boolean value of Tensor with more than one value is ambiguous")
    assert (code, answer.change) == ("loss-made", "call")
