"""Keys and values of nn.MultiheadAttention that are of another width than its queries."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from convcli.explain.families.miscounted import Miscounted
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, redefined

FAMILY = "linear"

ATTENTION = r"(?i)att|mha|cross"
TRANSFORMER = r"torch.*[/\\]transformer\.py"


class OfProjected(Miscounted):
    @property
    def projected(self) -> bool:
        """Whether attention projects keys or values, with a weight that is as wide as the queries."""
        return not self.generic and self.case.through("multi_head_attention_forward")

    @property
    def within(self) -> bool:
        """Whether a layer of nn.Transformer calls the attention."""
        return any(re.search(TRANSFORMER, frame.file) for frame in self.case.deeper)

    @property
    def _call(self) -> Any:
        named = self.line.call(ATTENTION) if self.projected and not self.within and self.case.direct else None
        return named or super()._call

    @property
    def x(self) -> str:
        if self.projected:
            handed = self.line.argument(self._call, 1, "memory" if self.within else "key")
            return "x" if isinstance(handed, ast.Starred) else self.line.text(handed) or "x"
        return super().x if self.layer != "layer" else "x"  # what a whole model gets isn't what the layer gets

    def other_memory(self) -> Iterator[Hypothesis]:
        if not self.projected:
            return
        features, width = self.features, self.in_features
        says = f"{self.x} has {features} features, and {self.named} takes keys and values as wide as its queries, "
        advice = f"nn.Linear({features}, {width}) for {self.x} before it"
        sizes = {} if self.within else {"kdim": features, "vdim": features}
        advice = f"kdim={features}, vdim={features} where {self.named} is made, or {advice}" if sizes else advice
        yield likely(f"{says}{width}", "model", advice, widened(self, width, sizes))


def widened(rule: Rule, width: int, sizes: dict[str, int]) -> Fix | None:
    """The line that makes the attention, with the widths of its keys and values, where it makes no other part's."""
    made, names = rule.made("MultiheadAttention", embed_dim=width) if sizes else None, rule.case.source.names
    owner = names.around(made.file, made.number, ast.ClassDef) if made else None
    alone = len(names.called.get(getattr(owner, "name", ""), ())) < 2
    return redefined(made, "", **sizes) if made and alone else None
