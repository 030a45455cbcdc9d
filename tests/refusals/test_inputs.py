"""Rules that a layer and its input break together, each raised by a real request."""

import re
from collections.abc import Callable

import pytest
import torch

from convcli import memory
from convcli.cli.exits import on_the_command_line
from convcli.data.arrays import Array
from convcli.layers import Layer
from convcli.plan import make_plan
from convcli.refusals import Channels, Refusal


def listed(*shape: int) -> Array:
    return Array("list", shape, None)


# By the rule: a request, and a part of what is said in Python and on the command line.
INPUTS: dict[str, tuple[Callable[[], object], str, str]] = {
    "InputAndSize": (
        lambda: make_plan("conv1d", {}, input=listed(5), size=(5,)),
        "input and size both say what goes in",
        "--input and --size both say what goes in",
    ),
    "NothingGoesIn": (
        lambda: make_plan("conv1d", {}, input=listed(0, 1, 5)),
        "the input [0, 1, 5] is empty",
        "give an input with at least 1 along batch",
    ),
    "PaddingTooWide": (
        lambda: make_plan("conv1d", {"padding": 10, "padding_mode": "reflect"}),
        "padding_mode='replicate'",
        "try --padding 9, or --padding-mode replicate",
    ),
    "KernelLarger": (
        lambda: make_plan("conv1d", {"kernel_size": 11}),
        "try kernel_size=10, or padding=1, or input='wave'",
        "or --input wave, or an input of at least 11",
    ),
    "Pool3dLarger": (
        lambda: make_plan("avgpool3d", {}, size=(1, 4, 4)),
        "try kernel_size=(1, 2, 2)",
        "try --kernel 1x2x2",
    ),
    "NoOutput": (lambda: make_plan("convtranspose1d", {"padding": 9}), "nothing is left", "try --padding 5 or less"),
    "Channels": (lambda: make_plan("conv1d", {"in_channels": 3}, input=listed(2, 5)), "in_channels=2", "--in 2"),
    "Rank": (lambda: make_plan("conv2d", {}, input=listed(5)), "[height, width]", "give 2 to 4 axes"),
    "Features": (
        lambda: Layer.of("linear", in_features=4, out_features=1).output_shape((1, 5)),
        "try in_features=5",
        "try --in-features 5",
    ),
    "NoSuchAxis": (lambda: Layer.of("flatten", start_dim=3).output_shape((1, 5)), "start_dim=3", "--start-dim 3"),
    "SizeCount": (lambda: make_plan("conv2d", {}, size=(1, 2, 3, 4, 5)), "try size=(4, 5)", "try --size 4x5"),
    "WeightRank": (
        lambda: make_plan("conv1d", {}, weight=listed(1, 2)),
        "nn.Conv2d takes it; or give such a kernel, weight=[1, 0, -1], or all of it, [out, in/groups, length]",
        "--weight 1,0,-1",
    ),
    "WeightKernel": (
        lambda: make_plan("conv1d", {"kernel_size": 2}, weight=listed(3)),
        "leave kernel_size out",
        "leave --kernel out",
    ),
    "WeightChannels": (
        lambda: make_plan("conv1d", {"out_channels": 3}, weight=listed(2, 1, 3)),
        "try out_channels=2, or leave out_channels out",
        "try --out 2, or leave --out out",
    ),
    "BiasShape": (lambda: make_plan("conv1d", {}, bias=listed(3)), "give 1 number", "one number for each"),
    "Memory": (
        lambda: memory.check_memory(make_plan("conv1d", {"out_channels": 10**9}, size=(10**6,))),
        "try smaller sizes",
        "of memory",
    ),
    "TooManyCopies": (
        lambda: make_plan(
            "conv1d",
            {"kernel_size": 1, "stride": 3, "padding": 10**9, "padding_mode": "reflect"},
            size=(10**10,),
        ),
        "leave padding_mode out",
        "200,000 are the most that are looked up",
    ),
    "TooMuchWork": (
        lambda: memory.check_work(make_plan("conv1d", {"kernel_size": 10**6}, size=(3 * 10**6,))),
        "try a smaller kernel",
        "2.0 trillion products",
    ),
}


@pytest.mark.parametrize(
    ("ndim", "given", "expected"),
    [(1, (4, 3), 3), (1, (2, 4, 3), 3), (2, (4, 5, 3), 3), (2, (2, 4, 5, 3), 3), (3, (4, 5, 6, 2), 2)],
)
def test_a_permutation_that_is_advised_brings_the_channels_first(
    ndim: int, given: tuple[int, ...], expected: int
) -> None:
    arguments = {"in_channels": expected, "kernel_size": 1}
    with pytest.raises(Channels) as raised:
        make_plan(f"conv{ndim}d", arguments, input=listed(*given))
    advised = re.search(r"x\.permute\((.*?)\)", raised.value.fix)
    assert advised
    x = torch.zeros(given).permute(*map(int, advised[1].split(", ")))
    assert make_plan(f"conv{ndim}d", arguments, input=listed(*x.shape)).shape[1] == expected


@pytest.mark.parametrize(("ndim", "given"), [(2, (4, 3)), (3, (2, 5, 3)), (2, (4, 5))])
def test_nothing_to_permute(ndim: int, given: tuple[int, ...]) -> None:
    with pytest.raises(Channels) as raised:
        make_plan(f"conv{ndim}d", {"in_channels": 3}, input=listed(*given))
    assert "permute" not in raised.value.fix
    assert "give the input as [batch, 3, " in raised.value.fix


@pytest.mark.parametrize("rule", INPUTS)
def test_a_request_that_breaks_it(rule: str) -> None:
    request, in_python, typed = INPUTS[rule]
    with pytest.raises(Refusal) as raised:
        request()
    assert type(raised.value).__name__ == rule
    assert in_python in ": ".join(raised.value.words())
    assert typed in ": ".join(raised.value.words(on_the_command_line))
