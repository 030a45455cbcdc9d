"""What tests of errors share: code is run as a user's file, and fixes are put where they say that they belong."""

import linecache
import re
import traceback
import warnings
from pathlib import Path

from convcli.explain.evidence.message import read
from convcli.explain.recognise import Diagnosis, diagnose
from convcli.explain.rule import Fix, Hypothesis

IMPORTS = "import numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"


def explained(text: str) -> Diagnosis:
    """The diagnosis of a text, which has to be known."""
    found = diagnose(read(text), read_source=False)
    assert found is not None, text
    return found


def first(text: str) -> tuple[str, Hypothesis]:
    """The code of a text's error, and what is likeliest behind it."""
    found = explained(text)
    return found.rule.code, found.hypotheses[0]


def assert_first(text: str, code: str, change: str, words: str) -> None:
    """Assert what is said first of a text: its code, what is to be changed, and words; a pattern if it has a |."""
    found, answer = first(text)
    assert (found, answer.change) == (code, change)
    assert re.search(words if "|" in words else re.escape(words), f"{answer.says} {answer.advice}"), answer


def at(code: str, message: str, *library: str) -> str:
    """A traceback that ends in a line of the user's, and in a library's files."""
    frames = [("net.py", code), *((f"/env/lib/python3.12/site-packages/{file}", "...") for file in library)]
    lines = [f'  File "{file}", line 7, in forward\n    {text}' for file, text in frames]
    return "\n".join(["Traceback (most recent call last):", *lines, message])


def error_of(path: Path) -> str:
    """The traceback of a file that is run; empty if it ends well."""
    linecache.clearcache()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(path.read_text(), str(path), "exec"), {"__name__": "__main__"})
    except Exception:
        return traceback.format_exc()
    return ""


def mended(text: str, fix: Fix) -> str:
    """A file's text with a fix in its place, indented as the place is."""
    lines = text.split("\n")
    place = slice(fix.number - 1, fix.number - 1 if fix.where == "before" else max(fix.last, fix.number))
    there = lines[fix.number - 1]
    indent = there[: len(there) - len(there.lstrip())]
    lines[place] = [indent + line for line in fix.code.split("\n")]
    return "\n".join(lines)


def diagnosed(text: str, path: Path) -> Diagnosis:
    """The diagnosis of a file that is run, which has to be known."""
    path.write_text(IMPORTS + text)
    found = diagnose(read(error_of(path)))
    assert found is not None
    return found


def assert_file_mends(text: str, words: str, path: Path) -> Diagnosis:
    """Assert what is said first of a file that is run, and that its fixes, all of them put in, mend it."""
    found = diagnosed(text, path)
    text = IMPORTS + text
    answer = found.hypotheses[0]
    assert words in f"{answer.says} {answer.advice}"
    for fix in answer.fixes:
        text = mended(text, fix)
    path.write_text(text)
    assert error_of(path) == ""
    return found
