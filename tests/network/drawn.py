"""Chains that Hypothesis draws, some of them with layers that don't fit, and what torch says of them."""

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcli.layers import Layer

Chain = tuple[list[Layer], tuple[int, ...]]
SIZES = {1: (1, 24), 2: (1, 9), 3: (1, 5)}


@st.composite
def chains(draw: Any, probed: bool = False) -> Chain:
    """Layers and an input's shape; ``probed`` ones keep places and fit more often."""
    ndim = draw(st.sampled_from([1, 2, 3]))
    channels = draw(st.integers(1, 3))
    low, high = SIZES[ndim]
    shape = (1, channels, *(draw(st.integers(low, high)) for _ in range(ndim)))
    layers: list[Layer] = []
    for _ in range(draw(st.integers(1, 5))):
        layer, channels = _layer(draw, ndim, channels, probed)
        layers.append(layer)
    if not probed and draw(st.booleans()):
        shapes = _through(layers, shape)
        features = draw(st.sampled_from([_flat(shapes), 7]))
        layers += [Layer.of("flatten"), Layer.of("linear", in_features=features, out_features=draw(st.integers(1, 4)))]
    return layers, shape


def _through(layers: list[Layer], shape: tuple[int, ...]) -> tuple[int, ...]:
    for layer in layers:
        try:
            shape = layer.output_shape(shape)
        except Exception:  # what fits isn't the question here
            return shape
    return shape


def _flat(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape[1:]:
        count *= size
    return count


def _layer(draw: Any, ndim: int, channels: int, probed: bool) -> tuple[Layer, int]:
    kind = draw(st.sampled_from(["conv", "conv", "convtranspose", "maxpool", "avgpool", "lppool", "adaptive", "other"]))
    kernel, stride = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    wrong = not probed and draw(st.integers(0, 9)) == 0
    if kind in ("conv", "convtranspose"):
        out = draw(st.integers(1, 3))
        extra: dict[str, Any] = {"dilation": draw(st.integers(1, 2)), "padding": draw(st.integers(0, 2))}
        if kind == "conv" and draw(st.booleans()):
            extra["padding_mode"] = draw(st.sampled_from(["reflect", "replicate", "circular"]))
        ins = channels + wrong
        made = {"in_channels": ins, "out_channels": out, "kernel_size": kernel, "stride": stride, **extra}
        return Layer.of(f"{kind}{ndim}d", **made), out
    if kind == "lppool":
        return Layer.of(f"lppool{ndim}d", norm_type=2.0, kernel_size=kernel, stride=stride), channels
    if kind in ("maxpool", "avgpool"):
        made = {"kernel_size": kernel, "stride": stride, "padding": min(draw(st.integers(0, 1)), kernel // 2)}
        return Layer.of(f"{kind}{ndim}d", **made, ceil_mode=draw(st.booleans())), channels
    if kind == "adaptive":
        name = draw(st.sampled_from(["adaptiveavgpool", "adaptivemaxpool"]))
        return Layer.of(f"{name}{ndim}d", output_size=(draw(st.integers(1, 4)),) * ndim), channels
    made_of = [
        ("relu", {}),
        (f"batchnorm{ndim}d", {"num_features": channels + wrong}),
        ("dropout", {}),
        ("upsample", {"scale_factor": 2}),
        (f"zeropad{ndim}d", {"padding": draw(st.integers(0, 2))}),
        (f"replicationpad{ndim}d", {"padding": 1}),
    ]
    name, arguments = draw(st.sampled_from(made_of))
    return Layer.of(name, **arguments), channels


def modules(layers: list[Layer]) -> list[nn.Module]:
    return [eval(layer.code, {"nn": nn}).eval() for layer in layers]


def ran(layers: list[Layer], shape: tuple[int, ...]) -> tuple[list[tuple[int, ...]], int]:
    """The shapes that torch gives, up to the layer that it refuses, and the FLOPs on the way."""
    x, shapes = torch.zeros(shape), []
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        for module in modules(layers):
            try:
                x = module(x)
            except (RuntimeError, ValueError, IndexError):
                break
            if not x.numel():  # what is left of a transposed layer whose padding cuts all away; we refuse that
                break
            shapes.append(tuple(x.shape))
    return shapes, counter.get_total_flops()


def seen_by(network: Any, shape: tuple[int, ...], axis: int) -> torch.Tensor:
    """Which cells of the output an axis' cells change, ``[input cell, output cell]``: a slice of ones, zeros elsewhere.

    All weights are one and all biases zero, so that nothing cancels out.
    """
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.fill_(0 if name.endswith("bias") else 1)
    size = shape[2 + axis]
    inputs = torch.zeros(size, *shape[1:], dtype=torch.float64)
    for cell in range(size):
        inputs[cell].select(1 + axis, cell).fill_(1)
    with torch.no_grad():
        output = network.double()(inputs)
    others = [i for i in range(1, output.dim()) if i != 2 + axis]
    return output.amax(dim=others) > 0
