"""Parts folded with their sums, repeated blocks once."""

from convcli.network.chain import Chain, work_out
from convcli.network.notation import read_text
from convcli.network.outline import outline

BLOCK = "Sequential(Conv2d(4, 4, 3, padding=1), ReLU())"


def chain() -> Chain:
    return work_out(
        read_text(f"Conv2d(1, 4, 3); {BLOCK}; {BLOCK}; {BLOCK}; Sequential(Flatten(), Linear(144, 2))"), (1, 1, 8, 8)
    )


def told(depth: int | None, fold: bool = True) -> list[tuple[str, str, int, int, int]]:
    return [(line.label, line.code, line.depth, line.times, line.parameters) for line in outline(chain(), depth, fold)]


def test_repeated_blocks_once() -> None:
    assert told(None) == [
        ("0", "Conv2d(1, 4, kernel_size=3)", 0, 1, 40),
        ("1–3", "Sequential", 0, 3, 3 * 148),
        ("0", "Conv2d(4, 4, kernel_size=3, padding=1)", 1, 1, 148),
        ("1", "ReLU()", 1, 1, 0),
        ("4", "Sequential", 0, 1, 290),
        ("0", "Flatten()", 1, 1, 0),
        ("1", "Linear(144, 2)", 1, 1, 290),
    ]


def test_depth_and_sums() -> None:
    lines = outline(chain(), 1, fold=False)
    assert [line.label for line in lines] == ["0", "1", "2", "3", "4"]
    assert sum(line.parameters for line in lines) == chain().parameters
    assert sum(line.macs or 0 for line in lines) == chain().macs
    assert lines[1].last.output_shape == (1, 4, 6, 6)
    assert len(told(None, fold=False)) == 3 * 3 + 4


def test_printed_repeats() -> None:
    lines = outline(work_out(read_text("M(\n  (0-3): 4 x Linear(in_features=3, out_features=3, bias=True)\n)"), (1, 3)))
    assert [(line.label, line.times) for line in lines] == [("0–3", 4)]
