"""Tokens that are seen as the patches of a picture, with others beside them: for the class, registers."""

from collections.abc import Iterator
from math import isqrt, prod

from convcli.explain.families.viewed import OfView
from convcli.explain.rule import Hypothesis, likely
from convcli.wording import counted

FAMILY = "view"

BESIDE = (1, 2, 5, 4)  # a class token, one more to distil, and four registers with or without


class OfPatches(OfView):
    def tokens_beside_patches(self) -> Iterator[Hypothesis]:
        axis, side, beside = self.beside()
        if not beside:
            return
        says = f"{side * side + beside} tokens arrive, and {side}·{side} = {side * side} of them are patches: "
        says += f"{counted(beside, 'token')} more, for the class or as {'a register' if beside == 1 else 'registers'}"
        first = axis == 1 and len(self.shape) == 4
        kept = f"{self.x}[{':' if first else '...'}, {beside}:]"
        advice = f"{kept} leaves out what stands before the patches{'' if first else ', of [batch, features, tokens]'}"
        if self.shape[axis] != side:
            advice += f"; and {side}, not {self.shape[axis]}, a side: the pictures or patches have another size"
        elif -1 in self.shape:
            advice += "; or resize, where the pictures or patches have another size"
        alone = first and self.shape[axis] == side and self.x.isidentifier()
        yield likely(says, "model", advice, self.replaced(f"{self.x}.", f"{kept}.", 1) if alone else None)

    def beside(self) -> tuple[int, int, int]:
        """The axis of the patches' height, their side, and how many tokens stand beside them; zeros without."""
        shape = self.shape
        for axis in (i for i in range(1, len(shape) - 1) if shape[i] == shape[i + 1] > 5):
            rest = prod(size for i, size in enumerate(shape) if i not in (axis, axis + 1) and size > 0)
            tokens, over = divmod(self.elements, rest)
            patches, open_last = shape[axis] ** 2, shape[-1] == -1
            if over or tokens < patches:
                continue
            if -1 in shape and axis > 1:
                continue  # maps of a convolution, as often
            if -1 in shape:
                units = [patches + more for more in (0, *BESIDE)]
                fits = [unit for unit in units if tokens % unit == 0 and not (open_last and tokens // unit % 8)]
                if len(fits) == 1:
                    return axis, shape[axis], fits[0] - patches
                continue
            squares = [more for more in (0, *BESIDE) if isqrt(tokens - more) ** 2 == tokens - more]
            if squares:
                return axis, isqrt(tokens - squares[0]), squares[0]
        return 0, 0, 0
