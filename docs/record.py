"""A screen of convcli as a picture: recorded from a pseudo-terminal, written as SVG by Rich.

    python docs/record.py
    python docs/record.py --light --columns 50 narrow.svg conv1d --kernel 3 --stride 2

Without a file: the README's pictures anew.
"""

import argparse
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.ansi import AnsiDecoder
from rich.color import Color
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from convcli.colours import THEMES

# The README's pictures, and what each is of.
PICTURES = {
    "conv1d.svg": "conv1d --kernel 3 --stride 2",
    "formula.svg": "formula --size 224 --kernel 7 --stride 2 --padding 3",
    "at.svg": "conv2d --in 3 --out 5 --at 0,0,3",
}
# No picture asks a server for a font.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def recorded(command: list[str], theme: str, columns: int) -> str:
    """What a terminal of this width is sent, colours included."""
    import pty

    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "LINES": "24", "TERM": "xterm-256color"}
    environment |= {"COLORTERM": "truecolor", "CONVCLI_THEME": theme}
    environment.pop("NO_COLOR", None)
    run = [sys.executable, "-m", "convcli", *command]
    with subprocess.Popen(run, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        sent = bytearray()
        try:
            while part := os.read(ours, 65536):
                sent += part
        except OSError:  # the other end is closed
            pass
    os.close(ours)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return sent.decode().replace("\r\n", "\n")


def drawn(command: list[str], theme: str = "dark", columns: int = 80) -> str:
    """The screen of a command as SVG."""
    palette = THEMES[theme]
    paper, ink = (tuple(Color.parse(shade).get_truecolor()) for shade in (palette.paper, palette.ink))
    console = Console(record=True, width=columns, file=StringIO(), color_system="truecolor", force_terminal=True)
    for line in AnsiDecoder().decode(recorded(command, theme, columns)):
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
    terminal = TerminalTheme(paper, ink, [(0, 0, 0)] * 8)
    title = f"convcli {' '.join(command)}"
    return console.export_svg(title=title, theme=terminal, code_format=FORMAT, unique_id="screen")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--columns", type=int, default=80)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if asked.file is None:
        for name, command in PICTURES.items():
            Path(__file__).with_name(name).write_text(drawn(command.split()) + "\n", encoding="utf-8")
        return
    picture = drawn(asked.command, "light" if asked.light else "dark", asked.columns)
    asked.file.write_text(picture + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
