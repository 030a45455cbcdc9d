"""What nobody could look at is refused before anything runs."""

import pytest

from convcli.limits import check_json, check_script
from convcli.picks import pick
from convcli.plan import make_plan
from convcli.refusals import Refusal
from tests.conftest import Ran


def test_json_and_scripts_have_an_end() -> None:
    plan = make_plan("maxpool1d", {}, size=(81_000_000,))
    with pytest.raises(Refusal, match="121,500,000 numbers"):
        check_json(plan, pick(plan))
    check_script(plan, pick(plan))  # a ramp is one line


def test_nothing_is_printed_before_a_refusal(convcli: "object") -> None:
    for arguments in ("maxpool1d --size 81000000 --json", "conv1d --size 2x1x6 --steps all --export b.gif"):
        ran: Ran = convcli(*arguments.split())  # type: ignore[operator]
        assert (ran.code, ran.out) == (2, "")
