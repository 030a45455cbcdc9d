"""Files of a user's that ``explain`` reads where a traceback names them: real code, bent, repeated, deep and long."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from random import Random
from textwrap import dedent

from convcli.explain.recognise import RULES
from tests.fuzz.changes import damaged, spoilt
from tests.fuzz.runner import Case

NAMES = ("x", "n", "self.n", "self.fc", "cfg.hidden", "torch", "layer", "x.shape[1]", "_")
NUMBERS = (
    "0",
    "1",
    "-1",
    "512",
    "16 * 5 * 5",
    "2 ** 4",
    "10 ** 10 ** 10",
    "9" * 4000,
    "1 // 0",
    "2 ** -1",
    "True",
    "1e3",
)
OTHERS = (
    "None",
    "[*x]",
    "(lambda n: n)(n)",
    "f'{n}'",
    "*n",
    "**n",
    "n if n else x",
    "{n: n}",
    "(n := n)",
    "x[n, ..., n]",
)
OTHERS += ("n(n(n(n)))", "nn.Linear(n, n)", "nn.Sequential(*[nn.Linear(n, n)] * n)", "super().__init__()", "(yield n)")
DEEP = ("n.n", "(n)", "n + n", "n(n)", "n[n]", "-n", "not n", "n * n", "[n]", "nn.Sequential(n)")
STATEMENTS = (
    "n = n + 1",
    "n, m = m, n",
    "n = m = x",
    "(n, *m), self.n = x.shape",
    "n: int = 3",
    "del n",
    "global n",
    "for n in range(n): n = n",
    "def f(n, *m, k=n, **o): return f(n, k=k)",
    "class N(nn.Module): n = N(n)",
    "with x as n: n = x",
    "f = lambda n: f(n)",
    "return n",
    "@n\nclass N: pass",
    "try: n = 1\nexcept N as n: n = 2",
    "match n:\n    case [n, *m]: n = m",
    "if n: n = 1\nelse: n = 2",
    "nn.Linear(n, n)(n)",
    "self.n = nn.Linear(self.n, self.n)",
    "x = self.n(x) + self.n(x)",
    "x = x.view(-1, n).view(n, -1).to(n)",
)


FUNCTIONS = ("forward", "__init__", "<module>", "f")


@cache
def examples() -> list[tuple[str, str, str]]:
    """The code of the rules' examples, the line that raises, and its message."""
    found = []
    for rule in RULES.values():
        lines = dedent(rule.example).strip().split("\n")
        for above, line in pairwise(lines):
            if message := re.match(r"\s*# (\w*Error: .*)", above):
                found.append(("\n".join(lines), line.strip(), message[1]))
    return found


def value(random: Random) -> str:
    if random.random() < 0.1:
        inner = random.choice(NAMES)
        part = random.choice(DEEP)
        for _ in range(random.choice((3, 30, 90))):
            inner = part.replace("n", inner, 1) if part != "nn.Sequential(n)" else f"nn.Sequential({inner})"
        return inner
    return random.choice(random.choice((NAMES, NUMBERS, OTHERS)))


def chained(random: Random) -> list[str]:
    """Names that are made of names, of themselves in the end, or without an end."""
    count = random.choice((3, 30, 300))
    made = random.choice(("{0} + {0}", "{0}", "{0} * 2", "nn.Linear({0}, {0})", "nn.Sequential({0}, {0})", "f({0})"))
    last = random.choice(("n0 = 1", f"n0 = n{count}", "n0 = x", ""))
    owner = random.choice(("", "self."))
    lines = [f"{owner}n{i + 1} = " + made.format(f"{owner}n{i}") for i in range(count)]
    return [*random.choice((lines, lines[::-1])), last, f"n = {owner}n{count}"]


def bent(random: Random, lines: Sequence[str]) -> list[str]:
    """Lines with others between them, or with other values in them."""
    made = list(lines)
    for _ in range(random.choice((0, 1, 2, 5))):
        at = random.randrange(len(made) + 1)
        match random.randrange(6):
            case 0:
                made[at:at] = random.choice(STATEMENTS).replace("n", random.choice(("n", "x", "layer"))).split("\n")
            case 1:
                made[at:at] = chained(random)
            case 2:
                made[at:at] = [f"{random.choice(NAMES)} = {value(random)}"]
            case 3 if made:
                at = random.randrange(len(made))
                made[at] = re.sub(
                    r"\b\d+\b|\bx\b", lambda each: value(random) if random.random() < 0.4 else each[0], made[at]
                )
            case 4 if made:
                at = random.randrange(len(made))
                made[at:at] = [made[at]] * random.choice((1, 3, 500))
            case 5:
                made = [
                    "class Net(nn.Module):",
                    "    def forward(self, x, n=n):",
                    *(f"        {line}" for line in made),
                ]
                made += ["    def __init__(self, n, m=n):", f"        self.n = {value(random)}", "Net(n)(x)"]
    return made


def case(random: Random) -> Case:
    code, raising, message = random.choice(examples())
    lines = bent(random, code.split("\n"))
    places = [i for i, line in enumerate(lines, 1) if line.strip() == raising] or [len(lines)]
    numbers = [random.randint(1, len(lines)) for _ in range(random.choice((0, 0, 1, 2, 5)))]
    frames = [
        f'  File "net.py", line {number}, in {random.choice(FUNCTIONS)}\n    {lines[number - 1].strip()}\n'
        for number in [*numbers, random.choice(places)]
    ]
    text = "\n".join(lines)
    content = spoilt(random, text).encode("utf-8", "replace") if random.random() < 0.1 else text.encode()
    content = damaged(random, content) if random.random() < 0.05 else content
    flags = [flag for flag, share in (("--json", 0.1), ("--verify", 0.02)) if random.random() < share]
    traceback = f"Traceback (most recent call last):\n{''.join(frames)}{message}\n"
    return Case(("explain", *flags), stdin=traceback.encode("utf-8", "replace"), files={"net.py": content})
