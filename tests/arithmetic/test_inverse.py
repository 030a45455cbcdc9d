"""The formula backwards: every answer holds, none is missing, and torch agrees."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convcli.arithmetic import inverse
from convcli.arithmetic.axis import Axis


def brute(size: int, output: int, kind: str, ceil_mode: bool, longest: int) -> set[tuple[int, ...]]:
    """Every setting up to a stride, tried one by one."""
    found = set()
    for kernel in inverse.KERNELS:
        for dilation in [1] if kind == "pool" or kernel == 1 else inverse.DILATIONS:
            axis = Axis(size, kernel, dilation=dilation, ceil_mode=ceil_mode, transposed=kind == "transposed")
            for padding in range((kernel // 2 if kind == "pool" else axis.extent - 1) + 1):
                for stride in range(1, longest + 1):
                    extra = range(max(stride, dilation)) if kind == "transposed" else range(1)
                    for op in extra:
                        made = replace(axis, stride=stride, before=padding, after=padding, output_padding=op)
                        # One window is left whatever the stride is: those strides are listed only so far.
                        if made.output == output and (kind == "transposed" or stride <= made.padded >= made.extent):
                            found.add((kernel, stride, padding, dilation, op))
                        if made.output > output:
                            break  # each further op is one cell more
    return found


@pytest.mark.parametrize(
    ("kind", "ceil_mode"), [("conv", False), ("pool", False), ("pool", True), ("transposed", False)]
)
@pytest.mark.parametrize(("size", "output"), [(7, 3), (10, 5), (5, 1), (4, 9), (6, 6), (9, 2)])
def test_every_setting_is_found(
    kind: str, ceil_mode: bool, size: int, output: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inverse, "MOST", 10**6)
    fixed = {"ceil_mode": True} if ceil_mode else {}
    answer = inverse.solve(size, output, kind, **fixed)
    found = {(s.kernel, s.stride, s.padding, s.dilation, s.output_padding) for s in answer.listed}
    assert answer.count == len(found)
    longest = 70
    fits = {f for f in found if kind == "transposed" or f[3] * (f[0] - 1) + 1 <= size + 2 * f[2]}
    assert fits == brute(size, output, kind, ceil_mode, longest)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 3), st.integers(1, 3), st.integers(1, 12), st.booleans())
def test_sizes_giving(kernel: int, stride: int, padding: int, dilation: int, output: int, transposed: bool) -> None:
    axis = Axis(1, kernel, stride, padding, padding, dilation, transposed=transposed)
    expected = [size for size in range(1, 150) if replace(axis, size=size).output == output]
    assert list(inverse.sizes_giving(axis, output)) == expected


@given(st.integers(1, 40), st.integers(1, 20))
def test_torch_agrees(size: int, output: int) -> None:
    for found in inverse.solve(size, output).listed[:5]:
        layer = torch.nn.Conv1d(1, 1, found.kernel, found.stride, found.padding, found.dilation)
        with torch.no_grad():
            assert layer(torch.zeros(1, 1, size)).shape[-1] == output


def test_padding_that_keeps_the_size_is_built() -> None:
    found = inverse.solve(28, 28, kernel=5, stride=1).listed[0]
    assert found.padding == 2
    assert torch.nn.Conv1d(1, 1, 5, padding=2)(torch.zeros(1, 1, 28)).shape == (1, 1, 28)


def test_what_nothing_reaches_has_a_nearest() -> None:
    assert inverse.solve(10, 7, kernel=3, stride=2, padding=0, dilation=1).nearest == 4
