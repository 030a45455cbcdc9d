"""Every term behind every output: its sum is torch's output, and its indices are right."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convcli.arrays import Array
from convcli.errors import Refusal
from convcli.forward import Result, build, run
from convcli.plan import make_plan
from convcli.steps import output_indices, step, uses_of_input, uses_of_weight
from tests.conftest import Ran
from tests.test_against_torch import requests

Request = tuple[str, int, dict[str, Any], tuple[int, ...]]


def result_of(request: Request) -> Result:
    family, ndim, arguments, shape = request
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    try:
        return run(make_plan(family, ndim, arguments, input=Array("random", shape, values)))
    except Refusal:
        assume(False)
        raise


@settings(max_examples=200)
@given(requests(), st.data())
def test_steps_sum_to_torchs_output(request: Request, data: Any) -> None:
    result = result_of(request)
    for flat in data.draw(st.lists(st.integers(0, result.output.size - 1), min_size=1, max_size=5)):
        [index] = output_indices(result, flat, flat + 1)
        found = step(result, index)
        assert found.agrees, (found.value, found.torch)
        for term in found.terms:
            if term.input_index is not None:
                assert term.input in (result.input[term.input_index], abs(result.input[term.input_index]))


@settings(max_examples=200)
@given(requests(), st.data())
def test_what_a_cell_reaches_is_what_changes(request: Request, data: Any) -> None:
    """Turning one input cell into NaN makes exactly the outputs that it reaches NaN."""
    result = result_of(request)
    layer = result.plan.layer
    [cell] = output_indices(Result(result.plan, result.input, result.input), *data.draw(one_of(result.input.size)))
    reached = {use.output_index for use in uses_of_input(result, cell)}
    x = torch.from_numpy(result.input.copy())
    x[cell] = float("nan")
    before = {tuple(map(int, i)) for i in np.argwhere(np.isnan(result.output))}
    with torch.no_grad():
        found = build(layer, result.plan.seed)(x)
    output = (found[0] if isinstance(found, tuple) else found).numpy()
    changed = {tuple(map(int, i)) for i in np.argwhere(np.isnan(output))}
    assert changed | before == reached | before
    if result.weight is not None:
        for use in uses_of_input(result, cell):
            assert use.weight_index is not None
            assert use in set(uses_of_weight(result, use.weight_index))


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --weight 1,0,-1 --bias 1 --at 3", "out[0, 0, 3] = 4·1 + 5·0 + 6·(−1) + bias 1 = −1"),
        ("conv1d --padding 1 --weight 1,2,3 --steps --seed 1", "out[0, 0, 0] = <0>·1 + 1·2 + 2·3 = 8"),
        ("maxpool1d --steps 0:1", "max of 1, 2 (the winner) = 2"),
        ("avgpool1d --padding 1 --steps", "(<0> + 1) / 2 = 0.5"),
        ("conv2d --in 1 --size 4x4 --weight [[1,2],[3,4]] --at 1,1", "out[0, 0, 1, 1] = all products = "),
        ("conv1d --from 4", "weight[0, 0, 2] → out[0, 0, 2]"),
        ("conv1d --of 2", "takes part in 8 products"),
        ("conv1d --stride 2 --coverage", "1  1  2  1  2  1  2  1  1  0"),
    ],
)
def test_screens(convcli: Callable[..., Ran], arguments: str, said: str) -> None:
    ran = convcli(*arguments.split())
    assert ran.code == 0, ran.err
    assert said in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --at 99", "0 to 7"),
        ("conv1d --from 0,0,0,0", "[1, 1, 10]"),
        ("conv1d --steps some", "--steps all"),
        ("conv1d --steps 9:12", "0:8"),
        ("conv1d --size 100000 --steps all", "pick a part"),
    ],
)
def test_wrong_cells(convcli: Callable[..., Ran], arguments: str, said: str) -> None:
    ran = convcli(*arguments.split())
    assert ran.code == 2
    assert said in ran.err
