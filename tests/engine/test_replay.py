"""The post's numbers, computed again."""

from dataclasses import replace

from convcli.data.samples import experiments
from convcli.engine.replay import replay


def test_each_experiment_comes_back_and_a_wrong_number_is_noticed() -> None:
    posts = experiments()
    assert all(each.matches for each in replay(posts))
    posts[0] = replace(posts[0], printed=[[[value + 2e-4 for value in posts[0].printed[0][0]]]])
    assert [each.matches for each in replay(posts)] == [False] + [True] * 11
