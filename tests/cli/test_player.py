"""What can't be played is refused; tests/views/test_film.py plays."""

import pytest

from convcli.cli.player import check_playable
from convcli.refusals import ConvcliError


def test_without_animate_only_a_speed_is_wrong() -> None:
    check_playable(False, None)
    with pytest.raises(ConvcliError, match="add --animate"):
        check_playable(False, 2.0)


@pytest.mark.parametrize("speed", [None, 0.0, float("nan"), 1000.0])
def test_a_stream_that_is_no_terminal_or_a_speed_that_is_none(speed: float | None) -> None:
    with pytest.raises(ConvcliError, match="0.01 to 100" if speed is not None else "try --steps"):
        check_playable(True, speed)
