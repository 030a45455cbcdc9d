"""What a user names, read as an array: a sample, a literal, a file, or a pipe."""

import json
import os
import re
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from convcli.data import formats
from convcli.data.arrays import STDIN, Array
from convcli.data.literals import load_json, shape_of, text_array
from convcli.matching import matching, nearest
from convcli.refusals import ConvcliError, lacks_memory
from convcli.wording import bytes_in_words, quoted, shortened

NUMBERS = re.compile(r"\s*[\[(]|\s*[-+]?(\.?\d|nan\b|inf)|.*,", re.IGNORECASE | re.DOTALL)  # so begins a literal

MOST_REASON = 120  # characters of what a library says
MOST_TEXT = 2**24  # bytes of numbers as text, which take many times as many in memory


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
        raise ConvcliError(f"{quoted(text)} begins several names", f"say which: {', '.join(meant)}")
    fix = f"names known here: {', '.join(known)}" if known else ""
    if near := nearest(text, known, 2):
        fix = f"did you mean {' or '.join(near)}?"
    elif path.suffix:
        fix = "check the name and the folder it is in"
    raise ConvcliError(f"there is no file {quoted(text)}", fix)


def _file(path: Path, text: str, member: str) -> Array:
    suffix = path.suffix
    if path.is_dir():
        raise ConvcliError(f"{quoted(text)} is a directory", "name a file in it")
    if suffix.lower() not in READERS:
        raise ConvcliError(f"{quoted(text)}: the suffix {quoted(suffix)} is unknown", f"readable: {' '.join(READERS)}")
    if not path.is_file():  # a pipe or a device would be waited for
        raise ConvcliError(f"{quoted(text)} is not a plain file", "pipe its text to -i -, or save it first")
    if path.stat().st_size == 0:  # so say the files of /proc as well, some of which have no end
        raise ConvcliError(f"{quoted(text)} is empty", "save numbers into it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the libraries would say of a damaged file, said here if it matters
            return formats.read_npz(str(path), member) if member else READERS[suffix.lower()](str(path))
    except ConvcliError:
        raise
    except Exception as error:  # every format's own way to say that the file is broken
        if lacks_memory(error):
            raise MemoryError from None
        reason = str(getattr(error, "strerror", None) or error).strip().splitlines() or [type(error).__name__]
        why = f"{quoted(text)} can't be read as {suffix}: {shortened(reason[0], MOST_REASON)}"
        raise ConvcliError(why, formats.WHOLE) from None


def _stdin() -> Array:
    if sys.stdin is None or sys.stdin.isatty():
        raise ConvcliError("-i - reads from a pipe, and there is none", "echo 1,2,3 | convcli conv1d -i -")
    return _text(sys.stdin.buffer, STDIN)


def _text_file(path: str) -> Array:
    with open(path, "rb") as stream:
        return _text(stream, repr(path))


def _text(stream: BinaryIO, source: str) -> Array:
    """Numbers as text, or an object of ours: another command's ``output``."""
    encoded = stream.read(MOST_TEXT + 1)
    if len(encoded) > MOST_TEXT:
        why = f"{source} has more than {bytes_in_words(MOST_TEXT)} of text"
        raise ConvcliError(why, "save the numbers as .npy and give that file")
    try:
        text = encoded.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConvcliError(f"{source} isn't text", "save it in a file of its format, for example x.npy") from None
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
