"""An error as the rules see it: what was raised, where, and what the user's files say of that place."""

import ast
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.lines import NAME, Line
from convcli.explain.evidence.message import Raised
from convcli.explain.evidence.origin import Origin
from convcli.explain.evidence.source import Made, Source

AXIS = re.compile(r"(?:\bsize\(|\bshape\[)(-?\d)[\])]|\b(len)\(")
WHOLE = 10  # lines of a text that shows how a network is made; fewer are a part of it
# What layers are called, by the file of torch's that holds their classes.
CALLED = {
    "conv": r"(?i)conv|down|up|proj|stem",
    "linear": r"(?i)fc|lin|class|head|dense|proj|out",
    "batchnorm": r"(?i)bn|norm",
    "normalization": r"(?i)ln|norm",
    "pooling": r"(?i)pool",
    "rnn": r"(?i)rnn|lstm|gru",
    "sparse": r"(?i)emb",
}
# A statement that makes a size, or a tensor of that size, and doesn't calculate with tensors.
SIZED = re.compile(r" = (?:[\w.]+\.(?:size\(|shape\[)|len\()|zeros|ones|rand|full|empty|triu|tril|mask")

# Files and functions that use a model that is trained already, and those that train one.
USES, TRAINS = (
    r"(?im)(?:^|[/\\_])(?:test|eval|infer|predict|demo|detect|generat|serve|export|convert|transcri)",
    r"(?i)train|tun(?:e|ing)",
)
PREDICTS, LEARNS = r"\.eval\(\)|no_grad|inference_mode", r"backward\(|optim|\.fit\("


@dataclass(frozen=True)
class Case:
    """An error as a rule sees it; ``source`` holds the calls of the user's files, where they may be read."""

    raised: Raised
    source: Source = field(default_factory=lambda: Source(()))

    @property
    def frame(self) -> Frame | None:
        """The user's own innermost place."""
        own = [frame for frame in self.raised.frames if not frame.of_library]
        own = [frame for frame in own if not frame.code.startswith("raise")]  # these pass an error on
        return own[-1] if own else None

    def at(self, file: str, number: int) -> "Case":
        """The same error at a line of a text that is known."""
        frame = Frame(file, number, code=self.source.texts[file][number - 1].strip())
        source = Source.of_text("\n".join(self.source.texts[file]), file, [*self.source.frames, frame])
        return Case(replace(self.raised, frames=(*self.raised.frames, frame)), source)

    @cached_property
    def line(self) -> Line:
        return Line(self.frame.code, self.frame.marked) if self.frame else Line()

    @property
    def caller(self) -> Frame | None:
        """The innermost place outside of torch: the user's own, or one in a library that is built on torch."""
        return next((f for f in reversed(self.raised.frames) if not re.search(r"[/\\]torch[/\\]", f.file)), None)

    @property
    def deeper(self) -> list[Frame]:
        """The places that the user's innermost line led to, the one that raised last."""
        own = [i for i, frame in enumerate(self.raised.frames) if not frame.of_library]
        return list(self.raised.frames[own[-1] + 1 :]) if own else list(self.raised.frames)

    @property
    def direct(self) -> bool:
        """Whether the user's line itself calls what raised: nothing but torch lies in between, or is left out."""
        return not self.line.has(r"(?<![\w.])(?:main|sys\.exit)\(") and all(
            re.search(r"[/\\]torch[/\\]", frame.file) for frame in self.deeper
        )

    @property
    def kind_called(self) -> str:
        """How the layer that raised is likely to be called, by torch's file that holds its class; else empty."""
        files = [re.search(r"[/\\]torch[/\\]nn[/\\]modules[/\\](\w+)\.py", frame.file) for frame in self.deeper]
        return next((CALLED[file[1]] for file in files if file and file[1] in CALLED), "")

    @property
    def in_sequential(self) -> bool:
        """Whether the user's line calls an nn.Sequential, and so hands nothing to the layer that raised."""
        return any(re.search(r"torch.*[/\\]container\.py", frame.file) for frame in self.deeper)

    def through(self, pattern: str) -> bool:
        """Whether the error came through a function, or a file of a library, with a name that the pattern fits."""
        places = (f"{frame.function} {frame.file}" for frame in self.raised.frames if frame.of_library or frame.file)
        return any(re.search(pattern, place) for place in places)

    @property
    def in_torch(self) -> bool:
        return any(re.search(r"[/\\]torch(?:vision)?[/\\]", frame.file) for frame in self.raised.frames)

    @property
    def in_loss(self) -> bool:
        named = r"cross_entropy|nll_loss|binary_cross|kl_div|_loss \S*[/\\]torch[/\\]"
        named += r"|[/\\]torch[/\\]nn[/\\]modules[/\\]loss\.py"
        called = self.line.has(r"(?i)criterion|loss_f|(?:^|[^\w])\w*loss\w*\(|cross_entropy")
        in_layer = any(
            re.search(r"torch[/\\]nn[/\\]modules[/\\](?!module|container|loss)", f.file) for f in self.deeper
        )
        return self.through(named) or (called and not in_layer)

    @cached_property
    def origin(self) -> Origin:
        return Origin(self.source)

    def behind(self, value: str) -> dict[int, str]:
        """The statements, by their lines, that make the names in a value or what these are made of, the last first."""
        frame = self.frame
        made = self.source.names.behind(NAME.findall(value), frame.file, frame.number) if frame else ()
        return {statement.lineno: ast.unparse(statement) for statement in made}

    def axes(self, value: str) -> set[int]:
        """The axes whose sizes a value is made with: 0 of ``torch.zeros(1, x.size(0))``, or of ``n, t = x.shape``."""
        lines = list(self.behind(value).values())
        whole = " ".join(lines)
        sized = [value, *filter(SIZED.search, lines)]
        axes = {int(axis) if axis else 0 for line in sized for axis, _ in AXIS.findall(line)}
        for line in lines:
            unpacked, _, shape = line.partition(" = ")
            if re.search(r"\.(?:shape|size\(\))$", shape):
                names = enumerate(unpacked.split(", "))
                axes |= {axis for axis, name in names if len(re.findall(rf"\b{name}\b", whole)) > 1}
        return axes

    def elsewhere(self, pattern: str) -> list[int]:
        """The numbers of the other lines of the user's file that a pattern fits."""
        frame = self.frame
        lines = self.source.texts.get(frame.file, []) if frame else []
        fits = [i for i, line in enumerate(lines, 1) if re.search(pattern, line) and not line.lstrip().startswith("#")]
        return [i for i in fits if frame and i != frame.number]

    def may_have(self, pattern: str) -> bool:
        """Whether the user's files have such words; where none can be read, or a few lines of one, they may."""
        texts = [[line for line in lines if line.strip()] for lines in self.source.texts.values()]
        told = [line for lines in texts if len(lines) >= WHOLE for line in lines]
        return not told or any(re.search(pattern, line) for line in told)

    @property
    def in_use(self) -> bool:
        """Whether the script tests a trained model, or predicts with it, by the names of its places or its lines."""
        own = [frame for frame in self.raised.frames if not frame.of_library]
        places = "\n".join(f"{Path(frame.file).name}/{frame.function}" for frame in own)
        named = re.search(USES, places) and not re.search(TRAINS, places)
        return bool(named) or (self.may_have(PREDICTS) and not self.may_have(LEARNS))

    def layer_above(self, types: str, name: str) -> Made | None:
        """The nearest layer of these types above the user's line, the one of this name if there is one."""
        frame = self.frame
        made = [each for each in self.source.fitting(types) if frame and each.file == frame.file]
        above = sorted((each for each in made if frame and each.number < frame.number), key=lambda each: each.number)
        called = [each for each in above if each.name == name]
        fits = called or above
        return fits[-1] if fits else None
