"""Where things stand on the page: within the room, nothing over anything else, as its script works it out."""

import random
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from convcli.views import page as page_module

SCRIPTS = "\n".join((Path(page_module.__file__).parent / name).read_text() for name in ("arithmetic.js", "layout.js"))
ROOMS = [
    {"width": width, "height": height, "label": label, "least": least, "current": current}
    for width, height, label, least, current in (
        (1226, 560, 15, 12, 15),
        (368, 520, 13, 12, 12),
        (1232, 600, 24, 24, 24),
    )
]
Case = tuple[dict[str, Any], dict[str, Any]]


def arranged(browser: Browser, cases: list[Case]) -> list[dict[str, Any]]:
    page = browser.new_page()
    page.add_script_tag(content=SCRIPTS)
    found = page.evaluate("cases => cases.map(each => arrange(...each))", cases)
    page.close()
    return found  # type: ignore[no-any-return]


def drawn(rng: random.Random) -> Case:
    pair = lambda most: (rng.randint(1, most), rng.randint(1, most))  # noqa: E731
    wanted = {
        "inputs": rng.choice([1, 1, 2, 3, 16]),
        "input": pair(12),
        "window": pair(5),
        "output": pair(12),
        "digits": pair(6),
        "factors": rng.choice([(0, 0), (1, 2), (2, 5)]),
        "product": rng.randint(1, 7),
        "heads": [rng.randint(5, 20) for _ in range(3)],
    }
    return wanted, rng.choice(ROOMS)


def boxes(wanted: dict[str, Any], found: dict[str, Any]) -> list[tuple[float, float, float, float]]:
    parts = [(found["inputs"], "input"), (found["products"], "window"), ([found["output"]], "output")]
    return [
        (
            grid["x"],
            grid["y"],
            grid["x"] + wanted[size][1] * grid["width"],
            grid["y"] + wanted[size][0] * grid["height"],
        )
        for grids, size in parts
        for grid in grids
    ]


def test_nothing_covers_anything_and_all_of_it_is_in_the_room(browser: Browser) -> None:
    rng = random.Random(0)
    cases = [drawn(rng) for _ in range(300)]
    for (wanted, room), found in zip(cases, arranged(browser, cases), strict=True):
        placed = boxes(wanted, found)
        for i, (left, top, right, bottom) in enumerate(placed):
            assert left >= 0
            assert top >= 0
            assert right <= room["width"] + 1e-6
            assert bottom <= room["height"] + 1e-6
            for other in placed[:i]:
                assert left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom
        for grid in (found["inputs"][0], found["output"]):
            assert grid["type"] == 0 or grid["type"] >= room["least"] - 1e-6


def test_more_room_is_never_worse(browser: Browser) -> None:
    wanted = {"inputs": 3, "input": (5, 5), "window": (3, 3), "output": (3, 3), "digits": (2, 5), "factors": (2, 5)}
    wanted |= {"product": 5, "heads": (10, 15, 10)}
    small, large = arranged(browser, [(wanted, ROOMS[0] | {"width": 700, "height": 400}), (wanted, ROOMS[0])])
    assert len(large["inputs"]) >= len(small["inputs"])
    assert (large["form"], len(large["inputs"])) == ("full", 3)
