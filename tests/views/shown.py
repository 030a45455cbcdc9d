"""Renderables as text, for the tests of views."""

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType

from convcli.colours import theme


def shown(parts: RenderableType | Iterable[RenderableType], width: int = 80) -> str:
    console = Console(theme=theme(), width=width, file=io.StringIO())
    console.print(*([parts] if hasattr(parts, "__rich_console__") or isinstance(parts, str) else parts), sep="\n")
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]
