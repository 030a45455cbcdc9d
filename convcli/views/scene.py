"""The sliding window as plain boxes: where each cell stands, its number, and what each step lights up.

SVG, GIF, PNG and HTML all draw a :class:`Scene`; strides and padding end here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convcli.errors import ConvcliError
from convcli.steps import Step

if TYPE_CHECKING:
    from convcli.forward import Result

__all__ = ["MOST_CELLS", "Cell", "Frame", "Panel", "Scene", "make_scene", "short"]

HEIGHT, GAP, LABEL, MARGIN = 26, 22, 18, 16
HEAD, FOOT = 44, 84
MOST_CELLS = 8000  # more boxes than this and nobody reads their numbers
MOST_TERMS = 12  # of a sum written out


@dataclass(frozen=True, slots=True)
class Cell:
    """One box: a corner, its text, and how it is called. ``padding`` stands outside the input."""

    panel: int
    row: int
    column: int
    x: int
    y: int
    text: str
    name: str
    padding: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A labelled block of cells; ``part`` is "input", "weight" or "output"."""

    part: str
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One step: the cells it reads, its weights, the cell it makes, and the sum in two lines.

    ``pairs`` are ``(input cell, weight cell)``, None where there is no weight.
    """

    output: int
    pairs: tuple[tuple[int | None, int | None], ...]
    text: tuple[str, str]
    winners: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a drawing needs: panels, cells, frames, and the size of the whole."""

    title: str
    about: str
    width: int
    height: int
    cell_width: int
    panels: tuple[Panel, ...]
    cells: tuple[Cell, ...]
    frames: tuple[Frame, ...]

    @property
    def cell_height(self) -> int:
        return HEIGHT


def short(value: float) -> str:
    """A number that fits a cell.

    >>> [short(v) for v in (3.0, -0.4753, 1234567.0, 0.0004)]
    ['3', '-0.48', '1e+06', '4e-04']
    """
    value = float(value)
    if value == int(value) if abs(value) < 1e5 else False:
        return str(int(value))
    return f"{value:.2f}" if 0.005 <= abs(value) < 1000 else f"{value:.0f}" if 1 <= abs(value) < 1e5 else f"{value:.0e}"


Place = tuple[int, ...]  # [batch, channel, *positions], or a weight's index


def make_scene(result: "Result", steps: Sequence[Step], cropped: bool) -> Scene:
    """Lay out input, weights and output; ``cropped`` draws only what the steps touch.

    Raises:
        ConvcliError: more cells than a picture can show.
    """
    plan = result.plan
    batch = steps[0].output_index[0]
    reads = {t.place: t for s in steps for t in s.terms if t.input_index is not None or not plan.layer.kind.transposed}
    texts: dict[Place, str] = {}
    if not cropped:
        channels, *sizes = result.input.shape[1:]
        texts |= {(batch, *i): short(result.input[(batch, *i)]) for i in _every((channels, *sizes), "input cells")}
    counts_zeros = plan.layer.kind.weighted or (plan.layer.kind.name == "AvgPool" and plan.layer.count_include_pad)
    padded = "0" if counts_zeros else ""
    for place, term in reads.items():
        texts[place] = padded if term.input_index is None else short(term.input)
    inside = [range(size) for size in result.input.shape[2:]]
    outside = {p for p in texts if any(v not in r for v, r in zip(p[2:], inside, strict=True))}
    if not cropped and result.weight is not None:
        weights = {i: short(result.weight[i]) for i in _every(result.weight.shape, "weights")}
    else:
        weights = {t.weight_index: short(t.weight) for s in steps for t in s.terms if t.weight_index is not None}
    outputs = {s.output_index: short(s.torch) for s in steps}
    if not cropped:
        every = _every(result.output.shape[1:], "output cells")
        outputs = {(batch, *i): short(result.output[(batch, *i)]) for i in every}
    if (count := len(texts) + len(weights) + len(outputs)) > MOST_CELLS:
        raise _too_many(count, "cells")
    return _laid_out(result, steps, texts, outside, weights, outputs)


def _too_many(count: int, what: str) -> ConvcliError:
    return ConvcliError(
        f"the picture would have {count:,} {what}; {MOST_CELLS:,} are the most that can be read",
        "draw a part of the output: --region 0:8,0:8",
    )


def _every(shape: Sequence[int], what: str) -> Iterable[Place]:
    from itertools import product
    from math import prod

    if prod(shape) > MOST_CELLS:
        raise _too_many(prod(shape), what)
    return product(*map(range, shape))


class _Layout:
    """Puts blocks of cells in columns and remembers which cell is which."""

    def __init__(self, width: int) -> None:
        self.cell_width = width
        self.panels: list[Panel] = []
        self.cells: list[Cell] = []
        self.right = self.bottom = 0

    def block(
        self,
        part: str,
        texts: dict[Place, str],
        label: Callable[[Place], str],
        x: int,
        y: int,
        across: Callable[[Place], int],
        hollow: Iterable[Place] = (),
    ) -> dict[Place, int]:
        """Panels of one part: ``across`` says in which column of panels a panel stands."""
        hollow = set(hollow)
        rows = 1 if len(next(iter(texts))) == 3 else 2
        groups: dict[Place, list[Place]] = {}
        for place in sorted(texts):
            groups.setdefault(place[:-rows], []).append(place)
        top = [min(p[-2] for p in texts) if rows == 2 else 0, min(p[-1] for p in texts)]
        span = [max(p[-2] for p in texts) - top[0] + 1 if rows == 2 else 1, max(p[-1] for p in texts) - top[1] + 1]
        found: dict[Place, int] = {}
        filled: dict[int, int] = {}
        for key, places in groups.items():
            column = across(key)
            named = label(key)
            wide = max(span[1] * self.cell_width, 7 * len(named))
            left, above = x + column * (wide + GAP), filled.get(column, y)
            self.panels.append(Panel(part, named, left, above))
            for place in places:
                row, at = (place[-2] - top[0] if rows == 2 else 0), place[-1] - top[1]
                found[place] = len(self.cells)
                name = f"{part} [{', '.join(map(str, place if part == 'weight' else place[1:]))}]"
                self.cells.append(
                    Cell(
                        len(self.panels) - 1,
                        row,
                        at,
                        left + at * self.cell_width,
                        above + LABEL + row * HEIGHT,
                        texts[place],
                        name,
                        place in hollow,
                    )
                )
            filled[column] = above + LABEL + span[0] * HEIGHT + GAP // 2
            self.right = max(self.right, left + wide)
            self.bottom = max(self.bottom, filled[column])
        return found


def _laid_out(
    result: "Result",
    steps: Sequence[Step],
    texts: dict[Place, str],
    outside: set[Place],
    weights: dict[Place, str],
    outputs: dict[Place, str],
) -> Scene:
    longest = max(map(len, (*texts.values(), *weights.values(), *outputs.values())))
    layout = _Layout(max(HEIGHT, 7 * longest + 8))
    layer = result.plan.layer
    flat, transposed = layer.ndim == 1, layer.kind.transposed

    def channel(part: str) -> Callable[[Place], str]:
        def say(key: Place) -> str:
            depth = "".join(f", depth {d}" for d in key[2:])
            return f"{part} channel {key[1]}{depth}"

        return say

    def kernel(key: Place) -> str:
        out, source = (key[1], key[0]) if transposed else (key[0], key[1])
        return f"weight out {out} in {source}" + "".join(f", depth {d}" for d in key[2:])

    def beside() -> tuple[int, int]:
        return (MARGIN, layout.bottom + 6) if flat else (layout.right + 2 * GAP, HEAD)

    def first(key: Place) -> int:
        return 0

    inputs = layout.block("input", texts, channel("input"), MARGIN, HEAD, first, outside)
    taps: dict[Place, int] = {}
    if weights:
        lowest = min(w[1 if transposed else 0] for w in weights)
        x, y = beside()
        taps = layout.block("weight", weights, kernel, x, y, lambda key: key[1 if transposed else 0] - lowest)
    x, y = beside()
    made = layout.block("output", outputs, channel("output"), x, y, first)
    frames = tuple(
        Frame(
            made[s.output_index],
            tuple(
                (inputs.get(t.place), None if t.weight_index is None else taps[t.weight_index])
                for t in s.terms
                if t.input_index is not None or not transposed
            ),
            _sum(s),
            tuple(inputs[t.place] for t in s.terms if t.winner),
        )
        for s in steps
    )
    width = max(layout.right + MARGIN, 760)
    about = f"{list(result.input.shape)} to {list(result.output.shape)}, {len(frames)} step" + "s" * (len(frames) > 1)
    return Scene(
        layer.code,
        about,
        width,
        layout.bottom + FOOT,
        layout.cell_width,
        tuple(layout.panels),
        tuple(layout.cells),
        frames,
    )


def _sum(step: Step) -> tuple[str, str]:
    """Which output, and how it comes about; the middle of a long sum is left out and counted."""
    name = f"output [{', '.join(map(str, step.output_index[1:]))}] = {short(step.torch)}"
    read = [t for t in step.terms if t.input_index is not None]
    shown = read if len(read) <= MOST_TERMS else read[: MOST_TERMS - 1]
    if step.operation == "sum":
        parts = [f"{short(t.input)}·{_signed(t.weight)}" for t in shown]
    else:
        parts = [short(t.input) for t in shown]
    if len(shown) < len(read):
        parts.append(f"… {len(read) - len(shown)} more")
    zeros = len(step.terms) - len(read)
    if step.operation == "max":
        return name, f"max({', '.join(parts)})"
    text = " + ".join(parts) or "nothing"
    if step.operation == "mean":
        counted = f" + {zeros} zero{'s' * (zeros > 1)} of padding" if zeros else ""
        text = f"({text}{counted}) / {short(1 / step.terms[0].weight)}"
    elif step.operation == "norm":
        text = f"p-norm of {', '.join(parts)}"
    if zeros and step.operation == "sum":
        text += f" + {zeros} product{'s' * (zeros > 1)} with padding's zeros"
    if step.bias is not None:
        text += f" + bias {_signed(step.bias)}"
    return name, text


def _signed(value: float) -> str:
    return f"({short(value)})" if value < 0 else short(value)
