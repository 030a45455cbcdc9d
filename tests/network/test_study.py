"""What may be shown of networks: which input they are worked out on, and what can't be shown."""

import pytest

from convcli.network.blocks import TooManyBlocks
from convcli.network.chain import work_out
from convcli.network.fitting import NoSuchOutput
from convcli.network.looking import NoSuchLayer
from convcli.network.notation import read_text
from convcli.network.study import Study, check_drawing, check_layer, check_output, read_networks
from convcli.refusals import ConvcliError

TEXT = "Conv1d(1, 2, 3); MaxPool1d(2)"


def study(**asked: object) -> Study:
    return Study((work_out(read_text(TEXT), (1, 1, 10)),), **asked)  # type: ignore[arg-type]


def test_the_input_is_what_was_asked_or_the_usual_or_the_smallest() -> None:
    for name, size, shape, labels in (
        ("lenet", None, (1, 1, 32, 32), ["source", "published"]),
        ("lenet", (36, 36), (1, 1, 36, 36), ["source", "published"]),
        (TEXT, None, (1, 1, 4), ["input"]),
        ("tiny", None, (1, 1, 10), []),
    ):
        chains, remarks = read_networks([name], size)
        assert chains[0].input_shape == shape
        assert [label for label, _ in remarks] == labels


def test_what_can_be_shown_is_let_through() -> None:
    check_layer(study(receptive="last"))
    check_output(study(output=(4,)))
    check_drawing(study(export="x.tex"))
    check_drawing(study(receptive="last", export="x.svg"))
    assert study(receptive="0").row.name == "0"
    assert study(output=(4,)).sizes == ("1", [range(10, 12)])


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(NoSuchLayer):
        check_layer(study(receptive="conv9"))
    with pytest.raises(NoSuchOutput):
        check_output(study(output=(0,)))
    with pytest.raises(ConvcliError, match="not as TikZ"):
        check_drawing(study(receptive="last", export="x.TEX"))
    many = work_out(read_text("Conv1d(1, 1, 1); " * 70), (1, 1, 9))
    with pytest.raises(TooManyBlocks):
        check_drawing(Study((many,)))
    with pytest.raises(ConvcliError, match="one network"):
        check_drawing(Study((many, many)))
