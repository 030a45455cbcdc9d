"""A layer's numbers on the screen."""

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.body import body
from convcli.views.head import head
from convcli.views.widgets import Screen
from tests.views.shown import shown


def test_many_numbers_are_shortened_unless_all_are_asked_for() -> None:
    report = Report(make_plan("conv1d", {}, size=(300,)))
    brief, full = (shown(body(report, Screen(80, full=full))) for full in (False, True))
    assert "--full" in brief
    assert "..." in brief
    assert "..." not in full
    assert len(full.split()) > 500 > len(brief.split())


def test_a_large_layer_fits_one_screen() -> None:
    plan = make_plan("conv2d", {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3}, size=(3, 224, 224))
    text = shown([*head(plan, Screen()), *body(Report(plan), Screen())])
    assert len(text.splitlines()) <= 24


def test_the_experiment_of_the_post_that_this_is() -> None:
    assert "blog cnn1d_2" in shown(body(Report(make_plan("conv1d", {"kernel_size": 3, "stride": 2})), Screen()))
    assert "blog" not in shown(body(Report(make_plan("conv1d", {"kernel_size": 4})), Screen()))


def test_grouped_weights_are_named_by_their_group() -> None:
    report = Report(make_plan("conv1d", {"groups": 2, "out_channels": 4}, size=(4, 5)))
    assert "group's in 1" in shown(body(report, Screen()))
    assert "windows" not in shown(body(Report(make_plan("unfold", {})), Screen()))
