"""Numbers as text: lists, tables and what is nearly that, typed or piped."""

from random import Random

from tests.fuzz.changes import spoilt
from tests.fuzz.runner import Case

NUMBERS = (
    "1",
    "-2",
    "0.5",
    ".5",
    "1.",
    "1e3",
    "nan",
    "-inf",
    "Infinity",
    "1_000",
    "007",
    "٣",
    "0x10",
    "1j",
    "",
    "--1",
    "+3",
)
NUMBERS += ("9" * 400, "1e400", "-1e-400", "9" * 5000, "true", "null", "x", '"3"', "½", "²", "1e", "⁵", "1" * 25)
SHAPES = ("--shapes", "--json")  # the quickest answer
COMMANDS = ("conv1d", "conv1d", "conv2d", "conv2d", "conv3d", "maxpool2d", "convtranspose1d", "unfold")


def number(random: Random) -> str:
    return str(random.randint(-99, 99)) if random.random() < 0.7 else random.choice(NUMBERS)


def nested(random: Random, depth: int) -> str:
    """Lists within lists, of one shape or not."""
    if depth == 0:
        return number(random)
    count = random.randint(1, 4)
    items = [nested(random, depth - (random.random() < 0.95)) for _ in range(count)] if depth < 8 else ["1"]
    opening, closing = random.choice(("[]", "[]", "[]", "()"))
    return opening + random.choice((", ", ",", " ,", "\n")).join(items) + closing


def table(random: Random) -> str:
    separator = random.choice((",", ", ", ";", "\t", " ", ",,"))
    width = random.randint(1, 6)
    rows = [separator.join(number(random) for _ in range(width)) for _ in range(random.randint(1, 5))]
    heading = separator.join(random.choice(("a", "x y", "#", '"t"', "1")) for _ in range(width))
    return random.choice(("\n", "\r\n", "\r", "\n\n")).join([heading, *rows] if random.random() < 0.2 else rows)


def report(random: Random) -> str:
    """What another command's ``--json`` may look like."""
    values = nested(random, random.randint(0, 4))
    return random.choice(('{"values": %s}', '{"output": {"values": %s}}', '{"output": %s}', "{%s}", "[[%s]")) % values


def text(random: Random) -> str:
    """A literal, mostly with something wrong in it."""
    kind = random.random()
    if kind < 0.05:
        return (
            random.choice("[(,-+") * random.choice((1, 10, 100, 3000)) + "1" + "]" * random.choice((0, 10, 100, 3000))
        )
    made = nested(random, random.randint(1, 4)) if kind < 0.5 else table(random) if kind < 0.9 else report(random)
    return spoilt(random, made)


def case(random: Random) -> Case:
    typed = text(random).replace("\0", "0")  # which no command line can hold
    command = random.choice(COMMANDS)
    shapes = (
        SHAPES if random.random() < 0.9 else random.choice(((), ("--shapes",), ("--json",), ("--code",), ("--show",)))
    )
    way = random.random()
    if typed and way < 0.7:
        return Case((), read=typed)
    way = random.random()
    if way < 0.5:
        return Case((command, "-i", typed, *shapes))
    if way < 0.7 and command.startswith("conv"):
        return Case((command, f"--weight={typed}", *shapes))
    if way < 0.75 and command.startswith("conv"):
        return Case((command, f"--bias={typed}", *shapes))
    encoded = typed.encode(random.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1")), "replace")
    return Case((command, "-i", "-", *shapes), stdin=encoded)
