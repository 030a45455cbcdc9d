"""The formula, worked."""

import pytest

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.windows import Adaptive
from convcli.sizing import backwards
from convcli.views.worked import in_symbols, settings, worked, worked_out, worked_short
from tests.views.shown import shown


@pytest.mark.parametrize("axis", [Axis(10, 3, stride=2), Axis(7, 2, 2, ceil_mode=True), Axis(4, 3, 2, transposed=True)])
def test_the_last_line_is_the_output(axis: Axis) -> None:
    assert worked(axis)[-1] == str(axis.output)
    assert worked_short(axis).endswith(f" = {axis.output}")
    assert in_symbols(axis)


def test_adaptive_windows_have_a_formula_of_their_own() -> None:
    assert worked_short(Adaptive(10, 4)) == "output i reads cells ⌊i·10/4⌋ to ⌈(i + 1)·10/4⌉ − 1, i from 0 to 3"


def test_axes_that_are_alike_are_worked_once() -> None:
    same = Axis(10, 3, name="height"), Axis(10, 3, name="width")
    assert "width: the same as height" in shown(worked_out(same))
    [answer] = backwards("conv", {"output": (112,), "kernel_size": (3,), "stride": (2,), "padding": (1,)})
    assert "input sizes 223 to 224" in shown(settings("conv", answer))
