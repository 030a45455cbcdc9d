"""Two tensors that meet element by element, as the user's line has them."""

from functools import cached_property

from convcli.explain.rule import Rule

FAMILY = "addition"

FILLS = r"(?:^|\.)masked_fill_?$|(?:^|\.)where$"


class Meeting(Rule):
    """Two sizes, a and b, on one axis of two tensors."""

    @cached_property
    def sides(self) -> tuple[str, str]:
        """What has size a and what has size b, in the user's words."""
        call = self.line.call(FILLS)
        if call is None:
            return self.line.operands() or (self.handed(0, "a"), self.handed(1, "b"))
        owner = self.line.text(call.func).rpartition(".")[0]
        first, second = (self.line.text(self.line.argument(call, place, "")) for place in (0, 1))
        sides = first, owner if owner != "torch" else second
        return sides[::-1] if self.line.text(call.func).endswith("masked_fill_") else sides  # that one, in place
