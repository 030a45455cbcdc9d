"""JSON objects; their keys are also held by tests/cli/test_layer.py."""

import json

from convcli.picks import pick
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.as_json import axis_object, object_of, report_text


def test_what_was_picked_is_in_it_and_nothing_else() -> None:
    plan = make_plan("conv1d", {})
    bare = object_of(Report(plan))
    full = object_of(Report(plan, pick(plan, steps="0:2", from_cell="0", of_weight="1", coverage=True)))
    assert set(full) - set(bare) == {"steps", "from", "from_count", "of", "of_count", "coverage"}
    assert len(full["steps"]) == 2
    assert json.loads("".join(report_text(Report(plan))))["code"] == plan.layer.code


def test_new_layers_have_the_same_keys() -> None:
    for name in ("unfold", "adaptiveavgpool2d"):
        made = object_of(Report(make_plan(name, {})))
        assert list(made)[:3] == ["layer", "code", "input"]
        assert (made["weight"], made["bias"], made["parameters"], made["macs"]) == (None, None, 0, 0)
        assert [axis["name"] for axis in made["axes"]] == ["height", "width"]


def test_a_long_list_of_unread_cells_has_an_end() -> None:
    [axis] = make_plan("conv1d", {"kernel_size": 1, "stride": 10}, size=(2_000_000,)).axes
    made = axis_object(axis)
    assert (len(made["unread"]), made["unread_count"]) == (1_000_000, 1_800_000)
