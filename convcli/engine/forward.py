"""Builds the real torch.nn module, sets its weights and runs it.

Importing this module imports torch: do so only when values are needed.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from convcli.data.arrays import Array, Drawn
from convcli.data.formats import whole_of
from convcli.layers import Layer
from convcli.plan import Plan
from convcli.refusals import Failure


@dataclass(frozen=True, slots=True)
class Values:
    """What went in, what the module holds and what came out, as float32 NumPy arrays.

    Shapes: ``input`` and ``output`` ``[batch, channels, *sizes]``, ``weight`` as
    ``Layer.weight_shape``, ``bias`` ``[out_channels]``; ``indices`` (``return_indices``) as
    ``output``. What a layer does not have is None.
    """

    input: np.ndarray
    output: np.ndarray
    weight: np.ndarray | None = None
    bias: np.ndarray | None = None
    indices: np.ndarray | None = None


def build(layer: Layer, seed: int | None = 0) -> torch.nn.Module:
    """The torch.nn module a layer describes; ``seed=None`` goes on with torch's generator.

    >>> build(Layer.of("conv1d", in_channels=1, out_channels=2, kernel_size=3))
    Conv1d(1, 2, kernel_size=(3,), stride=(1,))
    """
    if seed is not None:
        torch.manual_seed(seed)
    arguments = layer.arguments()
    if layer.ndim == 1:  # LPPool1d takes no tuples
        arguments = {name: v[0] if isinstance(v, tuple) else v for name, v in arguments.items()}
    return getattr(torch.nn, layer.type)(**arguments)


def tensor(array: Array, shape: tuple[int, ...] | None = None) -> torch.Tensor:
    """An array as a float32 tensor, given its missing leading axes; no copy where none is needed."""
    if array.data is None:
        x = torch.arange(1, array.shape[-1] + 1, dtype=torch.float32).expand(array.shape)
    elif isinstance(array.data, Drawn):
        x = _drawn(array.data)
    elif isinstance(array.data, np.ndarray):
        with np.errstate(all="ignore"):  # what is beyond float32 is inf, as in torch
            data = whole_of(array.data) if isinstance(array.data, np.memmap) else array.data
            native = data.astype(np.float32, copy=False)
        x = torch.from_numpy(native if native.flags.writeable else native.copy())
    else:
        x = torch.tensor(array.data, dtype=torch.float32)
    return x if shape is None else x.view(shape) if x.is_contiguous() else x.reshape(shape)


def _drawn(parameter: Drawn) -> torch.Tensor:
    torch.manual_seed(0)
    modules = [build(layer, seed=None) for layer in parameter.layers]
    return modules[-1].get_parameter(parameter.parameter).detach()


def forward(plan: Plan) -> Values:
    """Run a plan's layer on its input, with torch's default weights unless others were given; ``weight`` is as used.

    Raises:
        Failure: torch could not carry it out.
    """
    module = build(plan.layer, plan.seed)
    with torch.no_grad():
        if plan.weight is not None:
            module.weight.copy_(tensor(plan.weight).expand(module.weight.shape))
        if plan.bias is not None:
            module.bias.copy_(tensor(plan.bias).expand(module.bias.shape))
        if plan.flip:
            module.weight.copy_(module.weight.flip(tuple(range(-plan.layer.ndim, 0))))
    x = tensor(plan.input, plan.shape)
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an even kernel under 'same': the screen says it
            returned: Any = module(x)
    except (RuntimeError, MemoryError) as error:
        reason = str(error).splitlines()[0]
        raise Failure(f"torch could not run {plan.layer.code}: {reason}", "try smaller sizes") from None
    output, indices = returned if isinstance(returned, tuple) else (returned, None)
    held = {name: parameter.detach().numpy() for name, parameter in module.named_parameters()}
    return Values(
        x.numpy(),
        output.numpy(),
        weight=held.get("weight"),
        bias=held.get("bias"),
        indices=None if indices is None else indices.numpy(),
    )
