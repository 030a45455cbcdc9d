"""Positions of a picture's patches, or of a text, that were made for another size."""

from collections.abc import Iterator

from convcli.explain.families.tokens import OF_PICTURES, OfTokens, is_grid, parameter
from convcli.explain.rule import Hypothesis, likely, possible

FAMILY = "addition"

OF_CELLS = r"(?i)\bpos_?emb(?:ed|edding)?s?\b(?! ?\()|abs(?:olute)?_pos"
LARGEST = 128  # cells a side of the patches of a picture, where positions are learned for each


class OfGrids(OfTokens):
    def of_positions(self) -> Iterator[Hypothesis]:
        *told, other_number = self.positions
        yield from self.applying((OfGrids.of_a_grid, *told, OfGrids.longer_than_the_table, other_number))

    def of_a_grid(self) -> Iterator[Hypothesis]:
        """Positions with a height and a width, [batch, height, width, features] or with the features first."""
        one, two, a, b = self.located
        made = parameter(self, two)
        sizes = len(made.call.args) if made else 0
        named = self.line.has(OF_CELLS) and not self.cut and max(a, b) <= LARGEST
        if self.axis not in (2, 3) or not (sizes == 4 or (named and not sizes)):
            return
        says = f"{one} is a grid of {a} patches a side and {two} is for {b}: another picture size, as of "
        says += f"{16 * a} and {16 * b} pixels with patches of 16"
        advice = f"pictures of the size that the model was made for, or {two} interpolated from {b} to {a} a side"
        yield likely(says, "data", f"{advice} (bicubic, with features on axis 1)")
        if self.axis == 2 and not sizes:
            says = f"if {one} has three axes, these are features: {a}, and the positions have {b}"
            yield possible(says, "model", f"nn.Linear({a}, {b}) before, or positions made with d_model={a}")

    def longer_than_the_table(self) -> Iterator[Hypothesis]:
        _, two, a, b = self.located
        if a > b > 1 and self.axis < 2 and not (is_grid(a) or is_grid(b) or self.line.has(OF_PICTURES)):
            says = f"{a} tokens or steps arrive, and {two} holds {b}: longer than it was made for"
            advice = f"cut the data to {b}, or make {two} for {a} or more if it isn't trained yet"
            yield likely(says, "data", advice)
            says = "a batch axis stands where the length is expected, or it was made for another picture size"
            yield possible(says, "call", "print both shapes: batch_first, transpose(0, 1), or the picture size")
