"""A real module, built and run by the user's own wish: any data flow, on the meta device, which holds no numbers.

Hooks tell the order and the shapes, every product that torch carries out is counted, and ``torch.fx`` says which paths
join, where it can trace them.
"""

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import flop_registry

from convcli.data.arrays import Array
from convcli.layers.base import Shape
from convcli.network.answering import Answering
from convcli.network.building import ENDS, built, said
from convcli.network.chain import Chain, Failed, Row
from convcli.network.constants import shortened
from convcli.network.fitting import first_axes, smallest
from convcli.network.fitting import shape_of as shape_of_size
from convcli.network.notation import read_text
from convcli.network.parts import Model, Part, Placed
from convcli.network.sight import Sight
from convcli.network.tracing import Untraceable, layer_of, shape_of, traced
from convcli.refusals import Refusal, Spelling, Words


class TorchSays(Refusal):
    message: str
    place: str

    def said(self, spell: Spelling) -> Words:
        return self.message, f"it is raised in {self.place}" if self.place else ""


@dataclass
class _Call:
    """One call of a module, or of a function that multiplies."""

    name: str
    module: nn.Module | None
    code: str
    input_shape: Shape | None = None
    output_shape: Shape | None = None
    macs: int = 0


@dataclass
class _Recorder(Answering):
    """What runs, in order; a product outside of all leaves is a call of its own."""

    names: dict[nn.Module, str]
    calls: list[_Call] = field(default_factory=list)
    open: list[tuple[nn.Module, _Call | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = super().__torch_dispatch__(function, types, args, kwargs)
        packet = function._overloadpacket
        if packet in flop_registry:
            products = int(flop_registry[packet](*args, **(kwargs or {}), out_val=output)) // 2
            leaf = next((call for _, call in reversed(self.open) if call), None)
            if leaf is None:
                holder = self.names[self.open[-1][0]] if self.open else ""
                short = str(packet).rpartition(".")[2].lstrip("_")
                leaf = _Call(f"{holder}.{short}".lstrip("."), None, short, shape_of(args), shape_of(output))
                self.calls.append(leaf)
            leaf.macs += products
        return output

    def enter(self, module: nn.Module, args: Any, kwargs: Any) -> None:
        leaf = not any(True for _ in module.children())
        call = None
        if leaf:
            code = shortened(repr(module), 100)
            call = _Call(self.names[module], module, code, shape_of([*args, *kwargs.values()]))
            self.calls.append(call)
        self.open.append((module, call))

    def leave(self, module: nn.Module, args: Any, output: Any) -> None:
        _, call = self.open.pop()
        if call:
            call.output_shape = shape_of(output)


def run(module: nn.Module, inputs: Sequence[torch.Tensor], name: str = "") -> Chain:
    """Run a module once and tell what ran, up to what fails."""
    names = {each: path for path, each in module.named_modules()}
    recorder = _Recorder(names)
    handles = [each.register_forward_pre_hook(recorder.enter, with_kwargs=True) for each in names]
    handles += [each.register_forward_hook(recorder.leave) for each in names]
    error: BaseException | None = None
    try:
        with torch.no_grad(), recorder, contextlib.redirect_stdout(io.StringIO()):
            module(*inputs)
    except ENDS as reason:
        error = reason
    finally:
        for handle in handles:
            handle.remove()
    notes: list[str] = []
    sights: dict[tuple[str, int], Sight] = {}
    try:
        sights = traced(module, inputs, notes)
    except Untraceable as reason:
        notes.append(f"receptive fields aren't known: torch.fx can't trace this module ({reason})")
    rows = list(_rows(module, recorder, sights, max(1, inputs[0].shape[0])))
    shape = tuple(inputs[0].shape)
    model = Model(name or type(module).__name__, [])
    failed = _failed(recorder, rows, error) if error else None
    positions = 1 if not inputs[0].dtype.is_floating_point else 2
    output = next((row.output_shape for row in reversed(rows) if row.output_shape), None)
    return Chain(model, shape, tuple(rows), failed, tuple(notes), positions, output)


def _rows(module: nn.Module, recorder: _Recorder, sights: Mapping[tuple[str, int], Sight], batch: int) -> Iterator[Row]:
    holders = _Holders(module)
    counted: set[int] = set()
    times: dict[str, int] = {}
    for path, each in module.named_modules():
        own = [(key, value) for key, value in each.named_parameters(recurse=False)]
        if own and any(True for _ in each.children()):
            for key, value in own:
                counted.add(id(value))
                full = f"{path}.{key}".lstrip(".")
                yield Row(full, f"Parameter {list(value.shape)}", holders.of(full), parameters=value.numel())
    called = set()
    for call in recorder.calls:
        turn = times[call.name] = times.get(call.name, -1) + 1
        parameters, layer = 0, None
        if call.module is not None:
            called.add(call.module)
            fresh = [value for value in call.module.parameters() if id(value) not in counted]
            counted.update(map(id, fresh))
            parameters, layer = sum(value.numel() for value in fresh), layer_of(call.module)
        sight = sights.get((call.name, turn))
        code = layer.code.removeprefix("nn.") if layer else call.code
        shapes = call.input_shape, call.output_shape
        macs = call.macs // batch
        yield Row(call.name, code, holders.of(call.name), layer, *shapes, parameters, macs, sight)
    for path, each in module.named_modules():
        fresh = [value for value in each.parameters(recurse=False) if id(value) not in counted]
        if fresh and each not in called:
            counted.update(map(id, fresh))
            layer, count = layer_of(each), sum(value.numel() for value in fresh)
            code = layer.code.removeprefix("nn.") if layer else shortened(repr(each), 60)
            yield Row(path, code, holders.of(path), layer, parameters=count, note="not called itself", unused=True)


class _Holders:
    """What holds a module, by its name."""

    def __init__(self, module: nn.Module) -> None:
        self.types = {path: type(each).__name__ for path, each in module.named_modules()}
        self.placed = {"": Placed(Part("", self.types[""], parts=[]))}

    def of(self, name: str) -> tuple[Placed, ...]:
        holder = self._placed(name.rpartition(".")[0])
        return (*holder.holders, holder)

    def _placed(self, path: str) -> Placed:
        if path not in self.placed:
            above, _, label = path.rpartition(".")
            part = Part(label, self.types.get(path, ""), parts=[])
            self.placed[path] = Placed(part, label, self._placed(above))
        return self.placed[path]


def _failed(recorder: _Recorder, rows: list[Row], error: BaseException) -> Failed:
    """The module that raised: the innermost that was entered and not left."""
    place = _place(error)
    says: Refusal = TorchSays(message=said(error), place=place)
    left = next((call for _, call in reversed(recorder.open) if call), None)
    if left is None:
        holder = recorder.names[recorder.open[-1][0]] if recorder.open else ""
        name = f"{holder}.forward".lstrip(".")
        rows.append(Row(name, "forward", rows[0].holders[:1] if rows else (), note="fails"))
        return Failed(len(rows) - 1, name, "forward", (), says)
    index = next(i for i, row in enumerate(rows) if row.name == left.name and row.output_shape is None)
    layer = rows[index].layer
    if layer is not None and left.input_shape is not None:
        try:
            layer.output_shape(left.input_shape)
        except Refusal as refusal:
            says = refusal
    return Failed(index, left.name, rows[index].code, left.input_shape or (), says)


def _place(error: BaseException) -> str:
    """The last line of the user's own code in the traceback."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "torch" not in file and not file.startswith("<") and Path(file).parent != Path(__file__).parent:
            place = f"{Path(file).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


USUAL = {1: (1024,), 2: (224, 224), 3: (16, 112, 112)}  # an input of so many spatial axes, where none is asked for


def inputs_for(module: nn.Module, sizes: Sequence[Sequence[int]], device: str) -> list[torch.Tensor]:
    """Tensors of the sizes that were asked for, batch and channels added where they lack; else of a usual size.

    Raises:
        WrongSize: a size doesn't suit the first layer.
    """
    model = read_text(repr(module))
    first = next((layer for layer in map(layer_of, module.modules()) if layer), None)
    looked_up = first is not None and first.work == "embedding"
    if not sizes:
        sizes = [usual_size(model)]
    shapes = [shape_of_size(model, sizes[0]), *((1, *size) for size in sizes[1:])]
    kinds = [torch.long if looked_up else torch.float32, *[torch.float32] * len(sizes)]
    return [torch.zeros(shape, dtype=kind, device=device) for shape, kind in zip(shapes, kinds, strict=False)]


def usual_size(model: Model) -> tuple[int, ...]:
    """A size that many models of this kind take."""
    ndim, channels = first_axes(model)
    return (channels or 3, *USUAL[ndim]) if ndim else smallest(model).input_shape[1:]


def run_target(
    target: str, values: Sequence[Any], named: Mapping[str, Any], sizes: Sequence[Sequence[int]], array: Array | None
) -> tuple[nn.Module, Chain]:
    """Build and run what a target names: on the meta device where it can be, with numbers where it looks at them."""
    name = target.rpartition(":")[2]
    for device in ("meta", "cpu") if array is None else ("cpu",):
        module = built(target, values, named, device)
        inputs = inputs_for(module, sizes, device) if array is None else [tensor_of(module, array)]
        chain = run(module, inputs, name)
        if chain.failed is None or device == "cpu" or "meta" not in str(chain.failed.refusal):
            break
    return module, chain


def tensor_of(module: nn.Module, array: Array) -> torch.Tensor:
    """An array as the module's input, batch and channels added where they lack."""
    values = torch.as_tensor(array.data, dtype=torch.float32)
    return values.reshape(shape_of_size(read_text(repr(module)), array.shape))


SAMPLES = 8
SHARE = 1 - 0.9545  # of the largest gradient, from which on a cell counts


def effective(target: str, values: Sequence[Any], named: Mapping[str, Any], shape: Shape, name: str) -> str:
    """How much of the input matters to the middle cell of a layer, in words: its gradient, over random inputs.

    Source: Luo, Li, Urtasun & Zemel, "Understanding the effective receptive field in deep convolutional neural
    networks", 2016; their measure, on weights as they are made and seeded.
    """
    torch.manual_seed(0)
    module = built(target, values, named, "cpu")
    try:
        mattering = _gradients(module, shape, name).abs().sum(dim=(0, 1))
    except ENDS as error:
        return f"not known: on {SAMPLES} random inputs it raises {said(error)}"
    count = int((mattering > SHARE * mattering.max()).sum())
    if not count:
        return "not known: the input's gradient is 0, or no number"
    side = count ** (1 / max(1, mattering.ndim))
    cells = " × ".join([f"{side:.0f}"] * mattering.ndim)
    return (
        f"about {cells}: {count:,} cells have 4.55% of the largest gradient or more (Luo et al. 2016; random weights)"
    )


def _gradients(module: nn.Module, shape: Shape, name: str) -> torch.Tensor:
    x = torch.randn(SAMPLES, *shape[1:], requires_grad=True)
    outputs: list[torch.Tensor] = []
    handle = module.get_submodule(name).register_forward_hook(lambda module, inputs, output: outputs.append(output))
    with contextlib.redirect_stdout(io.StringIO()):
        module(x)
    handle.remove()
    middle = tuple(size // 2 for size in outputs[-1].shape[2:])
    [gradients] = torch.autograd.grad(outputs[-1][(slice(None), slice(None), *middle)].sum(), x)
    return gradients
