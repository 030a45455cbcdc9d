"""Names of a checkpoint beside those of a model."""

import pytest

from convcli.explain.families.state_keys import added, wrapped
from tests.explain import explained


def test_a_whole_checkpoint_is_known_by_names_without_dots() -> None:
    assert wrapped(["a.weight"], ["epoch", "state_dict"]) == ["state_dict"]
    assert wrapped(["a.weight"], ["model_args", "model", "optimizer"]) == ["model"]
    assert wrapped(["a.weight"], ["model.a.weight", "epoch"]) == []
    assert wrapped([], ["model"]) == []


def test_layers_are_taken_for_renamed_only_where_one_alone_fits() -> None:
    one = ["head.weight", "head.bias", "norm.weight", "norm.bias", "norm.running_mean"]
    assert added(one, ["fc.weight", "fc.bias"]) == ([("fc.", "head.")], ["norm."])
    two = ["head.weight", "head.bias", "side.weight", "side.bias"]
    assert added(two, ["fc.weight", "fc.bias"]) == ([], [])


@pytest.mark.parametrize("quote", ["", '"'])
def test_sizes_as_they_were_told_before_0_4(quote: str) -> None:
    text = f"While copying the parameter named {quote}emb.weight{quote}, whose dimensions in the model are "
    text += "torch.Size([58, 256]) and whose dimensions in the checkpoint are torch.Size([107, 256])."
    assert explained(f"RuntimeError: {text}").rule.facts["sizes"] == [("emb.weight", (107, 256), (58, 256))]
