"""``blog``: the post's numbers, replayed."""

import json
import sys
from collections.abc import Callable

import pytest

from tests.conftest import Ran

Run = Callable[..., Ran]
PROGRAM = [sys.executable, "-m", "convcli"]


def found(ran: Ran) -> dict:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_blog_gives_the_posts_numbers(convcli: Run) -> None:
    result = found(convcli("blog", "--json"))["experiments"]
    assert len(result) == 12
    assert all(post["matches"] for post in result)
    assert max(post["largest_difference"] for post in result) < 5.1e-5
    assert {"name", "code", "output", "printed", "largest_difference", "matches"} <= set(result[0])


def test_blog_notices_a_wrong_number(convcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from convcli.cli import post
    from convcli.data import samples

    posts = samples.experiments()
    posts[0] = replace(posts[0], printed=[[[v + 2e-4 for v in posts[0].printed[0][0]]]])
    monkeypatch.setattr(post, "experiments", lambda: posts)
    ran = convcli("blog")
    assert ran.code == 1
    assert "11 of 12" in ran.out


def test_the_posts_slips_are_told(convcli: Run) -> None:
    assert "stride 2" in convcli("blog", "cnn1d_4").out
    assert "three" in convcli("blog", "cnn2d_1").out
