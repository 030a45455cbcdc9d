"""Two tensors that meet element by element, as the user's line has them."""

import ast
from functools import cached_property

from convcli.explain.evidence.origin import MODULES
from convcli.explain.rule import Rule

FAMILY = "addition"

# Functions that put two tensors together element by element, and losses, which the user may have named.
MEETS = r"(?:^|\.)(?:add|sub|mul|multiply|div|divide|true_divide|pow|eq|ne|lt|gt|le|ge|maximum|minimum|lerp|fmod"
MEETS += r"|remainder|(?:logical|bitwise)_\w+|copy|(?:pairwise_|c?)dist\w*|\w*similarity)_?$"
LOSSES = r"(?i)loss|criteri|mse|bce|entropy|kl_div"
FILLS = r"(?:^|\.)masked_fill_?$|(?:^|\.)where$"


class Meeting(Rule):
    """Two sizes, a and b, on one axis of two tensors."""

    @property
    def sides(self) -> tuple[str, str]:
        """What has size a and what has size b, in the user's words, or as torch calls them."""
        return self.met or ("a", "b")

    @cached_property
    def met(self) -> tuple[str, str] | None:
        """Both sides of an operator or product in the line, or what a function that is known to need two gets."""
        call = self.line.call(FILLS)
        if call is None:
            return self.line.operands() or self.line.factors() or self.handed_over()
        owner = self.line.text(call.func).rpartition(".")[0]
        first, second = (self.line.text(self.line.argument(call, place, "")) for place in (0, 1))
        sides = first, owner if owner != "torch" else second
        return sides[::-1] if self.line.text(call.func).endswith("masked_fill_") else sides  # that one, in place

    def handed_over(self) -> tuple[str, str] | None:
        call, text = self.line.call(MEETS) or self.line.call(LOSSES), self.line.text
        if call is None:
            return None
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        sides = [*call.args, *(each.value for each in call.keywords)]
        sides = [owner, *sides] if owner and len(call.args) == 1 and text(owner) not in MODULES else sides
        return (text(sides[0]), text(sides[1])) if len(sides) > 1 else None
