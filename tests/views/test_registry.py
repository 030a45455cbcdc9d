"""The list of views: what contradicts what follows from it."""

import pytest

from convcli.refusals import Refusal
from convcli.views.registry import BODY, VIEWS, chosen


def views(*flags: str) -> list[str]:
    return [view.drawn_by for view in chosen(lambda flag: flag in flags)]


def test_every_view_can_be_found() -> None:
    assert all(callable(view.render) for view in (*VIEWS, BODY))


def test_views_are_shown_in_their_order_and_the_body_where_nothing_else_is() -> None:
    assert views() == ["body.body"]
    assert views("export") == ["files_written.exported", "body.body"]
    assert views("show", "at", "coverage") == ["products.picked_steps", "shades.coverage", "shades.maps"]
    assert views("as_json", "steps", "from_cell") == ["as_json.report_text"]
    assert views("animate", "steps") == ["film.Film"]
    assert views("shapes") == ["measures.memory"]
    assert views("shapes", "as_json") == ["as_json.shapes_text"]


@pytest.mark.parametrize(
    "flags",
    [
        ("as_json", "as_code"),
        ("as_json", "show"),
        ("animate", "from_cell"),
        ("as_code", "save"),
        ("as_code", "at"),
        ("shapes", "steps"),
        ("shapes", "as_json", "steps"),
        ("shapes", "as_code"),
        ("shapes", "save"),
    ],
)
def test_contradictions(flags: tuple[str, str]) -> None:
    with pytest.raises(Refusal):
        views(*flags)
