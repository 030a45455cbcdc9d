"""convcli in Python: what a layer does to an input, and what follows from the sizes alone."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from convcli.data.arrays import Array
from convcli.data.files import read
from convcli.data.filters import FILTERS
from convcli.data.literals import text_array
from convcli.data.samples import SAMPLES, weights_in_the_post
from convcli.memory import check_memory, check_work
from convcli.plan import Plan, make_plan
from convcli.refusals import ConvcliError
from convcli.report import Report

NAMED = SAMPLES | {name: each.array for name, each in FILTERS.items()}


class NotebookReport(Report):
    """A report that a notebook shows as its page."""

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that neither its styles nor its keys meet the notebook's."""
        from html import escape

        from convcli.views.page import page

        return f'<iframe srcdoc="{escape(page(self))}" style="width: 100%; height: 46em; border: 0"></iframe>'


def run(layer: str, *, input: Any = None, size: Sequence[int] | int | None = None, **more: Any) -> NotebookReport:
    """Build a torch.nn layer and run it.

    ``layer`` is the class in any case of letters, and ``more`` its arguments by torch's names; ``input`` is nested
    lists, a NumPy array, a tensor, a file or a sample's name, and ``size`` a ramp of that size instead. What is left
    out follows, as on the command line: the post's samples, as many channels as there are. ``weight`` (numbers, a
    filter's name or, for the post's own weights, that of its experiment), ``bias_values`` and ``seed`` are the weights;
    ``flip`` turns the kernel round before it is used.

    >>> report = run("conv1d", kernel_size=3, stride=2, input=[1, 2, 3, 4, 5], weight=[1, 0, -1])
    >>> report.output_shape, report.output.tolist()
    ((1, 1, 2), [[[-2.0, -2.0]]])
    >>> [term.product for term in report.step((0, 0, 1)).terms]
    [3.0, 0.0, -5.0]

    Raises:
        Refusal: wherever torch refuses; ``str`` of it says why, and what to do instead.
        Failure: torch could not carry it out.
    """
    plan = shapes(layer, input=input, size=size, **more)
    check_memory(plan)
    check_work(plan)
    report = NotebookReport(plan)
    report.values  # noqa: B018  (so that what can't be carried out fails here)
    return report


def shapes(
    layer: str,
    *,
    input: Any = None,
    size: Sequence[int] | int | None = None,
    weight: Any = None,
    bias_values: Any = None,
    seed: int = 0,
    flip: bool = False,
    **arguments: Any,
) -> Plan:
    """What follows from the sizes alone, without torch: shapes, parameters, MACs, and what is never read.

    >>> plan = shapes("conv2d", size=(3, 224, 224), out_channels=64, kernel_size=7, stride=2, padding=3)
    >>> plan.output_shape, plan.parameters, plan.macs
    ((1, 64, 112, 112), 9472, 118013952)

    Raises:
        Refusal: as in :func:`run`.
    """
    kernel = _array(weight, "the weight", NAMED | weights_in_the_post())
    return make_plan(
        layer,
        arguments,
        input=_array(input, "the input"),
        size=size if size is None or isinstance(size, (list, tuple)) else (size,),
        weight=kernel,
        bias=_array(bias_values, "the bias"),
        seed=seed,
        flip=flip,
        depthwise=kernel is not None and kernel.source in FILTERS,
    )


def _array(values: Any, source: str, named: Mapping[str, Array] = NAMED) -> Array | None:
    if values is None or isinstance(values, Array):
        return values
    if isinstance(values, str):
        return read(values, named)
    if hasattr(values, "detach"):  # a tensor
        values = values.detach().cpu()
        values = (values.float() if "bfloat16" in str(values.dtype) else values).numpy()
    if hasattr(values, "dtype") and values.shape:
        if values.dtype.kind not in "fiub":
            raise ConvcliError(f"{source} holds {values.dtype}, not real numbers", "give it as float32")
        return Array(source, tuple(values.shape), values)
    try:
        return text_array(json.dumps(values, default=_listed), source)
    except (TypeError, ValueError):
        raise ConvcliError(f"{source} is a {type(values).__name__}, not numbers", "give nested lists, [1, 2]") from None


def _listed(values: Any) -> Any:
    """What JSON doesn't know as lists: arrays, tensors, their numbers, ranges."""
    return values.tolist() if hasattr(values, "tolist") else list(values)
