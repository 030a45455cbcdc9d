"""What torch accepts and a learner may not have meant, in sentences."""

from collections.abc import Iterator, Sequence

from convcli.arithmetic.axis import Axis
from convcli.plan import Plan


def traps(plan: Plan) -> list[str]:
    """What torch accepts and a learner may not have meant, in sentences."""
    return [*plan.input.notes, *_input_traps(plan), *_padding_traps(plan), *_nothing_changed(plan)]


def _input_traps(plan: Plan) -> Iterator[str]:
    array, shape, names = plan.input, plan.shape, plan.layer.axis_names
    if array.dtype not in ("float32", "float16"):
        converted = "it was converted to float32, as the layer's weights are"
        yield f"the input was {array.dtype}; {converted} (convcli explain --code dtype)"
    last, channels = shape[-1], shape[1]
    taken = plan.axis_names[-len(array.axes) :] if array.axes else ()
    if taken != array.axes:
        suits = len([name for name in array.axes if name != "channels"])
        batch = f", a batch of {shape[0]}" if taken[0] == "batch" and shape[0] > 1 else ""
        yield (
            f"{array.source} {list(array.shape)} is {_listed(array.axes)}, and went in as {_listed(taken)}{batch}: "
            f"a {suits}d layer takes it as it is"
        )
    elif len(shape) > 3 and plan.added < 2 and last in (3, 4) and channels > last:
        order = (0, len(shape) - 1, *range(1, len(shape) - 1))
        yield (
            f"{list(array.shape)} looks like channels last: PyTorch takes axis 1 of {list(shape)} as its {channels} "
            f"channels; if they are the {last} at the end, use x.permute{order} (convcli explain --code channels-last)"
        )
    elif plan.added == 1 and channels > 4 and not array.axes:
        yield (
            f"{list(array.shape)} went in as one sample with {channels} channels; if it is a batch of {channels}, use "
            f"x.unsqueeze(1): [{channels}, 1, {', '.join(names)}] (convcli explain --code channels-batch)"
        )
    if len(shape) == 3 and channels == last > 1:
        yield f"channels and length are both {last}, so an input the wrong way round would pass unnoticed"


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


def _nothing_changed(plan: Plan) -> Iterator[str]:
    """Arguments that were said and make no difference here."""
    layer = plan.layer
    arguments = layer.arguments()
    mode = arguments.get("padding_mode", "zeros")
    padded = any(map(any, layer.pads))
    if mode != "zeros" and not padded:
        yield f"padding mode {mode} changes nothing: there is no padding"
    if arguments.get("count_include_pad") is False and (not padded or arguments.get("divisor_override")):
        why = "the divisor is given" if padded else "there is no padding"
        yield f"leaving padding out of the mean changes nothing: {why}"
    for axis in plan.axes:
        if isinstance(axis, Axis) and axis.kernel == 1 < axis.dilation:
            yield f"dilation {axis.dilation} along {axis.name} changes nothing: a kernel of one tap has no gaps"
    if plan.weight and plan.seed:
        yield f"seed {plan.seed} changes nothing: the weights are given, and none is random"


def _padding_traps(plan: Plan) -> Iterator[str]:
    for axis in plan.axes:
        if not isinstance(axis, Axis):
            continue
        if axis.before != axis.after:
            yield (
                f"'same' pads {axis.name} unevenly, {axis.before} before and {axis.after} after: "
                f"the kernel's {axis.extent} cells are even in number"
            )
        if not axis.transposed and axis.padding_mode == "zeros" and axis.before >= axis.extent:
            yield (
                f"padding {axis.before} along {axis.name} is no less than the {axis.extent} cells a window spans: "
                "the first window sees zeros only"
            )
