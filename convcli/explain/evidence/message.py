"""The errors of a text: a bare message, a traceback however it was printed and quoted, or a log of megabytes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from convcli.explain.evidence.frames import HEADER, UNDERLINE, Frame, frames
from convcli.explain.evidence.lines import Line
from convcli.explain.evidence.pasted import FILE, code_in

LONGEST = 40_000  # characters of a message that are looked at; a state_dict's lists its keys
LONGEST_LINE = 20_000
BEFORE, AFTER = 500_000, 100_000  # characters of a log that are looked at, up to its last error and after it
# One of these stands in every error.
SIGNS = ("Error:", "Error(", "Error\n", "Error\x1b", "Exception:", "Warning:", "has occurred:", "Assertion `")
RAISED = re.compile(
    r"(?P<head>.{0,300}?)(?<![\w.])(?P<kind>(?:\w{1,40}\.){0,6}[A-Z]\w{0,60}?(?:Error|Exception|Warning))"
    r"(?:: |:?$|(?P<quoted>\(['\"]))(?P<text>.*)"
)
SPEAKS = re.compile("Error|Exception|Warning")
# By VS Code's debugger, in English, Chinese and Japanese.
STOPPED = re.compile(r"(?:Exception has occurred|发生异常|例外が発生しました): ?(?P<kind>[\w.]{1,80})")
# Printed by a GPU's threads, behind the name of the kernel.
ASSERTION = re.compile(r"(?:\w{1,80}\.cuh?:\d{1,6}: .{0,200}?)?Assertion `.{1,300}?[`'] failed")
# A loss warns of shapes, and the error after it names a size of each.
SHAPES = re.compile(r"Using a target size \(.{1,200}?\) that is different to the input size \(.{1,200}?\)\)")
SIZES = re.compile(r"size of tensor [ab] \((\d{1,18})\)")
ASSIGNED = re.compile(r"(?<![\w.])[A-Za-z_][\w.]{0,80} [-+*/]?= [^\"`]{3,300}")  # within a sentence
SHOWS = ("print", "item", "float", "int", "len", "str", "round", "format", "append", "step", "show")
TRACEBACK = "Traceback (most recent call last)"
# Settings and weights.
FILES = (".yaml", ".yml", ".json", ".toml", ".cfg", ".pth", ".pt", ".ckpt", ".bin", ".safetensors", ".tar", ".pkl")
CHAINED = re.compile(r"During handling of the above exception|direct cause of the following|Original Traceback")
PRINTED = (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'), ("×", "x"))  # as forums and pages set a message
# Raised because another process came to an end.
MESSENGERS = ("ChildFailedError", "ProcessRaisedException", "CalledProcessError", "DistBackendError", "RayTaskError")
ANSI = re.compile(r"\x1b\[[0-9;?]{0,40}[A-Za-z]|\x1b\][^\x07\x1b]{0,300}(?:\x07|\x1b\\)")
EMPHASIS = re.compile(r"^(\s{0,40})(\*\*|`)(?P<words>.{1,2000}?)\2\s{0,9}$")  # of a forum's page
LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(\w{1,10}:[^)\s]{1,500}\)")
RANK = re.compile(r"^\s{0,9}(\[(?:default|rank)\d{1,5}\]:|\(\w{1,40} pid=\d{1,9}[^)]{0,60}\)|\d{1,4}:(?= {1,9}\S))\s?")
PREFIX = re.compile(
    r"^\s{0,9}(?:\[?\d{4}-\d\d-\d\d[T ][\d:.,+Z]{5,20}\]?(?:[\s|-]{0,3}(?:ERROR|WARNING|INFO)\b)?[:\s|-]{0,3}"
    r"|E(?=\s{2,})|wandb:\s)"
)


@dataclass(frozen=True, slots=True)
class Raised:
    """One error: its class, its message, and the frames that led to it."""

    kind: str
    text: str
    frames: tuple[Frame, ...] = ()
    code: str = ""  # that stands beside it in the text
    files: tuple[str, ...] = ()  # of settings and weights that the text names

    def placed(self) -> Self:
        """The same with its frames at their places in the code beside it, as far as their lines stand there once."""
        lines = [line.strip() for line in self.code.split("\n")]
        once = {line: number for number, line in enumerate(lines, 1) if lines.count(line) == 1}
        placed = []
        for frame in self.frames:
            nameless = not frame.file and len([line for line in lines if line]) > 2  # the last of many lines
            if frame.code in once and not frame.of_library:
                frame = replace(frame, file=FILE, number=once[frame.code])
            if not nameless or self._can_raise(frame.code):
                placed.append(frame)
        return replace(self, frames=tuple(placed))

    def _can_raise(self, line: str) -> bool:
        """Whether the last of many lines calls more than what prints, or a function that stands above itself."""
        own = re.findall(r"^\s*def (\w+)\(", self.code, re.MULTILINE)
        return bool(set(re.findall(r"(\w+)\(", line)) - {*own, *SHOWS})


@dataclass(frozen=True, slots=True)
class _Named:
    """Where a text names an error; in passing, if it does so within a sentence."""

    line: int
    kind: str
    text: str
    in_passing: bool
    head: str = ""  # what stands before it in its line


def read(text: str) -> list[Raised]:
    r"""The errors of a text in the order in which they are to be explained: the last one, then its causes.

    >>> [each.text for each in read("> So I get this:\n> RuntimeError: mat1 and mat2\n> shapes can't")]
    ["mat1 and mat2\nshapes can't"]
    """
    lines = _lines(text)
    named = _named(lines)
    if not named:
        message = _message(lines[-200:])
        return [Raised("", message, tuple(_unnamed(lines[-3000:])), code_in(lines))] if any(lines) else []
    code, files = code_in(lines), tuple(_files(lines[-3000:]))
    errors = [replace(_raised(lines, named, i), code=code, files=files) for i in range(len(named))]
    first = len(errors) - 1
    while first and (
        named[first].in_passing
        or errors[first].kind in MESSENGERS
        or re.match(r"Caught \w+ in ", errors[first].text)
        or any(map(CHAINED.search, lines[named[first - 1].line : named[first].line]))
    ):
        first -= 1
    chain = errors[first:][::-1]
    text = chain[0].text
    asserted, warned = _last(ASSERTION, lines), _last(SHAPES, lines) if (sizes := SIZES.findall(text)) else ""
    if warned and set(sizes) <= set(re.findall(r"\d+", warned)):
        return [replace(chain[0], kind="", text=warned), *chain]
    told = [replace(chain[0], kind="", text=asserted)] if asserted else []
    return told + chain if "cuda" in text.lower() else chain + told


def _files(lines: Sequence[str]) -> Iterator[str]:
    """The files of settings and weights that commands and logs name, those of a traceback's frames left out."""
    for line in lines:
        for word in () if HEADER.search(line) else line.split():
            path = word.strip("'\",;:()[]{}").rpartition("=")[2].strip("'\"")
            if len(path) < 300 and (path.endswith(FILES) or re.fullmatch(r"(?:.*[/\\])?configs?[/\\].*\.py", path)):
                yield path


def _last(pattern: re.Pattern[str], lines: Sequence[str]) -> str:
    return next((found[0] for found in map(pattern.search, reversed(lines)) if found), "")


def _named(lines: Sequence[str]) -> list[_Named]:
    """Every error that is named; sentences are heard where nothing else speaks, warnings where nothing failed."""
    stops = [_Named(i, stop["kind"], "", False) for i, stop in enumerate(map(STOPPED.search, lines)) if stop]
    named = []
    for i, line in enumerate(lines):
        raised = RAISED.match(line) if SPEAKS.search(line) and not line.startswith(("FAILED ", "ERROR ")) else None
        if raised and (raised["text"] or not raised["head"].strip()):
            text = raised["text"].rstrip("'\")") if raised["quoted"] else raised["text"]
            named.append(_Named(i, raised["kind"], text, _sentence(raised["head"]), raised["head"].strip(" :`")))
    named = stops[-1:] or named
    for better in (lambda each: not each.in_passing, lambda each: not each.kind.endswith("Warning")):
        named = list(filter(better, named)) or named
    return named[-200:]


def _sentence(head: str) -> bool:
    """Whether words stand before an error, and not only brackets, times, paths and levels."""
    words = re.sub(r"\[[^\]]*\]|\([^)]*\)", " ", head).split()
    return any(word.isalpha() and not word.isupper() for word in words) and not re.search("ERROR|CRITICAL", head)


def _raised(lines: Sequence[str], named: Sequence[_Named], i: int) -> Raised:
    """The error ``named[i]`` with its whole message and its frames; a worker's continue those of who called it."""
    this = named[i]
    above = max([0, this.line - 3000, *(each.line + 1 for each in named[:i])])
    below = named[i + 1].line if i + 1 < len(named) else this.line + 400
    message = [this.text]
    for line in lines[this.line + 1 : below]:
        if TRACEBACK in line or CHAINED.search(line) or HEADER.search(line):
            break
        message.append(line)
    tracebacks = [k for k in range(above, this.line) if TRACEBACK in lines[k]]
    before = frames(lines[(tracebacks or [above])[-1] : this.line])
    tested = [line for line in lines[above : this.line] if line.startswith(">")][-1:]
    after = frames([*tested, *lines[this.line + 1 : below]])
    if before and after and tested:
        before = [*before, after[0]]  # pytest names the place below the message
    if before and not tracebacks and before[-1].function == "<module>" != before[0].function:
        before = before[::-1]
    if not before:
        before = after[::-1] if STOPPED.search(lines[this.line]) else _oldest_first(after, lines)
    if not before:
        near = [line for line in lines[max(0, this.line - 3) : this.line] if line.strip()]
        nearest = [line for line in near if not UNDERLINE.match(line) and not line.lstrip().startswith("#")][-1:]
        beside = [this.head, *(line.strip() for line in nearest)]
        told = [found[0] for found in map(ASSIGNED.search, beside) if found]
        before = [Frame("", 0, code=code) for code in (*beside, *told) if _is_code(code)][:1]
    if i and all(frame.of_library for frame in before) and any(map(CHAINED.search, lines[above - 1 : this.line])):
        before = [*_raised(lines, named, i - 1).frames, *before]
    return Raised(this.kind.rpartition(".")[2], _message(message), tuple(before))


def _unnamed(lines: Sequence[str]) -> list[Frame]:
    """The frames of a text that names no error, which may begin with the message."""
    found, filled = frames(lines), [line for line in lines if line.strip()]
    begins = bool(found) and not HEADER.search(filled[0]) and filled[-1].strip() in (found[-1].code, found[-1].marked)
    return _oldest_first(found, lines) if begins else found


def _oldest_first(below: list[Frame], lines: Sequence[str]) -> list[Frame]:
    """Frames that stand below their message, which only debuggers print so: these have the innermost first."""
    turned = len(below) > 1 and below[0].function != "<module>" and not below[-1].of_library
    return below[::-1] if turned and not any(re.match(r"Traceback\b", line.strip()[:20]) for line in lines) else below


def _is_code(line: str) -> bool:
    return bool(re.search(r"\w\(|=|\w - ", line)) and TRACEBACK not in line and Line(line[:500]).tree is not None


def _message(lines: Sequence[str]) -> str:
    return re.sub(r"[^\S\n]+", " ", "\n".join(line.strip() for line in lines)[:LONGEST]).strip()


def _lines(text: str) -> list[str]:
    """The lines of a text without what terminals, loggers, quotes and launchers put around them."""
    last = max(text.rfind(sign) for sign in SIGNS)
    text = text[max(0, last - BEFORE) : last + AFTER] if last >= 0 else text[-AFTER:]
    if "\x1b" in text:
        text = ANSI.sub("", text)
    if TRACEBACK + r":\n" in text:  # a message as repr has it
        for escaped, meant in ((r"\n", "\n"), (r"\t", "\t"), (r"\'", "'"), (r"\"", '"')):
            text = text.replace(escaped, meant)
    for escaped, meant in (("&gt;", ">"), ("&lt;", "<"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"), *PRINTED):
        text = text.replace(escaped, meant)
    lines = [line[:LONGEST_LINE].rstrip() for line in text.splitlines()]
    filled = [line for line in lines if line]
    if sum(line.startswith(">") for line in filled) > len(filled) / 2:
        lines = [re.sub(r"^(?:> ?){1,9}", "", line) for line in lines]
    ranks = [found[1] for found in map(RANK.match, lines) if found]
    lines = [_bare(line) for line in lines if not (found := RANK.match(line)) or found[1] == ranks[0]]
    return _unbroken(lines)


def _bare(line: str) -> str:
    while found := RANK.match(line) or PREFIX.match(line):
        line = line[found.end() :]
    if "](" in line:
        line = LINK.sub(r"\1", line)
    if emphasised := EMPHASIS.match(line):
        line = emphasised[1] + emphasised["words"]
    return line.replace("│", " ").rstrip()


def _unbroken(lines: Sequence[str]) -> list[str]:
    """Lines with the paths that a narrow terminal broke in two put together again."""
    whole = list(lines[:1])
    for line in lines[1:]:
        if re.search(r'File "[^"]{1,400}$', whole[-1][-500:]) and '"' in line[:400]:
            whole[-1] += line.strip()
        elif re.search(r"\.py:\d{0,7}$", whole[-1][-20:]) and re.match(r"\s*\d{0,7} in \w", line[:40]):
            whole[-1] += line.strip() if line.strip()[0].isdigit() else f" {line.strip()}"
        else:
            whole.append(line)
    return whole
