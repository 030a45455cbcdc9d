"""The last error of a text: its message, and the line of the user's own code that raised it."""

import re
from dataclasses import dataclass

LONGEST = 6000  # characters of a message that are looked at; torch's own are shorter
LIBRARY = re.compile(r"site-packages|dist-packages|[/\\]torch[/\\]|lib[/\\]python3|^<frozen")
LAYER = re.compile(r"\b(?:Conv|ConvTranspose|MaxPool|AvgPool|LPPool|BatchNorm)[123]d\b")


@dataclass(frozen=True, slots=True)
class Message:
    """The last error of a text, where it was raised, and the layer classes named on the way there."""

    text: str
    place: str = ""
    line: str = ""
    context: str = ""

    def layer_class(self, base: str = "Conv") -> str:
        """The layer class a traceback or a message names, else the likeliest.

        >>> Message("bad", context="BatchNorm1d Conv3d").layer_class(), Message("bad").layer_class("BatchNorm")
        ('Conv3d', 'BatchNorm2d')
        """
        named = re.findall(rf"\b{base}(?:Transpose)?[123]d\b", f"{self.context} {self.text}")
        return named[-1] if named else f"{base}2d"


def read(text: str) -> Message:
    r"""Find the last error of a traceback or a log; a bare message is its own.

    >>> read('  File "net.py", line 3, in forward\n    x = self.fc(x)\nRuntimeError: bad\n')
    Message(text='bad', place='net.py, line 3', line='x = self.fc(x)', context='')
    """
    text = re.sub(r"\x1b\[[0-9;]{0,40}m", "", text).strip().replace("\r\n", "\n")
    line_start, message_start = _last_error(text)
    message = text[message_start : message_start + LONGEST] if message_start else text[-LONGEST:]
    if line_start:  # what a log goes on with, after the message, is no part of it
        message = re.split(r"\n[ \t]*\n|\nTraceback |\n[^\s]", message, maxsplit=1)[0]
    above = text[max(0, line_start - 30_000) : line_start]
    above = above[above.rfind("Traceback (most recent call last)") + 1 :]
    return Message(message.strip(), *_raised_by(above), " ".join(LAYER.findall(above))[-200:])


def _last_error(text: str) -> tuple[int, int]:
    """Where the last error's line begins, and where its message does."""
    last = (0, 0)
    for sign in ("Error: ", "Exception: "):
        at = text.rfind(sign)
        while at > 0:
            line_start = text.rfind("\n", 0, at) + 1
            # The exception's name stands alone or behind a log's prefix, not in the middle of a sentence.
            head = text[max(line_start, at - 200) : at]
            if " " not in head.split("]: ")[-1].strip(" |+"):
                last = max(last, (line_start, at + len(sign)))
                break
            at = text.rfind(sign, 0, line_start)
    if last == (0, 0) and (at := max(text.rfind("Error: "), 0)):
        last = (text.rfind("\n", 0, at) + 1, at + len("Error: "))
    return last


def _raised_by(traceback: str) -> tuple[str, str]:
    """The last place in a traceback that is no library's, and the line of code there."""
    place = code = ""
    lines = traceback.splitlines()
    for number, line in enumerate(lines):
        frame = re.search(r'File "([^"\n]{1,500})", line (\d{1,9})', line)
        if frame and not LIBRARY.search(frame[1]):
            place = f"{frame[1]}, line {frame[2]}"
            code = lines[number + 1].strip()[:300] if number + 1 < len(lines) else ""
    return place, code
