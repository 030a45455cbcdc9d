"""Code that stands above or below an error, as people paste it: read in the place of a file that isn't there."""

import ast
import re
from collections.abc import Iterator, Sequence
from textwrap import dedent

from convcli.explain.evidence.frames import ARROW, HEADER, UNDERLINE

FILE = "pasted"  # the name of the text as a file
MOST = 600  # lines of a text that is looked at; a log is longer
TRIES = 40  # lines that are left out until the rest is Python
PROMPT = re.compile(r"^(?:>>>|\.\.\.) ?|^In \[\d{1,5}\]: ?")
CODE = re.compile(
    r"(?:async def|def|class|import|from|with|for|while|if|elif|return|except|assert|yield|del|raise) "
    r"|(?:else|try|finally|return|pass|break|continue)\b:?\s*(?:#.*)?$"
    r"|[@#]|[\w.]{1,200}\(|[\])}]"
    r"|[\w.\[\]:'\", *()-]{1,200}?[-+*/@|&]?=(?!=)\s*\S"  # an assignment, or an argument in a line of its own
)
OF_TRACEBACK = re.compile(
    r"^\s*(?:-+>)?\s*\d{1,6}\s|^Traceback|^>\s{2,}|^\s*\(\w+\): "
    r"|^\s*(?:[\w.]{0,80}(?:Error|Exception|Warning): |Given groups=)"
)


def code_in(lines: Sequence[str]) -> str:
    r"""The lines of a text that are Python, each where it stands, and empty ones in the place of the others.

    >>> code_in(["Here is my code:", "    fc = nn.Linear(4, 2)", "    y = fc(x)", "What is wrong?"])
    '\nfc = nn.Linear(4, 2)\ny = fc(x)\n'
    """
    if len(lines) > MOST:
        return ""
    lines = [PROMPT.sub("", line) for line in lines]
    code = [""] * len(lines)
    for first, last in _runs(lines):
        code[first:last] = _flush(lines[first:last])
    return _parsable(code)


def _flush(lines: Sequence[str]) -> list[str]:
    r"""Lines at the left margin, also where the first of them was copied without its indentation.

    >>> _flush(["x = f(y)", "    loss = g(x)", "    loss.backward()"])
    ['x = f(y)', 'loss = g(x)', 'loss.backward()']
    """
    first, *rest = lines
    whole = dedent("\n".join(lines)).split("\n")
    cut = rest and not re.search(r"[:([{,\\]\s*(?:#.*)?$", first) and all(line[:1] in ("", " ", "\t") for line in rest)
    return [first, *dedent("\n".join(rest)).split("\n")] if cut and whole[0] == first else whole


def _runs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The first lines and the ends of the parts that look like code; within brackets every line does."""
    first, depth = 0, 0
    for i, (above, line) in enumerate(zip(["", *lines], [*lines, "?"], strict=False)):
        if line.strip() and not (depth > 0 or _is_code(line, above)):
            if first < i:
                yield first, i
            first, depth = i + 1, 0
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))


def _is_code(line: str, above: str) -> bool:
    if any(map(HEADER.search, (line, above))) or ARROW.match(line) or UNDERLINE.match(line):
        return False
    return not OF_TRACEBACK.match(line) and bool(CODE.match(line.strip()))


def _parsable(code: list[str]) -> str:
    """The lines without those that keep Python from parsing the rest."""
    for _ in range(TRIES):
        text = "\n".join(code)
        try:
            ast.parse(text)
        except SyntaxError as error:
            headless = re.search(r"expected an indented block after .* on line (\d+)", str(error))
            number = int(headless[1]) if headless else error.lineno or 0
            filled = [i for i in range(min(number, len(code))) if code[i].strip()]
            if not filled:
                return ""
            code[filled[-1]] = ""
        except (ValueError, RecursionError, MemoryError):
            return ""
        else:
            return text if text.strip() else ""
    return ""
