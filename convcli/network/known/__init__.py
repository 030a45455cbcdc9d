"""Networks of the literature, each a text in the notation that models are read in, with its source."""

from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """What there is.

    >>> "alexnet" in names()
    True
    """
    return sorted(path.stem for path in HERE.glob("*.txt"))


def text_of(name: str) -> str:
    """A network as it is written down."""
    return (HERE / f"{name}.txt").read_text(encoding="utf-8")


def facts(text: str) -> dict[str, str]:
    """What the text's first lines say: ``about``, ``source``, ``input`` (its usual size), ``published`` numbers.

    >>> facts(text_of("alexnet"))["input"]
    '3x224x224'
    """
    return dict(_facts(text))


def _facts(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if not line.startswith("# "):
            return
        label, colon, rest = line[2:].partition(": ")
        if colon and label in ("source", "input", "published"):
            yield label, rest
        else:
            yield "about", line[2:]
