"""Modules of any data flow that Hypothesis draws: layers, sums, products and joins of earlier tensors, some of which
don't fit; and which cells of the input change which cells of a layer."""

from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st
from torch import nn

Step = tuple[str, tuple[int, ...], Any]  # what is done, with which of the tensors there are, and how


class Branching(nn.Module):
    """Follows steps, each of which makes one more tensor; the last is given back."""

    def __init__(self, steps: list[Step], modules: list[nn.Module]) -> None:
        super().__init__()
        self.steps, self.layers = steps, nn.ModuleList(modules)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tensors = [x]
        for verb, sources, how in self.steps:
            taken = [tensors[source] for source in sources]
            tensors.append(self.made(verb, taken, how))
        return tensors[-1]

    def made(self, verb: str, taken: list[torch.Tensor], how: Any) -> torch.Tensor:
        match verb:
            case "layer":
                return self.layers[how](taken[0])  # type: ignore[no-any-return]
            case "add":
                return taken[0] + taken[1]
            case "mul":
                return taken[0] * taken[1]
            case "cat":
                return torch.cat(taken, dim=how)
            case "relu":
                return F.relu(taken[0])
            case "pool":
                return F.max_pool1d(taken[0], 2) if how == 1 else F.max_pool2d(taken[0], 2)
            case _:
                return taken[0].mean(-1, keepdim=True)


@st.composite
def branching(draw: Any) -> tuple[Branching, tuple[int, ...]]:
    """A module and its input's shape."""
    ndim = draw(st.integers(1, 2))
    shape = (1, draw(st.integers(1, 2)), *(draw(st.integers(6, {1: 16, 2: 8}[ndim])) for _ in range(ndim)))
    shapes: list[tuple[int, ...]] = [shape]
    steps: list[Step] = []
    modules: list[nn.Module] = []
    for _ in range(draw(st.integers(1, 7))):
        source = draw(st.integers(max(0, len(shapes) - 3), len(shapes) - 1))
        alike = [i for i, each in enumerate(shapes) if each == shapes[source]]
        verb = draw(st.sampled_from(["layer", "layer", "layer", "add", "cat", "relu", "mul", "pool", "mean"]))
        sources, how = (source,), None
        if verb == "layer" and modules and draw(st.integers(0, 5)) == 0:
            how = draw(st.integers(0, len(modules) - 1))  # one that was used before
        elif verb == "layer":
            modules.append(_layer(draw, ndim, shapes[source][1] + (draw(st.integers(0, 15)) == 0)))
            how = len(modules) - 1
        elif verb in ("add", "mul", "cat"):
            others = alike if draw(st.integers(0, 15)) else range(len(shapes))
            sources, how = (source, draw(st.sampled_from(list(others)))), 1
        elif verb == "pool":
            how = ndim
        steps.append((verb, sources, how))
        try:
            made = Branching(steps, modules).eval()
            with torch.no_grad():
                shapes.append(tuple(made(torch.zeros(shape)).shape))
        except (RuntimeError, ValueError, IndexError):
            break
    return Branching(steps, modules).eval(), shape


def _layer(draw: Any, ndim: int, channels: int) -> nn.Module:
    """One whose outputs grow with its inputs."""
    kernel, stride = draw(st.integers(1, 3)), draw(st.sampled_from([1, 1, 1, 2]))
    padding, dilation = draw(st.integers(0, 2)), draw(st.integers(1, 2))
    kinds: dict[str, Any] = {
        "conv": {1: nn.Conv1d, 2: nn.Conv2d},
        "transposed": {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d},
        "norm": {1: nn.BatchNorm1d, 2: nn.BatchNorm2d},
        "mean": {1: nn.AvgPool1d, 2: nn.AvgPool2d},
        "most": {1: nn.MaxPool1d, 2: nn.MaxPool2d},
        "adaptive": {1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d},
    }
    kind = draw(st.sampled_from(["conv", "conv", "same", "same", "transposed", "norm", "mean", "most", "adaptive"]))
    if kind == "same":
        size = draw(st.sampled_from([1, 3, 5]))
        return kinds["conv"][ndim](channels, channels, size, padding="same", dilation=dilation)  # type: ignore[no-any-return]
    made = kinds[kind][ndim]
    if kind == "conv":
        return made(channels, draw(st.integers(1, 2)), kernel, stride, padding, dilation)  # type: ignore[no-any-return]
    if kind == "transposed":
        return made(channels, draw(st.integers(1, 2)), kernel, stride)  # type: ignore[no-any-return]
    if kind in ("mean", "most"):
        return made(kernel, stride, kernel // 2)  # type: ignore[no-any-return]
    return made(channels) if kind == "norm" else made(draw(st.integers(1, 3)))  # type: ignore[no-any-return]


def changed_by(module: nn.Module, shape: tuple[int, ...], axis: int, name: str, turn: int) -> torch.Tensor:
    """Which cells along an axis of a layer's output change with which of the input's: ``[input cell, output cell]``.

    Inputs and weights are above zero, and everything grows with them, so that nothing cancels out; one slice of the
    input at a time is raised.
    """
    torch.manual_seed(0)
    module = module.double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.uniform_(0.5, 1)
    size = shape[2 + axis]
    base = torch.rand(1, *shape[1:], dtype=torch.float64) + 0.5
    inputs = base.repeat(size + 1, *(1,) * (len(shape) - 1))
    for cell in range(size):
        inputs[cell].select(1 + axis, cell).add_(1000)
    outputs: list[torch.Tensor] = []
    handle = module.get_submodule(name).register_forward_hook(lambda module, args, output: outputs.append(output))
    with torch.no_grad():
        module(inputs)
    handle.remove()
    output = outputs[turn]
    raised = output[:-1] - output[-1:] > 1e-6
    others = [i for i in range(1, output.dim()) if i != 2 + axis]
    return raised.to(torch.uint8).amax(dim=others).bool()
