"""What of a network's input each layer can see, followed through axes that are moved, joined, split and lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from convcli.arithmetic.receptive import Field, union
from convcli.layers.base import Path

Carried = frozenset[int]


@dataclass(frozen=True)
class Sight:
    """One tensor's view of the input.

    ``fields`` has one entry for each spatial axis of the input. ``carried`` says of each axis of the tensor which of
    these it goes along. Where an axis was flattened among others, or is gone, ``together`` is what all its cells see.
    """

    fields: tuple[Field, ...]
    carried: tuple[Carried, ...]
    together: tuple[Field | None, ...]
    sizes: tuple[int, ...]  # of the input's spatial axes

    @classmethod
    def of_input(cls, shape: Sequence[int], first: int = 2) -> "Sight":
        """The input itself; from its ``first`` spatial axis on, each goes along itself."""
        ndim = max(0, len(shape) - first)
        carried: list[Carried] = [frozenset()] * (len(shape) - ndim)
        return cls(
            (Field(),) * ndim, (*carried, *(frozenset((i,)) for i in range(ndim))), (None,) * ndim, tuple(shape[first:])
        )

    def through(self, paths: Sequence[Path], shape: Sequence[int]) -> "Sight":
        """The sight of what comes out, where a layer took a tensor of this shape."""
        if all(path == ((i, None),) for i, path in enumerate(paths)) and len(paths) == len(shape):
            return self
        fields, together = list(self.fields), list(self.together)
        carried = tuple(frozenset(k for i, _ in path for k in self.carried[i]) for path in paths)
        for k in range(len(fields)):
            at = next((i for i, held in enumerate(self.carried) if k in held), None)
            if at is None:
                continue
            read = [(path, windows) for path in paths for i, windows in path if i == at]
            everything = together[k] or fields[k].hull(shape[at])
            if not read:
                fields[k], together[k] = everything, None
                continue
            path, windows = read[0]
            if windows is not None:
                fields[k] = everything if together[k] else fields[k].through(windows)
                together[k] = None
            mixed = len(read) > 1 or any(i != at and shape[i] > 1 for i, _ in path)
            if mixed and together[k] is None:
                together[k] = everything if windows is None else fields[k].hull(windows.output)
        return Sight(tuple(fields), carried, tuple(together), self.sizes)

    def joined(self, others: Sequence["Sight"]) -> "Sight | None":
        """What a sum of tensors sees; None where their cells don't move on together."""
        every = [self, *others]
        moving = [each for each in every if not each.everything]
        if len(moving) < len(every):  # one of them sees the whole input, and so does the sum
            return next(each for each in every if each.everything)
        if any(each.carried != self.carried for each in others):
            return None
        fields = [union([each.fields[k] for each in every]) for k in range(len(self.fields))]
        known = tuple(field for field in fields if field is not None)
        return replace(self, fields=known) if len(known) == len(fields) else None

    @property
    def everything(self) -> bool:
        """Whether each cell sees the whole input."""
        return bool(self.fields) and all(sure == "whole input" for _, sure in self.seen)

    @cached_property
    def slides(self) -> bool:
        """Whether the cells walk over the input, along each of its axes; there may be none of these."""
        return all(each is None for each in self.together) and all(field.advance for field in self.fields)

    @cached_property
    def seen(self) -> tuple[tuple[int, str], ...]:
        """How many cells of each input axis are seen, and how sure that is."""
        return tuple(self._seen(axis) for axis in range(len(self.fields)))

    def _seen(self, axis: int) -> tuple[int, str]:
        field, size = self.fields[axis], self.sizes[axis]
        if field.advance == 0:
            count = len(field.within(0, size))
            return count, "whole input" if count == size else "exact"
        if self.together[axis] is not None:
            return field.size, "flattened"
        return field.size, "exact" if field.exact else "upper bound"
