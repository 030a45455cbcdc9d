"""What other tools count as the work of a model, which is seldom the same number as another's.

Each was held against the tool itself: torchinfo 1.8, fvcore 0.1.5, ptflops 0.7.5, flop_counter of torch 2.13.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from convcli.layers import Layer
from convcli.layers.base import Shape
from convcli.network.chain import Chain

Count = Callable[[Layer, Shape, Shape], int]  # of a layer, its input and its output


def _none(layer: Layer, shape: Shape, output: Shape) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Convention:
    """A tool's way to count: its unit, its words, and the count of each kind of work; kinds that it hasn't count 0."""

    unit: str
    says: str
    kinds: dict[str, Count]
    otherwise: Count = _none

    def of(self, layer: Layer, shape: Shape, output: Shape) -> int:
        """The layer's count on one sample."""
        return self.kinds.get(layer.work, self.otherwise)(layer, shape, output)


def _macs(layer: Layer, shape: Shape, output: Shape) -> int:
    return layer.macs(shape)


def _flops(layer: Layer, shape: Shape, output: Shape) -> int:
    return 2 * layer.macs(shape)


def _by_output(layer: Layer, shape: Shape, output: Shape) -> int:
    return layer.parameters * prod(output[2:])


def _parameters(layer: Layer, shape: Shape, output: Shape) -> int:
    return layer.parameters


def _with_bias(layer: Layer, shape: Shape, output: Shape) -> int:
    return layer.macs(shape) + prod(output[1:]) * bool(layer.bias_size)


def _inputs(layer: Layer, shape: Shape, output: Shape) -> int:
    return prod(shape[1:])


def _outputs(layer: Layer, shape: Shape, output: Shape) -> int:
    return prod(output[1:])


def _norm(scaled: int, plain: int) -> Count:
    def count(layer: Layer, shape: Shape, output: Shape) -> int:
        return prod(shape[1:]) * (scaled if layer.weight_shape else plain)

    return count


def _doubled(count: Count) -> Count:
    """What a tool counts twice, once as a module and once as the function inside it."""
    return lambda layer, shape, output: 2 * count(layer, shape, output)


def _of_pictures(count: Count) -> Count:
    return lambda layer, shape, output: count(layer, shape, output) * (len(shape) == 4)


def _fourfold(layer: Layer, shape: Shape, output: Shape) -> int:
    return 4 * prod(output[1:])


def _powers(layer: Layer, shape: Shape, output: Shape) -> int:
    return prod(shape[1:]) + 2 * prod(output[1:])


def _neighbours(layer: Layer, shape: Shape, output: Shape) -> int:
    channels = shape[1] + int(layer.arguments()["size"]) - 1
    return 3 * prod(shape[1:]) + channels * prod(shape[2:])


def _drawn_by_area(layer: Layer, shape: Shape, output: Shape) -> int:
    return 2 * prod(output[1:]) + prod(shape[1:])


MULTIPLIED = {"convolution": _macs, "linear": _macs}
CONVENTIONS = {
    "torchinfo": Convention(
        "mult-adds",
        "torchinfo counts the bias, transposed layers by their output, and other layers by their parameters, once",
        {"convolution": _by_output}, _parameters,
    ),
    "fvcore": Convention(
        "FLOPs",
        "fvcore counts a multiply-add as one FLOP, without bias, and 2 to 5 for each number that a norm takes",
        MULTIPLIED | {
            "batch norm": _norm(2, 1),
            "instance norm": _norm(5, 4),
            "group norm": _norm(5, 4),
            "layer norm": _norm(5, 4),
            "adaptive mean": _of_pictures(_inputs),
            "area upsampling": _of_pictures(_inputs),
            "nearest upsampling": _of_pictures(_outputs),
            "older nearest upsampling": _outputs,
            "bilinear upsampling": _fourfold,
            "older bilinear upsampling": _fourfold,
        },
    ),
    "ptflops": Convention(
        "MACs",
        "ptflops counts the bias, norms, poolings and ReLUs too; the last two twice, as modules and as functions",
        {
            "convolution": _with_bias,
            "linear": _with_bias,
            "batch norm": _norm(2, 1),
            "instance norm": _norm(2, 1),
            "group norm": _norm(2, 1),
            "layer norm": _norm(1, 1),
            "local response norm": _neighbours,
            "relu": _doubled(_inputs),
            "leaky relu": _inputs,
            "softmax": _inputs,
            "pooling": _doubled(_inputs),
            "adaptive mean": _doubled(_inputs),
            "p-norm pooling": _powers,
            "area upsampling": _drawn_by_area,
            "older nearest upsampling": _outputs,
            "older bilinear upsampling": _outputs,
            **{f"{mode} upsampling": _doubled(_outputs) for mode in ("nearest", "nearest-exact", "linear", "bilinear")},
            **{f"{mode} upsampling": _doubled(_outputs) for mode in ("bicubic", "trilinear")},
        },
    ),
    "flop_counter": Convention(
        "FLOPs",
        "torch.utils.flop_counter counts a multiply-add as two FLOPs, without bias, and nothing but products",
        {"convolution": _flops, "linear": _flops},
    ),
}  # fmt: skip


def counted(chain: Chain, name: str) -> int:
    """The work of a model as a tool counts it, as far as the shapes are known."""
    convention = CONVENTIONS[name]
    return sum(
        convention.of(row.layer, row.input_shape, row.output_shape)
        for row in chain.rows
        if row.layer and row.input_shape is not None and row.output_shape is not None
    )
