"""Models as ``network`` reads them: known ones, calls and source, with other numbers and words in them, and plants."""

import re
from random import Random

from convcli.layers import LAYERS, without_windows  # noqa: F401  (enters the layers of networks)
from convcli.network import known
from tests.fuzz.changes import damaged, spoilt
from tests.fuzz.runner import Case

NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "7",
    "16",
    "-1",
    "1.5",
    "None",
    "True",
    "2147483648",
    "9" * 19,
    "9" * 5000,
    "(3, 3)",
    "'same'",
)
PLANTS = (
    "__import__('os').mkdir('stray')",
    "open('stray', 'w')",
    "nn.ReLU(inplace=open('stray', 'w'))",
    "(lambda: 1)()",
    "[0] * 10**12",
    "2**10**9",
    "'%0999999999d' % 1",
    'f\'{open("stray", "w")}\'',
)
SOURCE = """import torch
from torch import nn
class Net(nn.Module):
    def __init__(self, n={plant}):
        super().__init__()
        self.layers = nn.Sequential({calls})
        self.head = nn.Linear({number}, {number})
    def forward(self, x):
        x = self.layers(x).view(-1, {number})
        return self.head(x) + {plant}
"""
SIZES = ("3x32x32", "1x28x28", "8x100", "3", "0x0", "3x4x5x6", "9" * 30, "-1x3", "1x1x1", "3x100000x100000")


def number(random: Random) -> str:
    return random.choice(NUMBERS) if random.random() < 0.5 else str(random.randint(1, 64))


def call(random: Random) -> str:
    name = random.choice([layer.__name__ for layer in LAYERS.values()]) if random.random() < 0.9 else "Relu"
    names = ("", "kernel_size=", "stride=", "padding=", "bias=", "dim=", "groups=", "nonsense=")
    values = [random.choice(names) * (i > 1) + number(random) for i in range(random.randint(0, 5))]
    if random.random() < 0.02:
        values.append(random.choice(PLANTS))
    return f"{random.choice(('', 'nn.', 'torch.nn.'))}{name}({', '.join(values)})"


def model(random: Random) -> str:
    calls = [call(random) for _ in range(random.choice((1, 2, 3, 8, 40)))]
    match random.randrange(5):
        case 0:
            return re.sub(r"\d+", lambda each: number(random) if random.random() < 0.1 else each[0], known_text(random))
        case 1:
            return f"nn.Sequential({', '.join(calls)})"
        case 2:
            source = SOURCE.replace("{calls}", ", ".join(calls))
            return re.sub(
                "{plant}", lambda _: random.choice((*PLANTS, "0")), source.replace("{number}", number(random))
            )
        case 3:
            lines = "\n".join(f"  ({i}): {each}" for i, each in enumerate(calls))
            return (
                f"Sequential(\n{lines}\n)"
                if random.random() < 0.7
                else f"Net(\n  (a): {'Sequential(' * 2000}\n{lines}\n)"
            )
    return random.choice(("; ", "\n", ", ")).join(calls)


def known_text(random: Random) -> str:
    return known.text_of(random.choice(list(known.names())))


def case(random: Random) -> Case:
    text = model(random)
    text = spoilt(random, text) if random.random() < 0.3 else text
    flags = ["--size", random.choice(SIZES)] if random.random() < 0.7 else []
    others = (
        "--json",
        "--csv",
        "--markdown",
        "--code",
        "--full",
        "--depth=1",
        "--receptive=1",
        "--output=7x7",
        "--sort=macs",
    )
    flags += [random.choice(others)] if random.random() < 0.5 else []
    if random.random() < 0.4:
        encoded = text.encode("utf-8", "replace")
        return Case(("network", "-", *flags), stdin=damaged(random, encoded) if random.random() < 0.1 else encoded)
    return Case(("network", text.replace("\0", "") or "-", *flags))
