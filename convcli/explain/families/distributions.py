"""Distributions, as reinforcement learning and VAEs have them: parameters and values that are out of their range."""

import re
from collections.abc import Iterator

from convcli.explain.rule import Fix, Hypothesis, Rule, likely, possible

FAMILY = "distributions"

BY_LOGITS = r"(?:^|\.)(?:\w*Categorical|Bernoulli|Geometric|\w*Binomial)$"
NAN = r"\b(?:nan|inf)\b"
DIVERGED = (
    "the network's weights have diverged, or its input had some",
    "data",
    "print(x.isfinite().all()) of inputs and rewards; normalise them, a lower learning rate, clip_grad_norm_; log(x + "
    "1e-8); the std of one value is NaN; float16 overflows where bfloat16 and float32 don't",
)


class DistributionParameter(Rule):
    code = "distribution-parameter"
    signatures = (
        "Expected parameter {parameter:word} ({} of distribution {distribution:word}({}) to satisfy the constraint "
        "{constraint:words}, but found invalid values",
        "Expected value argument ({} to be within the support ({support:words}) of the distribution "
        "{distribution:word}({}), but found invalid values",
        "The parameter {parameter:word} has invalid values",
        "probability tensor contains either inf, nan or element < 0",
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

    @property
    def values(self) -> str:
        return self.case.raised.text.partition("invalid values")[2]

    def not_finite(self) -> Iterator[Hypothesis]:
        sampled = "probability tensor" in self.case.raised.text
        finite = not re.search(NAN, self.values) and "Real()" not in self.constraint
        if finite and not sampled and self.parameter not in ("logits", "loc"):
            return
        what = "what is sampled from" if sampled else self.parameter or "the value"
        yield likely(f"{what} has NaN or inf in it: {DIVERGED[0]}", *DIVERGED[1:])
        if sampled:
            yield possible("it is a layer's raw output, below 0 as well", "call", "softmax(-1) before multinomial")

    def raw_output(self) -> Iterator[Hypothesis]:
        if self.parameter == "probs":
            says = f"{self.x} is taken for probabilities, and a layer's raw output, the logits, isn't between 0 and 1"
            advice = f"{self.distribution or 'Categorical'}(logits={self.x}), which takes it as it is; or softmax "
            yield likely(says, "call", f"{advice}(sigmoid for two classes) in the model, and not both", self.by_name())
            if not re.search(r"(?<!e)-\d", self.values):
                yield possible(f"{self.x} has NaN in it: {DIVERGED[0]}", *DIVERGED[1:])
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

    causes = (not_finite, raw_output, outside)

    def by_name(self) -> Fix | None:
        """The user's line with the outputs handed over as logits."""
        call = self.line.call(BY_LOGITS)
        whole, given = self.line.text(call), self.line.text(self.line.argument(call, 0, "probs"))
        old = f"probs={given}" if f"probs={given}" in whole else given
        return self.replaced(whole, whole.replace(old, f"logits={given}", 1)) if given else None

    @property
    def x(self) -> str:
        return self.line.text(self.line.argument(self.line.call(BY_LOGITS), 0, "probs")) or "x"
