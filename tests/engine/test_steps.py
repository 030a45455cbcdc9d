"""Every term behind every output: its sum is torch's output, and its indices are right."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rich.console import Console

from convcli.colours import theme
from convcli.data.arrays import Array
from convcli.engine.forward import build
from convcli.engine.steps import cell_at, uses_of_input, uses_of_weight
from convcli.picks import cells
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.as_json import steps_object
from convcli.views.film import Film
from convcli.views.products import drawn, line
from convcli.views.scene import Scene
from convcli.views.svg import drawing
from convcli.wording import brief, number
from tests.conftest import Ran
from tests.strategies import NAMES, Request, picked, report_of, requests, with_values

CONVOLUTIONS = tuple(name for name in NAMES if name.startswith("conv"))


@settings(max_examples=200)
@given(requests(), st.data())
def test_steps_sum_to_torchs_output(request: Request, data: Any) -> None:
    report = report_of(request)
    for flat in data.draw(st.lists(st.integers(0, report.values.output.size - 1), min_size=1, max_size=5)):
        [index] = cells(report.values.output.shape, flat, flat + 1)
        found = report.step(index)
        assert found.agrees, (found.value, found.torch)
        if found.reduction.operation != "norm":  # a root makes more of rounding near zero
            np.testing.assert_allclose(found.value, report.values.output[index], rtol=1e-4, atol=1e-5)
        for term in found.terms:
            assert term.input == (0 if term.input_index is None else report.values.input[term.input_index])
            if report.values.weight is not None:
                assert term.weight == report.values.weight[term.weight_index]
                assert term.product == term.input * term.weight


@settings(max_examples=200)
@given(requests(), st.data())
def test_what_a_cell_reaches_is_what_changes(request: Request, data: Any) -> None:
    """Turning one input cell into NaN makes exactly the outputs that it reaches NaN."""
    report = report_of(request)
    layer = report.plan.layer
    [cell] = cells(report.values.input.shape, *data.draw(one_of(report.values.input.size)))
    uses = uses_of_input(report.plan, report.values, cell)
    products = list(uses.products)
    assert uses.count == len(products)
    reached = {use.output_index for use in products}
    x = torch.from_numpy(report.values.input.copy())
    x[cell] = float("nan")
    before = {tuple(map(int, i)) for i in np.argwhere(np.isnan(report.values.output))}
    with torch.no_grad():
        found = build(layer, report.plan.seed)(x)
    output = (found[0] if isinstance(found, tuple) else found).numpy()
    changed = {tuple(map(int, i)) for i in np.argwhere(np.isnan(output))}
    assert changed | before == reached | before
    if report.values.weight is not None:
        for use in products:
            assert use.weight_index is not None
            assert use in set(uses_of_weight(report.plan, report.values, use.weight_index).products)


@settings(max_examples=100)
@given(requests(CONVOLUTIONS), st.data())
def test_what_a_weight_is_part_of_is_what_changes(request: Request, data: Any) -> None:
    """A weight larger by one adds to each output the inputs that it meets there."""
    report = report_of(request)
    assume(report.values.weight is not None)
    assert report.values.weight is not None
    [index] = cells(report.values.weight.shape, *data.draw(one_of(report.values.weight.size)))
    expected = np.zeros_like(report.values.output)
    uses = uses_of_weight(report.plan, report.values, index)
    found = list(uses.products)
    for use in found:
        expected[use.output_index] += use.input
    assert uses.count == len(found)
    steps = [report.step(place) for place in cells(report.values.output.shape, 0, report.values.output.size)]
    met = [term for each in steps for term in each.terms if term.weight_index == index]
    assert uses.zeros == sum(term.input_index is None for term in met)
    assert uses.count == len(met) - uses.zeros
    module = build(report.plan.layer, report.plan.seed)
    with torch.no_grad():
        module.weight[index] += 1
        changed = module(torch.from_numpy(report.values.input)).numpy()
    np.testing.assert_allclose(changed - report.values.output, expected, rtol=1e-4, atol=1e-5)


def test_a_sum_that_is_not_torchs_output_says_so() -> None:
    report = Report(make_plan("conv2d", {"kernel_size": 2}, size=(3,)))
    changed = picked(with_values(report, output=report.output + 0.001), [(0, 0, 1, 1)])
    [wrong] = changed.steps
    assert not wrong.agrees
    console = Console(theme=theme(), width=200, file=io.StringIO())
    film = Film(changed)
    console.print(
        line(wrong), *drawn([wrong], 120, changed.plan.layer.place_names), film.frame(0, 40, 24), film.frame(0, 120, 24)
    )
    said = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    assert said.count("DISAGREES") == 4
    assert "DISAGREES" in drawing(Scene(changed))
    assert steps_object([wrong])["steps"][0]["agrees"] is False


@pytest.mark.parametrize("p", [1, 2, 3, -1])
@pytest.mark.parametrize("size", [1.0, 1e4])
def test_a_norm_that_is_not_torchs_says_so(p: float, size: float) -> None:
    values = Array("list", (4,), [size * v for v in (1.0, 2.0, 3.0, 4.0)])
    report = Report(make_plan("lppool1d", {"kernel_size": 2, "norm_type": p}, input=values))
    assert report.step((0, 0, 1)).agrees
    assert not with_values(report, output=report.output * 1.001).step((0, 0, 1)).agrees


@pytest.mark.parametrize(("p", "values"), [(0.001, [2.0, 1.0]), (0.5, [-np.inf, 1.0])])
def test_a_norm_beyond_float32_is_no_disagreement(p: float, values: list[float]) -> None:
    given = Array("list", (2,), values)
    found = Report(make_plan("lppool1d", {"kernel_size": 2, "norm_type": p}, input=given)).step((0, 0, 0))
    assert not np.isfinite(found.torch)
    assert found.agrees


@pytest.mark.parametrize("values", ["-3.3,3.30001", "-0.7,0.70001", "-0.3,0.29999998,0.002"])
def test_a_root_of_what_cancels_is_no_disagreement(convcli: Callable[..., Ran], values: str) -> None:
    kernel = str(values.count(",") + 1)
    ran = convcli("lppool1d", f"--input={values}", "--kernel", kernel, "--norm-type", "3", "--steps")
    assert "DISAGREES" not in ran.out


@pytest.mark.parametrize("wrong", [5.0, -np.inf, np.nan])
def test_an_infinity_is_no_excuse(wrong: float) -> None:
    """What goes in as an infinity comes out as one; only finite terms may be too much for float32."""
    report = Report(make_plan("lppool1d", {"kernel_size": 2, "norm_type": 2}, input=Array("list", (2,), [np.inf, 1.0])))
    ours = [report.step((0, 0, 0))]
    given = Array("list", (2,), [np.inf, 1.0])
    report = Report(make_plan("conv1d", {"kernel_size": 2}, input=given, weight=Array("list", (2,), [1.0, 1.0])))
    ours.append(report.step((0, 0, 0)))
    assert all(found.agrees for found in ours)
    assert not any(replace(found, torch=wrong).agrees for found in ours)


def test_long_sums_agree_within_their_rounding() -> None:
    """torch adds a window's cells one after the other in float32."""
    report = Report(make_plan("avgpool1d", {"kernel_size": 1_000_000}, size=(1_000_000,)))
    assert report.step((0, 0, 0)).agrees


class Counted:
    """An array that counts how often it is looked into."""

    def __init__(self, array: np.ndarray) -> None:
        self.array, self.shape, self.looks = array, array.shape, 0

    def __getitem__(self, index: tuple[int, ...]) -> Any:
        self.looks += 1
        return self.array[index]


@pytest.mark.parametrize("size", [6, 600])
def test_one_cell_of_a_huge_input_costs_no_more(size: int) -> None:
    report = Report(make_plan("conv2d", {"kernel_size": 3, "padding": 1}, size=(2, size, size)))
    counted = Counted(report.values.input)
    found = with_values(report, input=counted).step((0, 0, 4, 0))
    assert (len(found.terms), counted.looks) == (18, 12)


def one_of(size: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.integers(0, size - 1).map(lambda flat: (flat, flat + 1))


def test_json_has_the_terms(convcli: Callable[..., Ran]) -> None:
    found = json.loads(convcli("conv1d", "--padding", "1", "--weight", "1,2,3", "--steps", "all", "--json").out)
    assert len(found["steps"]) == 10
    first = found["steps"][0]
    assert first["output_index"] == [0, 0, 0]
    assert first["value"] == 8
    assert first["terms"][0]["input_index"] is None
    expected = {"input_index": [0, 0, 1], "input": 2, "weight_index": [0, 0, 2], "weight": 3, "product": 6}
    assert expected.items() <= first["terms"][2].items()


def test_json_has_what_a_cell_and_a_weight_are_part_of(convcli: Callable[..., Ran]) -> None:
    arguments = "conv1d --weight 1,2,3 --from 0 --of 2 --coverage --json"
    found = json.loads(convcli(*arguments.split()).out)
    assert (found["from_count"], found["of_count"], len(found["of"])) == (1, 8, 8)
    assert found["from"] == [
        {"input_index": [0, 0, 0], "input": 1, "weight_index": [0, 0, 0], "weight": 1, "product": 1}
        | {"output_index": [0, 0, 0]}
    ]
    assert found["coverage"] == [[1, 2, 3, 3, 3, 3, 3, 3, 2, 1]]
    many = json.loads(convcli("conv2d", "--size", "400x400", "--of", "0", "--json").out)
    assert (many["of_count"], len(many["of"])) == (398 * 398, 100_000)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --weight 1,0,-1 --bias 1 --at 3", "out[0, 0, 3] = 4·1 + 5·0 + 6·(-1) + bias 1 = -1"),
        ("conv1d --padding 1 --weight 1,2,3 --steps --seed 1", "out[0, 0, 0] = <0>·1 + 1·2 + 2·3 = 8"),
        ("maxpool1d --steps 0:1", "max of 1, 2 (the winner) = 2"),
        ("avgpool1d --padding 1 --steps", "(<0> + 1) / 2 = 0.5"),
        ("avgpool2d --kernel 7 --size 7x7 --at 0", " / 49\n"),
        ("conv1d --size 1 --padding 1 --of 0", "takes part in 0 products, and 1 with padding's zeros\n"),
        ("conv2d --in 1 --size 4x4 --weight [[1,2],[3,4]] --at 1,1", "╭─ out[0, 0, 1, 1] = 26 ─"),
        ("conv2d --size 2x4x4 --weight [[1,2],[3,4]] --bias 1 --at 1,1", " = 53\n"),
        (
            "conv1d --in 2 --weight 1,0,-1 --at 1",
            "  channel 1 7·1 + 8·0 + 9·(-1)   -2\n" + " " * 31 + "────\n" + " " * 31 + "= -4\n",
        ),
        ("conv1d --size 20x5 --at 0", "  ... 8 more "),
        ("conv1d --size 20x5 --at 0 --full", "\n  channel 19 1·"),
        ("conv1d --in 2 --groups 2 --weight 1,0,-1 --at 1,0", " = -2  (reads channel 1 at 0, 1, 2)\n"),
        ("conv1d --weight 1,0,-1 --dilation 2 --at 0", " = -4  (reads 0, 2, 4)\n"),
        ("conv1d --weight 1,2 --padding 1 --padding-mode circular --at 0", "= <in[9]: 10>·1 + 1·2 = 12\n"),
        ("conv2d --size 4x4 --padding 1 --padding-mode reflect --at 0", "reads rows -1←1, 0, 1 · columns -1←1, 0, 1 "),
        ("conv3d --size 4 --padding 1 --padding-mode reflect --at 0", "channel 0, depth -1←1\n"),
        ("convtranspose1d --stride 2 --weight 1,2,3 --at 2", "2·1 + 1·3 = 5  (reads 1, 0 with taps 0, 2)\n"),
        ("convtranspose2d --size 3 --stride 2 --at 2,2", "rows 1, 0 · columns 1, 0 · taps: rows 0, 2 · columns 0, 2 "),
        (
            "conv1d --from 4",
            "input[0, 0, 4] = 5 takes part in 3 products\n  weight[0, 0, 2]: 5·(-0.4752) ≈ -2.3759 → out[",
        ),
        ("conv1d --stride 2 --from 9", "input[0, 0, 9] = 10 reaches no output\n"),
        ("conv1d --size 3 --padding 1 --of 0", "takes part in 2 products, and 1 with padding's zeros\n"),
        ("conv2d --size 50x50 --of 0 --full", "→ out[0, 0, 47, 47]\n"),
        ("maxpool1d --padding 1 --at 0", "= 1  (1 cell of padding left out)\n"),
        ("maxpool1d -i nan,nan,1 --kernel 3 --steps", "max of nan, nan (the winner), 1 = nan\n"),
        ("maxpool1d --stride 1 --from 3", "input[0, 0, 3] = 4 is read by 2 windows\n  → out[0, 0, 2]\n"),
        ("conv1d --weight 1,2,3 --of 2", "takes part in 8 products\n  input[0, 0, 2]: 3·3 = 9 → out[0, 0, 0]\n"),
        ("conv2d --size 2000x2000 --of 0,0", "takes part in 3,992,004 products"),
        ("maxpool2d --size 4x4 --at 1,1", " 3  *4*\n"),
        ("maxpool1d -i 1,2 --kernel 2 --dilation 3 --padding 1 --steps", "max of nothing = -inf"),
        ("lppool1d -i -1,-2 --norm-type -1 --steps", "((-1)^-1 + (-2)^-1)^(1/-1) ≈ -0.6667\n"),
        ("lppool1d -i -5,2 --norm-type inf --steps", "max of |-5| (the winner), 2 = 5\n"),
        ("lppool1d -i -5,2 --norm-type -inf --steps", "min of |-5|, 2 (the winner) = 2\n"),
        ("lppool1d -i -1,-2,3,4 --norm-type 2.5 --steps", "(1/2.5) = nan\n"),
        ("lppool1d -i 1e30,1 --norm-type 20 --steps", "(1/20) = inf\n"),
        ("lppool1d -i 1e30,1e30 --norm-type -20 --steps", "(1/-20) = inf\n"),
        ("lppool1d -i 1,2,3 --ceil-mode --steps", "(2·(3^2))^(1/2) ≈ 4.2426\n"),
        ("avgpool1d -i 3e38,3e38 --steps", " = 3e+38, which float32 can't hold: inf\n"),
        ("conv1d -i 3e38,3e38,3e38 --weight 1,1,1 --steps", "9e+38, which float32 can't hold:\ninf\n"),
        ("convtranspose1d -i 1,2 --stride 3 --kernel 2 --weight 1,1 --at 2", "out[0, 0, 2] = nothing = 0\n"),
        ("conv2d --size 30x30 --kernel 13 --at 3,3", "out[0, 0, 3, 3] ≈ 4·("),
        ("conv1d --size 9000 --kernel 9000 --at 0", "8,900 more terms (--full shows them)"),
        ("conv1d --size 9000 --kernel 9000 --at 0 --full", " 9000·"),
        ("conv1d --stride 2 --coverage", "1 1 2 1 2 1 2 1 1 0"),
    ],
)
def test_screens(convcli: Callable[..., Ran], arguments: str, said: str) -> None:
    ran = convcli(*arguments.split())
    assert ran.code == 0, ran.err
    assert said in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --at 99", "from 0,0,0 to 0,0,7"),
        ("conv1d --at foo", "from 0,0,0 to 0,0,7"),
        ("conv1d -i 1,2,3 --size 5 --at 0", "choose one"),
        ("conv1d --from 0,0,0,0", "[1, 1, 10]"),
        ("conv1d --steps some", "--steps all"),
        ("conv1d --steps ²", "--steps all"),
        ("conv1d --steps 9:12", "0:8"),
        ("conv1d --size 100000 --steps all", "pick a part"),
        ("conv1d --region 0:1", "add --export"),
        ("conv1d --export a.svg --region 0:4,", "try --region 0:8"),
        ("conv1d --export a.svg --region 3", "try --region 0:8"),
        ("conv1d --export a.svg --region 0:4 --at 1", "choose one"),
        ("conv1d --steps --at 1", "choose one"),
        ("conv1d --size 2x1x10 --steps 6:10 --export a.svg", "--region 0:1,0:1,0:8 (a range for each axis, batch"),
        ("conv2d --in 512 --size 512x12x52 --steps 0:500", "2,304,000 terms"),
        ("conv1d --size 1000009 --kernel 1000000 --export a.svg", "10,000,000 terms"),
        ("conv1d --export a.svg --region 9:12", "[1, 1, 8]"),
        ("conv1d --export a.svg --region some", "0:8"),
        ("conv1d --show --json", "leave --show out"),
        ("conv1d --code --save a.npy", "leave one out"),
        ("conv1d --code --at 1", "leave one out"),
    ],
)
def test_wrong_cells(convcli: Callable[..., Ran], arguments: str, said: str) -> None:
    ran = convcli(*arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@settings(max_examples=100)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.booleans(), st.data())
def test_the_winner_is_the_one_whose_index_torch_returns(
    ndim: int, kernel: int, stride: int, dilation: int, ceil_mode: bool, data: st.DataObject
) -> None:
    """Also where several are largest, or aren't numbers."""
    sizes = (1, 1, *[7, 5, 5][:ndim])
    drawn = data.draw(st.lists(st.sampled_from([np.nan, np.inf, -np.inf, 0, 1, 2]), min_size=9, max_size=9))
    arguments = {"kernel_size": kernel, "stride": stride, "dilation": dilation, "ceil_mode": ceil_mode}
    arguments |= {"padding": kernel // 2, "return_indices": True}
    values = np.resize(np.array(drawn, np.float32), sizes)
    report = Report(make_plan(f"maxpool{ndim}d", arguments, input=Array("random", sizes, values)))
    assert report.values.indices is not None
    for index in cells(report.values.output.shape, 0, report.values.output.size):
        found = report.step(index)
        assert found.agrees
        if winner := next((t for t in found.terms if t.winner), None):
            assert winner.input_index is not None
            assert np.ravel_multi_index(winner.input_index[2:], sizes[2:]) == report.values.indices[index]


@settings(max_examples=150)
@given(requests(), st.integers(40, 120), st.data())
def test_drawn_steps_fit_the_screen_and_lose_nothing(request: Request, width: int, data: st.DataObject) -> None:
    report = report_of(request)
    [index] = cells(report.values.output.shape, *data.draw(one_of(report.values.output.size)))
    found = report.step(index)
    # Printed as wide as it comes: only sentences may be wider than the screen, and are wrapped there.
    console = Console(theme=theme(), width=100 * width, file=io.StringIO())
    console.print(*drawn([found], width, report.plan.layer.place_names, full=True), sep="\n")
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    drawing = [line for line in shown.splitlines() if not re.search("[a-z]|^  [=≈] ", line)]
    if len(report.plan.axes) > 1:  # the products of one axis are sentences
        assert max(map(len, drawing), default=0) <= width
    for terms, _ in found.maps if found.reduction.operation == "sum" else ():
        for values in ([term.weight for term in terms], [term.input for term in terms]):
            assert all(number(value) in shown or brief(values)(value) in shown for value in values)
    console = Console(theme=theme(), width=width, file=io.StringIO())
    console.print(*drawn([found], width, report.plan.layer.place_names), sep="\n")
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)


@settings(max_examples=100)
@given(requests(), st.data())
def test_the_padded_input_holds_what_the_terms_read(request: Request, data: Any) -> None:
    report = report_of(request)
    [index] = cells(report.values.output.shape, *data.draw(one_of(report.values.output.size)))
    ranges = [axis.line for axis in report.plan.axes]
    for term in report.step(index).terms:
        found = cell_at(report.plan, report.values, term.place)
        assert found.input_index == term.input_index
        assert found.value == term.input or abs(found.value) == term.input
        assert all(p in along for p, along in zip(term.place[2:], ranges, strict=True))
