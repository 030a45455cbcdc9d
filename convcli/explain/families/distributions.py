"""Distributions, as reinforcement learning and VAEs have them: parameters and values that are out of their range."""

import re
from collections.abc import Iterator

from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely, possible

FAMILY = "distributions"

BY_LOGITS = r"(?:^|\.)(?:\w*Categorical|Bernoulli|Geometric|\w*Binomial)$"
NAN = r"\b(?:nan|inf)\b"


class DistributionParameter(Rule):
    code = "distribution-parameter"
    signatures = (
        "Expected parameter {parameter:word} ({} of distribution {distribution:word}({}) to satisfy the constraint "
        "{constraint:words}, but found invalid values",
        "Expected value argument ({} to be within the support ({support:words}) of the distribution "
        "{distribution:word}({}), but found invalid values",
        "The parameter {parameter:word} has invalid values",
    )
    says = "a distribution takes parameters and values of its own range alone"
    layer_named = BY_LOGITS
    lookalike = "target-range"
    example = """
        from torch.distributions import Categorical
        scores = torch.tensor([2.0, -1.0])
        # ValueError: Expected parameter probs (Tensor of shape (2,)) of distribution Categorical(probs:
        # torch.Size([2])) to satisfy the constraint Simplex(), but found invalid values:
        choice = Categorical(scores)
        assert choice.probs.shape == (2,)
    """
    decide = "print what goes in, its min(), max() and isfinite().all(): is it out of range, or NaN?"
    not_that = "validate_args=False silences it, and the numbers stay what they are"

    parameter = constraint = support = distribution = ""  # where a message names none

    def hypotheses(self) -> Iterator[Hypothesis]:
        """Numbers out of range; NaN, in what takes any number or among the values that are shown, is left alone."""
        values = self.case.raised.text.partition("invalid values")[2]
        any_number = self.parameter in ("logits", "loc") or "Real()" in self.constraint
        if not any_number and not re.search(NAN, values):
            yield from super().hypotheses()

    def raw_output(self) -> Iterator[Hypothesis]:
        if self.parameter == "probs":
            says = f"{self.x} is taken for probabilities, and a layer's raw output, the logits, isn't between 0 and 1"
            advice = f"{self.distribution or 'Categorical'}(logits={self.x}), which takes it as it is; or softmax "
            yield likely(says, "call", f"{advice}(sigmoid for two classes) in the model, and not both", self.by_name())
        elif self.parameter == "covariance_matrix":
            says = "a covariance matrix is symmetric, and positive definite also when it is rounded"
            yield likely(says, "call", "scale_tril=L, its Cholesky factor; or + 1e-6 * torch.eye(n)")
        elif self.parameter:
            says = f"{self.parameter} has to be above 0, and a layer's raw output is below it as well"
            yield likely(says, "model", "F.softplus(x) + 1e-6, or x.exp() where the layer makes a logarithm")

    def outside(self) -> Iterator[Hypothesis]:
        if self.support:
            says = f"a value is outside of {self.support}, which is all that {self.distribution} can give"
            advice = "log_prob of what this distribution sampled: actions numbered from 0, and not rescaled since"
            yield likely(says, "data", advice)

    causes = (raw_output, outside)

    def by_name(self) -> Fix | None:
        """The user's line with the outputs handed over as logits."""
        call = self.line.call(BY_LOGITS)
        whole, given = self.line.text(call), self.line.text(self.line.argument(call, 0, "probs"))
        old = f"probs={given}" if f"probs={given}" in whole else given
        return self.replaced(whole, whole.replace(old, f"logits={given}", 1)) if given else None

    @property
    def x(self) -> str:
        return self.line.text(self.line.argument(self.line.call(BY_LOGITS), 0, "probs")) or "x"


class Sampled(Rule):
    code = "sample-weights"
    signatures = (
        "probability tensor contains either inf, nan or element < 0",
        "invalid multinomial distribution (sum of probabilities <= 0)",
        "invalid multinomial distribution (encountering probability entry < 0)",
        "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
        "Expected p_in >= 0 && p_in <= 1 to be true, but got false",
        "normal expects all elements of std >= 0.0",
    )
    says = "what is drawn by is of its own range: weights from 0 on, probabilities up to 1, spreads above 0"
    lookalike = "distribution-parameter"
    example = """
        scores = torch.tensor([0.5, -1.0])
        # RuntimeError: probability tensor contains either `inf`, `nan` or element < 0
        choice = torch.multinomial(scores, 1)
    """
    decide = "print(logits.isfinite().all(), probabilities.min()) before it"
    by_message = (
        (
            "p_in",
            likely("bernoulli takes probabilities, and raw scores or NaN came", "call", "x.sigmoid() before it"),
        ),
        (
            "std",
            likely(
                "a spread is below 0, as a layer's raw output is, or NaN",
                "model",
                "the layer makes its logarithm, and .exp() the spread; or F.softplus(x)",
            ),
        ),
        (
            "n_sample",
            certain(
                "more are drawn than there are, each at most once",
                "call",
                "replacement=True, or fewer: min(n, weights.size(-1))",
            ),
        ),
        (
            "sum",
            likely(
                "all weights are 0: every choice was masked, or small numbers came to 0 in half precision",
                "data",
                "leave one choice open in each row; weights in float32",
            ),
        ),
    )
    usual = (
        likely(
            "the scores are inf or NaN: a model in float16 whose numbers go beyond it, or weights that are NaN",
            "model",
            "load it in bfloat16 or float32 (torch_dtype=…); logits.float() before the softmax",
        ),
        possible(
            "raw scores came, which are negative too",
            "call",
            "scores.softmax(-1) before; a row that is masked with -inf throughout becomes NaN",
        ),
    )
