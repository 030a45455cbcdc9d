"""docs/cli.md says what the help says: CONVCLI_REWRITE=1 writes it anew from the commands."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from convcli.cli import COMMANDS, app, load
from convcli.layers import LAYERS

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
TITLE = """# Every flag

`convcli COMMAND --help` says the same: this page is written from it, by
`CONVCLI_REWRITE=1 python -m pytest tests/test_reference.py`.

- **N** is a whole number. **SIZES** are one number for every axis, or one each: `3`, `3,5`, `3x5`.
- **ARRAY** is numbers (`1,2,3`, `[[1,2],[3,4]]`), a name (`input_2d`, `sobel-x`), a file, or `-` for stdin: text, or
  the JSON of another command. Names may be begun and written in any case: `Sobel_X`.
- **CELL** is an index for each axis, the first of which may be left out: `3`, `0,3`; below 0 it counts from the end.
- **WHICH** steps: `first`, a few of them; `all`; `4`, the first four; or a range as Python has it, `2:6`, `-3:`.
- PyTorch's own spelling of an argument works everywhere: `--kernel_size 3`, `--in_channels=1`, `--bias False`.
- A command takes a layer's class in any case: `convcli Conv2d`.
"""
SHARED = """## On every layer command

What goes in and what is shown. Flags marked * are those of convolutions alone, as nothing else has weights.
"""


def options(name: str) -> list[Any]:
    return [each for each in load(name).params if each.param_type_name == "option"]


def families() -> list[list[str]]:
    """The layers' commands, those that differ in their axes alone together."""
    grouped: dict[str, list[str]] = {}
    for name in COMMANDS:
        if name in LAYERS:
            grouped.setdefault(name.rstrip("123d"), []).append(name)
    return list(grouped.values())


def panel(option: Any) -> str:
    return option.rich_help_panel or "Options"


def table(lines: list[tuple[str, ...]], *headings: str) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    yield from (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
    yield ""


def described(option: Any, besides: str = "", mark: str = "") -> tuple[str, ...]:
    """Its flags, its value and what it does."""
    flags = " ".join(f"`{flag}`" for flag in option.opts)
    return flags + mark, "" if option.is_flag else option.metavar, option.help.replace("\\[", "[") + besides


def layer_section(names: list[str]) -> Iterator[str]:
    """What the layers of a family take of their own."""
    commands = {name: load(name) for name in names}
    shown = commands[names[-1]]
    yield f"### {', '.join(names)}\n"
    yield f"`nn.{LAYERS[names[0]].__name__}`{' and its like' * (len(names) > 1)}: {LAYERS[names[0]].summary}.\n"
    yield from examples(commands.get("conv2d", commands[names[0]]))
    lines = []
    for option in (each for each in options(names[-1]) if panel(each) == "Layer"):
        missing = [name for name in names if option.name not in {each.name for each in commands[name].params}]
        besides = f" Not on {', '.join(missing)}." if missing else ""
        lines.append((*described(option, besides), shown.assumed.get(option.name, "")))
    yield from table(lines, "flag", "value", "what it does", "default")


def shared_section() -> Iterator[str]:
    everywhere = {option.name for option in options("maxpool2d")}
    assumed = load("conv2d").assumed
    by_panel: dict[str, list[tuple[str, ...]]] = {}
    for option in options("conv2d"):
        default = "" if option.is_flag or option.default is None else str(option.default)
        mark = "" if option.name in everywhere else " *"
        line = (*described(option, mark=mark), assumed.get(option.name, default))
        by_panel.setdefault(panel(option), []).append(line)
    for title, lines in by_panel.items():
        if title != "Layer":
            yield f"### {title}\n"
            yield from table(lines, "flag", "value", "what it does", "default")


def other_section(name: str) -> Iterator[str]:
    command = load(name)
    everywhere = {option.name: option.help for option in options("conv2d") if panel(option) != "Layer"}
    also = [option for option in options(name) if everywhere.get(option.name) == option.help]
    words = [each for each in command.params if each.param_type_name == "argument"]
    yield f"## {name}\n"
    yield (command.help or "").split("\n\n")[0].replace("\\[", "[") + "\n"
    yield from examples(command)
    lines = [(f"`{each.metavar or each.name.upper()}`", "", each.help) for each in words]
    lines += [described(each) for each in options(name) if each.name not in {shared.name for shared in also}]
    yield from table(lines, "flag", "value", "what it does")
    if also:
        yield f"Also, as on every layer command: {' '.join(f'`{each.opts[0]}`' for each in also)}.\n"


def examples(command: Any) -> Iterator[str]:
    lines = [line.replace("\\[", "[") for line in (command.help or "").splitlines() if line.startswith("convcli ")]
    yield from ("```sh", *lines, "```\n")


def page() -> str:
    program = [described(each) for each in get_command(app).params]
    parts = [TITLE, "## Layers\n"]
    for names in families():
        parts += layer_section(names)
    parts += [SHARED, *shared_section()]
    for name in COMMANDS:
        if name not in LAYERS:
            parts += other_section(name)
    parts += ["## convcli itself\n", *table(program, "flag", "value", "what it does")]
    return "\n".join(parts).rstrip() + "\n"


def test_the_page_is_what_the_help_says() -> None:
    if os.environ.get("CONVCLI_REWRITE"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_flag_of_every_command_is_there() -> None:
    text = page()
    for name in COMMANDS:
        assert all(f"`{flag}`" in text for option in options(name) for flag in option.opts), name
