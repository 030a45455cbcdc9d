"""Distributions: scores for probabilities, what isn't above 0, values that can't be; NaN is left alone."""

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import assert_first, at, first

PROBS = (
    "ValueError: Expected parameter probs (Tensor of shape (2,)) of distribution Categorical(probs: torch.Size([2])) "
    "to satisfy the constraint Simplex(), but found invalid values:\ntensor([ 1.5998, -0.5998], grad_fn=<DivBackward0>)"
)
SCALE = (
    "ValueError: Expected parameter scale (Tensor of shape (1,)) of distribution Normal(loc: tensor([0.]), scale: "
    "tensor([-1.])) to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\ntensor([-1.])"
)
LOC = (
    "Expected parameter loc (Tensor of shape (2,)) of distribution Normal(loc: torch.Size([2]), "
    "scale: torch.Size([2])) to satisfy the constraint Real(), but found invalid values:"
)
CASES = [
    (SCALE, "model", "F.softplus(x) + 1e-6"),
    (
        "Expected parameter covariance_matrix (Tensor of shape (2, 2)) of distribution MultivariateNormal(loc: "
        "torch.Size([2]), covariance_matrix: torch.Size([2, 2])) to satisfy the constraint PositiveDefinite(), but "
        "found invalid values:\ntensor([[1., 2.], [2., 1.]])",
        "call",
        "torch.eye(n)",
    ),
    (
        "Expected value argument (Tensor of shape ()) to be within the support (IntegerInterval(lower_bound=0, "
        "upper_bound=1)) of the distribution Categorical(probs: torch.Size([2])), but found invalid values:\n5",
        "data",
        "outside of IntegerInterval(lower_bound=0, upper_bound=1)",
    ),
    ("ValueError: The parameter probs has invalid values", "call", "Categorical(logits=x)"),
]


@pytest.mark.parametrize(("text", "change", "words"), CASES)
def test_the_first_answer(text: str, change: str, words: str) -> None:
    assert_first(text, "distribution-parameter", change, words)


@pytest.mark.parametrize("text", [LOC, SCALE.replace("[-1.]", "[nan]")])
def test_nan_is_left_alone(text: str) -> None:
    assert diagnose(read(text)) is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("dist = Categorical(policy(obs))", "dist = Categorical(logits=policy(obs))"),
        ("d = td.OneHotCategorical(probs=out)", "d = td.OneHotCategorical(logits=out)"),
        ("a = Categorical(self.pi(probs)).sample()", "a = Categorical(logits=self.pi(probs)).sample()"),
    ],
)
def test_scores_are_handed_over_as_logits(line: str, code: str) -> None:
    answer = first(at(line, PROBS))[1]
    assert [fix.code for fix in answer.fixes] == [code]


@pytest.mark.parametrize(
    ("text", "change", "words"),
    [
        ("probability tensor contains either `inf`, `nan` or element < 0", "model", "bfloat16"),
        ("invalid multinomial distribution (sum of probabilities <= 0)", "data", "all weights are 0"),
        ("normal expects all elements of std >= 0.0", "model", "F.softplus(x)"),
        ("Expected p_in >= 0 && p_in <= 1 to be true, but got false.", "call", "x.sigmoid()"),
        ("cannot sample n_sample > prob_dist.size(-1) samples without replacement", "call", "replacement=True"),
    ],
)
def test_weights_to_draw_by(text: str, change: str, words: str) -> None:
    assert_first(f"RuntimeError: {text}", "sample-weights", change, words)
