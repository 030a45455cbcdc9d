"""The list of what may be shown of networks."""

import pytest

from convcli.cli.networks import HOW_SHOWN, NetworkFlags
from convcli.cli.typed import spelled
from convcli.refusals import Refusal
from convcli.views.network_views import NETWORK_BODY, NETWORK_VIEWS
from convcli.views.registry import chosen


def views(*flags: str) -> list[str]:
    return [view.drawn_by for view in chosen(lambda flag: flag in flags, NETWORK_VIEWS, NETWORK_BODY)]


def test_every_view_can_be_found_and_every_flag_is_one() -> None:
    for view in (*NETWORK_VIEWS, NETWORK_BODY):
        assert callable(view.render)
        assert all(spelled(NetworkFlags, name) for name in (*view.flags, *view.settings))
    assert set(NETWORK_BODY.settings) == set(HOW_SHOWN)


def test_what_is_shown() -> None:
    assert views() == ["network_table.shown"]
    assert views("export") == ["network_picture.exported", "network_table.shown"]
    assert views("export", "receptive") == ["network_picture.exported", "network_receptive.drawn"]
    assert views("compare", "as_json") == ["network_compared.compared_text"]
    assert views("receptive", "as_json", "export") == ["network_picture.exported", "network_receptive.drawn_text"]


@pytest.mark.parametrize("flags", [("compare", "as_csv"), ("output", "receptive"), ("as_json", "compare", "output")])
def test_contradictions(flags: tuple[str, ...]) -> None:
    with pytest.raises(Refusal):
        views(*flags)
