"""``blog``: the post's numbers, replayed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convcli.data import samples
from tests.conftest import Ran

Run = Callable[..., Ran]


def made(ran: Ran) -> dict:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_blog_gives_the_posts_numbers(convcli: Run) -> None:
    result = made(convcli("blog", "--json"))["experiments"]
    assert len(result) == 12
    for post in result:
        assert {"name", "code", "output", "printed", "largest_difference", "matches", "slips"} <= set(post)
        assert post["matches"]
        assert post["largest_difference"] < 5.1e-5
        count = np.size(post["printed"])
        assert post["agree_to_the_last_digit"] + len(post["apart"]) == count
        assert post["agree_as_the_post_rounded"] == count
        assert (post["largest_in_units_of_the_last_digit"] > 0.5) == bool(post["apart"])
        off = np.abs(np.array(post["output"]["values"]) - post["printed"])
        assert post["largest_difference"] == off.max()
        assert post["largest_relative_difference"] == (off / np.abs(post["printed"])).max()
        assert all(abs(each["computed"] - each["exact"]) <= each["rounding"] for each in post["apart"])
    assert result[1]["weight"]["source"] == "cnn1d_2: seed 0 once, the 2nd layer built"


def test_blog_notices_a_wrong_number(convcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = samples.experiments()
    wrong = replace(first, printed=[[[value + 2e-4 for value in first.printed[0][0]]]])
    monkeypatch.setattr(samples, "experiments", lambda: (wrong, *rest))
    monkeypatch.setattr("convcli.cli.post.experiments", samples.experiments)
    ran = convcli("blog")
    assert ran.code == 1
    assert "11 of 12 experiments match; not cnn1d_1" in ran.out
    assert convcli("blog", "1").code == 1
    assert convcli("blog", "1", "--code").code == 0
    assert json.loads(convcli("blog", "1", "--json").out)["experiments"][0]["matches"] is False


def test_the_posts_slips_are_told(convcli: Run) -> None:
    assert "stride 2" in convcli("blog", "cnn1d_4").out
    assert "three" in convcli("blog", "cnn2d_1").out


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("", "the post printed"),
        ("--full", "the post printed"),
        ("--steps 1", "out[0, 0, 0, 0] ≈"),
        ("--at 0,1,8", "out[0, 0, 1, 8] ≈"),
        ("--from 0,4", "takes part in"),
        ("--of 0,0,1", "takes part in"),
        ("--coverage", "how many windows"),
        ("--show", "output [1, 1, 2, 9]"),
    ],
)
def test_one_experiment_takes_the_views_of_a_layer(convcli: Run, flags: str, said: str) -> None:
    ran = convcli("blog", "cnn2d_3", *flags.split())
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.index("seed 0 once, the 11th layer") < ran.out.index("all 18 numbers agree") < ran.out.index(said)


def test_one_experiment_as_json_has_what_was_picked(convcli: Run) -> None:
    [post] = made(convcli("blog", "2", "--json", "--steps", "all", "--coverage"))["experiments"]
    assert [step["output_index"] for step in post["steps"]] == [[0, 0, i] for i in range(4)]
    assert post["coverage"] == [[1, 1, 2, 1, 2, 1, 2, 1, 1, 0]]
    assert post["agree_to_the_last_digit"] == 4


def test_one_experiment_is_drawn_and_saved(convcli: Run, tmp_path: Path) -> None:
    picture, values = tmp_path / "a.svg", tmp_path / "a.npy"
    ran = convcli("blog", "cnn1d_6", "--export", str(picture), "--save", str(values))
    assert ran.code == 0
    assert "all 2 numbers agree" in ran.out
    assert picture.read_text().startswith("<svg")
    assert np.load(values).round(4).tolist() == [[[pytest.approx(-3.4744), pytest.approx(-3.7142)]]]


@pytest.mark.parametrize("post", samples.experiments(), ids=lambda post: post.name)
def test_the_script_of_an_experiment_gives_its_numbers(convcli: Run, post: samples.Experiment) -> None:
    ran = convcli("blog", post.name, "--code")
    [again] = made(convcli("blog", post.name, "--json"))["experiments"]
    names: dict = {}
    exec(ran.out, names)
    assert names["output"].tolist() == again["output"]["values"]


@pytest.mark.parametrize("flags", ["--steps", "--code", "--at 0,1", "--save x.npy", "--full", "--json --coverage"])
def test_a_view_without_a_name_is_refused_with_one(convcli: Run, flags: str) -> None:
    ran = convcli("blog", *flags.split())
    assert (ran.code, ran.out) == (2, "")
    assert "say which: convcli blog cnn1d_4 --" in ran.err


def test_names_as_people_type_them(convcli: Run) -> None:
    for typed in ("2", "CNN1D_2", "cnn1d-2", "1d_2"):
        assert convcli("blog", typed).out.startswith("cnn1d_2  seed 0 once, the 2nd layer built")
    for typed, said in (("cnn1d", "say which"), ("cnn1d_22", "did you mean cnn1d_2"), ("13", "1 to 12")):
        ran = convcli("blog", typed)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err


def test_a_layer_takes_the_posts_weights(convcli: Run) -> None:
    [post] = made(convcli("blog", "cnn1d_2", "--json"))["experiments"]
    for typed in ("cnn1d_2", "CNN1D-2", "1d_2"):
        layer = made(convcli("conv1d", "--weight", typed, "--stride", "2", "--json"))
        assert all(layer[name] == post[name] for name in ("code", "weight", "bias", "output"))
    assert made(convcli("conv1d", "--weight", "cnn1d_2", "--stride", "2", "--no-bias", "--json"))["bias"] is None
    assert made(convcli("conv1d", "--weight", "cnn1d_2", "--bias", "5", "--json"))["bias"]["values"] == [5.0]
    said = convcli("conv1d", "--weight", "cnn1d_2", "--in", "1", "--size", "7").out
    assert "cnn1d_2: seed 0 once, the 2nd layer built" in said
    ran = convcli("conv1d", "--weight", "cnn1d_9")
    assert ran.code == 2
    assert "did you mean cnn1d_" in ran.err
