"""What a user names, read as an array: a sample, a literal, a file, or a pipe."""

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from convcli.data import formats
from convcli.data.arrays import STDIN, Array
from convcli.data.literals import load_json, shape_of, text_array
from convcli.matching import matching, nearest
from convcli.refusals import ConvcliError

NUMBERS = re.compile(r"\s*[\[(]|\s*[-+]?(\.?\d|nan\b|inf)|.*,", re.IGNORECASE | re.DOTALL)  # so begins a literal


def read(text: str, named: Mapping[str, Array] | None = None) -> Array:
    """What a user names: a sample or filter by its name, a literal, a file, or ``-`` for stdin.

    Raises:
        ConvcliError: it is none of these, or can't be read as an array of real numbers.
    """
    known = named or {}
    if text in known:
        return known[text]
    if text == "-":
        return _stdin()
    archive, _, member = text.partition(".npz:")
    path = Path(archive + ".npz" if member else text)
    if os.path.exists(path):  # noqa: PTH110  (Path's own raises at a literal that can't be a file's name)
        return _file(path, text, member)
    if path.suffix.lower() not in READERS and NUMBERS.match(text):
        return text_array(text, "the literal")
    if not text.strip():
        raise ConvcliError("an empty text was given where an array is expected", "try 1,2,3")
    meant = matching(text, known)
    if len(meant) == 1:
        return known[meant[0]]
    if meant:
        raise ConvcliError(f"{text!r} begins several names", f"say which: {', '.join(meant)}")
    fix = f"names known here: {', '.join(known)}" if known else ""
    if near := nearest(text, known, 2):
        fix = f"did you mean {' or '.join(near)}?"
    elif path.suffix:
        fix = "check the name and the folder it is in"
    raise ConvcliError(f"there is no file {text!r}", fix)


def _file(path: Path, text: str, member: str) -> Array:
    suffix = path.suffix
    if path.is_dir():
        raise ConvcliError(f"{text!r} is a directory", "name a file in it")
    if suffix.lower() not in READERS:
        raise ConvcliError(f"{text!r}: the suffix {suffix!r} is unknown", f"readable: {' '.join(READERS)}")
    try:
        return formats.read_npz(str(path), member) if member else READERS[suffix.lower()](str(path))
    except (ConvcliError, MemoryError):
        raise
    except Exception as error:  # every format's own way to say that the file is broken
        reason = str(error).strip().splitlines() or [type(error).__name__]
        why = f"{text!r} can't be read as {suffix}: {reason[0]}"
        raise ConvcliError(why, "check that the file is whole and of that format") from None


def _stdin() -> Array:
    if sys.stdin is None or sys.stdin.isatty():
        raise ConvcliError("-i - reads from a pipe, and there is none", "echo 1,2,3 | convcli conv1d -i -")
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConvcliError("stdin isn't text", "save it to a file and name that, for example x.npy") from None
    return _text(text, STDIN)


def _text_file(path: str) -> Array:
    return _text(Path(path).read_text(encoding="utf-8-sig"), repr(path))


def _text(text: str, source: str) -> Array:
    """Numbers as text, or an object of ours: another command's ``output``."""
    if not text.lstrip().startswith("{"):
        return text_array(text, source)
    try:
        report = load_json(text, source)
    except json.JSONDecodeError as error:
        raise ConvcliError(f"{source} is not whole JSON: {error}") from None
    output = report.get("output", report)
    values = output.get("values") if isinstance(output, dict) else None
    if values is None:
        why = f"the JSON in {source} has no output values"
        raise ConvcliError(why, "pipe a layer command's --json, or a plain list of numbers")
    return Array(source, shape_of(values, source), values, spelled_out=True)


READERS = dict.fromkeys((".json", ".csv", ".tsv", ".txt"), _text_file) | formats.READERS
