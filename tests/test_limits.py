"""What nobody could look at is refused before anything runs."""

import pytest

from convcli.limits import check_json, check_picture, check_script, is_cropped
from convcli.picks import pick
from convcli.plan import make_plan
from convcli.refusals import Refusal
from tests.conftest import Ran


def test_pictures_of_too_many_cells_or_pixels() -> None:
    for name, size, more in (("conv2d", (200, 200), {"kernel_size": 100}), ("conv1d", (3000,), {"stride": 10})):
        plan = make_plan(name, more, size=size)
        with pytest.raises(Refusal, match="the limit is"):
            check_picture(plan, pick(plan, at="0", draw=True) if name == "conv2d" else pick(plan, draw=True))
    plan = make_plan("conv2d", {}, size=(300, 300))
    small = pick(plan, region="0:4,0:4", draw=True)
    check_picture(plan, small)
    assert is_cropped(plan, small)


def test_json_and_scripts_have_an_end() -> None:
    plan = make_plan("maxpool1d", {}, size=(81_000_000,))
    with pytest.raises(Refusal, match="121,500,000 numbers"):
        check_json(plan, pick(plan))
    check_script(plan, pick(plan))  # a ramp is one line


def test_nothing_is_printed_before_a_refusal(convcli: "object") -> None:
    for arguments in ("maxpool1d --size 81000000 --json", "conv1d --size 3000 --stride 10 --export b.gif"):
        ran: Ran = convcli(*arguments.split())  # type: ignore[operator]
        assert (ran.code, ran.out) == (2, "")
