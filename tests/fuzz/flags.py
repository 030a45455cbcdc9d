"""Command lines: the flags of every command together, with right values and wrong ones."""

from functools import cache
from random import Random

from convcli.cli import COMMANDS, load
from convcli.data.filters import FILTERS
from convcli.data.samples import SAMPLES
from convcli.layers import LAYERS
from tests.fuzz import literals
from tests.fuzz.changes import spoilt
from tests.fuzz.runner import Case

NOT_HERE = ("explore", "play")  # the one needs a terminal, the other opens a browser
SMALL = (
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "7",
    "-1",
    "1x2",
    "2x3",
    "3,3",
    "1x1x3",
    "2x2x2",
    "(3,3)",
    "3 x 3",
    "none",
    "nonex3",
)
LARGE = (
    "100",
    "1000",
    "65536",
    "100000000000",
    str(2**31),
    str(2**62),
    str(2**63),
    str(2**64),
    "9" * 5000,
    "-" + "9" * 40,
)
WORDS = (
    "",
    " ",
    "same",
    "valid",
    "full",
    "zeros",
    "reflect",
    "circular",
    "replicate",
    "mirror",
    "nan",
    "inf",
    "-inf",
    "1e9",
)
WORDS += ("first", "all", "0:4", "-1", "::", "0:99999999999", "0,0", "0,0,0", "-9,9", ":,:", "1:0", "last", "x" * 3000)
WORDS += (
    "alexnet",
    "tiny",
    "vgg16",
    "cnn1d_2",
    "4",
    "1d",
    "True",
    "None",
    "²",
    "٣",
    "\x1b[31m",
    "\udcff",
    "é",
    "--",
    "-",
    "{}",
)
FILES = (
    "a.npy",
    "a.svg",
    "a.png",
    "a.gif",
    "a.html",
    "a.csv",
    "a.pt",
    "a.json",
    "a.md",
    "a.xyz",
    "no/a.npy",
    "/proc/a.npy",
    ".",
)
FILES += ("there.npy", "there.png", "a" * 300 + ".npy", ".npy", "a.npy/b.png", "/dev/null", "a\n.svg")


@cache
def known(command: str) -> list[tuple[str, bool]]:
    """The flags of a command, and whether they take a value."""
    params = [each for each in load(command).params if each.param_type_name == "option"]
    return [(name, not each.is_flag) for each in params for name in each.opts]


@cache
def everywhere() -> list[str]:
    return sorted({flag for command in COMMANDS for flag, _ in known(command)})


def value(random: Random, flag: str) -> str:
    """Something that a flag may be given, right or not."""
    chance = random.random()
    if flag in ("--save", "--export", "--worksheet") and chance < 0.8:
        return random.choice(FILES)
    if flag in ("--input", "-i", "--weight", "-w", "--bias"):
        named = (*SAMPLES, *FILTERS, "cnn1d_2", "there.npy", "nothing.npy", "-")
        return random.choice(named) if chance < 0.5 else literals.text(random)[:400].replace("\0", "")
    if chance < 0.6:
        return random.choice(SMALL)
    made = random.choice(random.choice((SMALL, LARGE, WORDS, FILES)))
    return spoilt(random, made).replace("\0", "") if chance > 0.9 else made


def spelled(random: Random, flag: str) -> str:
    """A flag as people type it."""
    match random.randrange(12):
        case 0:
            return flag.upper()
        case 1:
            return flag.replace("-", "_").replace("__", "--", 1)
        case 2:
            return spoilt(random, flag).replace("\0", "") or flag
        case 3:
            return random.choice(everywhere())
    return flag


def line(random: Random, command: str) -> list[str]:
    words: list[str] = []
    if random.random() < 0.2 or command in ("blog", "network", "filters", "samples"):
        words.append(random.choice(random.choice((WORDS, SMALL, tuple(FILTERS), tuple(SAMPLES)))))
    for _ in range(random.choice((0, 1, 2, 2, 3, 3, 4, 6, 10))):
        flag, takes = random.choice(known(command))
        typed = spelled(random, flag)
        if takes and random.random() < 0.97:
            given = value(random, flag)
            words += [f"{typed}={given}"] if random.random() < 0.1 else [typed, given]
        else:
            words.append(typed)
    return words


def case(random: Random) -> Case:
    command = random.choice([name for name in COMMANDS if name not in NOT_HERE])
    words = line(random, command)
    if command in LAYERS and random.random() < 0.9:
        words.append("--shapes")  # needs no torch
    if random.random() < 0.03:
        command = spoilt(random, command).replace("\0", "")
    if random.random() < 0.01:
        words, command = [command, *words], random.choice(("--version", "--help", "--show-completion", "-h", ""))
    files = {"there.npy": b"theirs", "there.png": b"theirs"}
    return Case((command, *words), stdin=random.choice((b"", b"1,2,3", b"[[1,2],[3,4]]", b"\xff")), files=files)
