"""PyTorch's messages and tracebacks as ``explain`` gets them, with other numbers in them, or other words."""

import re
from functools import cache
from random import Random
from textwrap import dedent

from convcli.explain.recognise import RULES
from tests.fuzz.changes import damaged, spoilt
from tests.fuzz.runner import Case

NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "8",
    "16",
    "-1",
    "400",
    "4096",
    "65536",
    "2147483648",
    str(2**62),
    "9" * 18,
    "9" * 19,
    "9" * 5000,
)
SHAPES = (
    "[]",
    "[1]",
    "[2, 3]",
    "[1, 3, 8, 8]",
    "torch.Size([2, 3])",
    "[1, 1, 1, 1, 1, 1, 1, 1]",
    "[0, 0]",
    "(2, 3)",
    "2 x 3",
)
SHAPES += ("[100000, 100000]", "[-1, -1]", "[2, 3", f"[{'1, ' * 500}1]")
WORDS = ("NoneType", "tuple", "Tensor", "Long", "double", "Half", "c10::BFloat16", "bool", "cpu", "cuda:0", "meta")
PLACES = (
    '  File "/home/me/train.py", line 12, in <module>\n    out = net(x.view(-1, 10))\n          ^^^^^^\n',
    '  File "/usr/site-packages/torch/nn/modules/conv.py", line 5, in forward\n    return F.conv2d(x, w)\n',
    "Cell In[3], line 2\n      1 x = 1\n----> 2 net(x)\n",
    "train.py:7: in forward\n    x = self.fc(x)\n",
)


@cache
def signatures() -> list[str]:
    return [each for rule in RULES.values() for each in rule.signatures]


@cache
def written() -> list[str]:
    """Whole messages: those in the examples and their lookalikes."""
    commented = (re.findall(r"# (\w*Error: .*)", dedent(rule.example)) for rule in RULES.values())
    return [message for each in commented for message in each] + [r.lookalike for r in RULES.values() if r.lookalike]


def hole(random: Random, kind: str) -> str:
    if kind == "shape":
        drawn = [random.randint(0, 99) for _ in range(random.randint(0, 9))]
        return random.choice(SHAPES) if random.random() < 0.8 else str(drawn)
    if kind in ("word", "words", "class", "keys"):
        return random.choice(
            ("conv1.weight", "Float", "torch.cuda.FloatTensor", "<class 'list'>", "x" * 1000, "", "a b c", "\\", *WORDS)
        )
    return random.choice(NUMBERS) if random.random() < 0.6 else str(random.randint(-9, 5000))


def message(random: Random) -> str:
    if random.random() < 0.7:
        text = re.sub(r"\{\w*(?::(\w+))?\}", lambda each: hole(random, each[1] or ""), random.choice(signatures()))
    else:
        text = re.sub(
            r"\d+", lambda each: hole(random, "") if random.random() < 0.5 else each[0], random.choice(written())
        )
    return spoilt(random, text) if random.random() < 0.4 else text


def case(random: Random) -> Case:
    text = message(random)
    if random.random() < 0.4:
        places = "".join(random.choices(PLACES, k=random.choice((1, 2, 3, 30))))
        kind = random.choice(("RuntimeError: ", "ValueError: ", "torch.OutOfMemoryError: ", "E   ", "[rank0]: ", ""))
        text = f"epoch 1\nTraceback (most recent call last):\n{places}{kind}{text}\n"
    flags = [
        each for each, share in (("--json", 0.1), ("--no-source", 0.3), ("--verify", 0.02)) if random.random() < share
    ]
    if random.random() < 0.5:
        return Case(("explain", text.replace("\0", "") or "-", *flags))
    encoded = text.encode("utf-8", "replace")
    return Case(("explain", *flags), stdin=damaged(random, encoded) if random.random() < 0.1 else encoded)
