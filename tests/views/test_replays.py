"""The post's experiments on the screen."""

from dataclasses import replace

from convcli.data.samples import experiments
from convcli.engine.replay import replay
from convcli.views.replays import one, overview
from convcli.views.widgets import Screen
from tests.views.shown import shown


def test_what_came_back_and_what_did_not() -> None:
    posts = experiments()
    posts[3] = replace(posts[3], printed=[[[0.0] * 8] * 5])
    replays = replay(posts)
    assert "11 of 12 experiments" in shown(overview(replays))
    assert "NOT every number came back" in shown(one(replays[3], Screen()))
    assert "every number came back" in shown(one(replays[0], Screen()))
