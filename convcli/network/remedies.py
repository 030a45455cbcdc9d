"""What to change where a layer fails, worked out in the chain: every change that is said was tried and gets through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from convcli.layers import Layer
from convcli.layers.base import Shape
from convcli.layers.reshapings import Flatten
from convcli.network.chain import Chain, Failed, work_out
from convcli.network.fitting import least_through, nearly_square, smallest
from convcli.network.tensor_calls import View
from convcli.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change: the layer as it should be, or an input; what it does in words."""

    code: str
    says: str = ""


def remedies(chain: Chain) -> list[Remedy]:
    """The changes that let the failing layer through, the likeliest first."""
    failed = chain.failed
    if failed is None:
        return []
    row = chain.rows[failed.index]
    if row.layer is None:
        return []
    if not chain.model.parts:  # a module that ran: nothing but the layer itself can be tried
        return list(_changed(row.layer, failed))
    found = [*_changed(row.layer, failed), *_resized(chain, failed), *_least(chain, failed)]
    return list(dict.fromkeys(found))


def arithmetic(chain: Chain) -> str:
    """Where the number comes from that doesn't fit: ``576 = 16 · 6 · 6``; empty where nothing was flattened."""
    if chain.failed is None:
        return ""
    maps, flat = _maps(chain), chain.failed.input_shape
    if maps is None or len(flat) != 2 or flat[1] != prod(maps[1:]):
        return ""
    return f"{flat[1]:,} = {' · '.join(map(str, maps[1:]))}"


def _maps(chain: Chain) -> Shape | None:
    """The last maps before the layer that fails."""
    shapes = [row.output_shape for row in chain.worked if row.output_shape and len(row.output_shape) > 2]
    return shapes[-1] if shapes else None


def _fits(layer: Layer, shape: Sequence[int]) -> bool:
    try:
        layer.output_shape(shape)
    except Refusal:
        return False
    return True


def _changed(layer: Layer, failed: Failed) -> Iterator[Remedy]:
    """The same layer with the one argument that fits, after a Flatten where it needs one."""
    shape, known = failed.input_shape, layer.arguments()
    flat = Flatten()
    if layer.work == "linear" and len(shape) > 2:
        features = prod(shape[1:])
        if features == known["in_features"]:
            yield Remedy("Flatten()", f"before it: nn.{layer.type} reads the last axis alone, and doesn't flatten")
            return
        fitting = layer.made_with(known | {"in_features": features})
        if _fits(fitting, flat.output_shape(shape)):
            yield Remedy(f"Flatten(), {_bare(fitting)}", "nn.Linear reads the last axis alone, and doesn't flatten")
    if layer.joins and isinstance(layer, View):
        yield Remedy(f"x.view(-1, {prod(shape[1:])})", "and as many features in the layer after it")
    for name, value in _candidates(shape):
        if name in known and known[name] != value:
            try:
                fitting = layer.made_with(known | {name: value})
            except Refusal:
                continue
            if _fits(fitting, shape):
                yield Remedy(_bare(fitting))


def _candidates(shape: Sequence[int]) -> Iterator[tuple[str, object]]:
    if 0 < len(shape) < 4:  # with maps, a Flatten is what is missing
        yield "in_features", shape[-1]
    if len(shape) > 1:
        yield from ((name, shape[1]) for name in ("in_channels", "num_features", "num_channels", "num_parameters"))
        yield "normalized_shape", tuple(shape[-1:])


def _bare(layer: Layer) -> str:
    return layer.code.removeprefix("nn.")


def _resized(chain: Chain, failed: Failed) -> Iterator[Remedy]:
    """The input whose maps have as many cells as a matrix behind them takes."""
    layer = chain.rows[failed.index].layer
    asked = _asked(layer)
    maps = next((row for row in reversed(chain.worked) if len(row.output_shape or ()) == len(chain.input_shape)), None)
    if not asked or maps is None or not chain.sizes or maps.output_shape is None or asked % maps.output_shape[1]:
        return
    targets = nearly_square(asked // maps.output_shape[1], len(chain.sizes))
    before = [row.layer for row in chain.rows[: chain.rows.index(maps) + 1] if row.layer]
    sizes = tuple(least_through(before, axis, target) for axis, target in enumerate(targets))
    yield from _through(chain, failed, sizes, _as_good(before, targets, sizes))


def _asked(layer: Layer | None) -> int:
    """How many features a layer takes that gets what was flattened."""
    if layer is None:
        return 0
    if isinstance(layer, View):
        return prod(size for size in layer.sizes if isinstance(size, int) and size != -1)
    return int(layer.arguments()["in_features"]) if layer.work == "linear" else 0


def _as_good(before: Sequence[Layer], targets: Sequence[int], sizes: Sequence[int]) -> str:
    most = max(least_through(before, axis, target + 1) - 1 for axis, target in enumerate(targets))
    return f"up to {most} gives the same" if most > max(sizes) else ""


def _least(chain: Chain, failed: Failed) -> Iterator[Remedy]:
    """The smallest input that gets through, where this one is too small."""
    layer = chain.rows[failed.index].layer
    if layer is not None and layer.ndim and len(failed.input_shape) == layer.ndim + 2:
        least = smallest(chain.model)
        if least.failed is None and any(a > b for a, b in zip(least.sizes, chain.sizes, strict=False)):
            yield from _through(chain, failed, least.sizes, "the smallest that gets through")


def _through(chain: Chain, failed: Failed, sizes: Sequence[int], says: str) -> Iterator[Remedy]:
    """An input of these sizes, if the layer takes what then comes."""
    shape = (*chain.input_shape[: chain.positions], *sizes)
    tried = work_out(chain.model, shape)
    if shape != chain.input_shape and (tried.failed is None or tried.failed.index > failed.index):
        yield Remedy(f"an input of {' × '.join(map(str, sizes))}", says)
