"""The post's tensors on the screen."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from convcli.data.arrays import Array


def samples_table(samples: Iterable[Array]) -> RenderableType:
    """Each sample's name, shape, Python and meaning."""
    parts: list[RenderableType] = []
    for sample in samples:
        title = Text(sample.source, style="bold").append(f"  {list(sample.shape)}", style="bold")
        rows = sample.data if len(sample.shape) > 1 else [sample.data]
        rows = rows[0] if len(sample.shape) > 2 else rows
        lines = [Text("  " + "  ".join(f"{value:g}" for value in row)) for row in rows]
        parts += [title, Text(f"{sample.about}: {sample.code}"), *lines, ""]
    return Group(*parts[:-1])
