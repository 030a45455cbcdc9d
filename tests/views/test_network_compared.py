"""Networks side by side."""

from convcli.network.chain import work_out
from convcli.network.notation import read_text
from convcli.views.network_compared import compared, compared_object, sizes_said
from tests.views.shown import shown

ONE, TWO = "Conv2d(8, 8, 5)", "Conv2d(8, 8, 3); Conv2d(8, 8, 3)"


def test_two_of_three_against_one_of_five() -> None:
    chains = [work_out(read_text(text), (1, 8, 32, 32)) for text in (ONE, TWO)]
    text = shown(compared(chains, [ONE, TWO]))
    rows = {line[:15].strip(): line.split() for line in text.splitlines() if line}
    assert rows["receptive field"][-2:] == ["×", "1"]
    assert rows["parameters"][1:3] == ["1,608", "1,168"]
    found = compared_object(chains, [ONE, TWO])
    assert found["ratios"][1]["parameters"] == 1168 / 1608  # type: ignore[index]
    assert [network["named"] for network in found["networks"]] == [ONE, TWO]  # type: ignore[attr-defined]


def test_what_fails_is_told() -> None:
    chains = [work_out(read_text(text), (1, 8, 4, 4)) for text in (ONE, "ReLU()")]
    text = shown(compared(chains, ["one", "other"]))
    assert "fails at 0" in text
    assert "not one window fits" in " ".join(text.split())
    differ = [work_out(read_text("ReLU()"), (1, 8, size)) for size in (4, 5)]
    assert "--size 8x4 gives all one" in shown(compared(differ, ["a", "b"]))


def test_sizes() -> None:
    assert "inputs from 32 × 32 to 35 × 35 give 5 × 5 at pool" in shown(sizes_said("pool", (5,), [range(32, 36)] * 2))
    assert "an input of 8 gives 4 at x" in shown(sizes_said("x", (4,), [range(8, 9)]))
