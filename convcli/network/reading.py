"""What a user names as a model: a known network, a file, the text itself, or ``-`` for stdin."""

import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from convcli.matching import nearest
from convcli.network import known
from convcli.network.notation import read_text
from convcli.network.parts import Model
from convcli.network.python_file import NoSuchModel, Source, WhichModel, read_source
from convcli.refusals import ConvcliError
from convcli.whole_numbers import whole_numbers
from convcli.wording import quoted

PYTHON = re.compile(r"^\s*(import \w|from [\w.]+ import |class \w+.*:|def \w+\(|@\w+)", re.MULTILINE)
COMPREHENSION = re.compile(r"\bfor\s+\w+\s+in\b")
BINARY = (".pt", ".pth", ".ckpt", ".safetensors", ".onnx", ".h5", ".pkl", ".bin")
LARGEST = 50_000_000  # bytes
# How the names of torchvision's models begin that are no chains.
BRANCHING = (
    *("resne", "wide_resnet", "densenet", "efficientnet", "inception", "googlenet", "shufflenet", "mobilenet_"),
    *("mnasnet", "regnet", "convnext", "vit_", "swin", "squeezenet"),
)


@dataclass(frozen=True, slots=True)
class Named:
    """A model and what is known of it besides."""

    model: Model
    size: tuple[int, ...] | None = None  # its usual input
    source: str = ""
    published: str = ""


def read_model(text: str) -> Named:
    """The model that a user names.

    Raises:
        ConvcliError: there is nothing of this name, or what there is can't be read.
    """
    if text in known.names():
        written = known.text_of(text)
        facts = known.facts(written)
        size = whole_numbers(facts["input"])
        return Named(replace(read_text(written), name=text), size, facts.get("source", ""), facts.get("published", ""))
    if text == "-":
        return Named(_from_text(_stdin()))
    if not text.strip():
        raise ConvcliError("the model is an empty text", "try convcli network alexnet")
    path, colon, name = text.rpartition(":")
    if colon and path.endswith(".py") and "\n" not in text and not os.path.exists(text):  # noqa: PTH110
        return Named(read_source(read_file(path), name, path))
    if os.path.exists(text):  # noqa: PTH110  (Path's own raises at a text that can't be a file's name)
        written = read_file(text)
        return Named(read_source(written, file=text) if text.endswith(".py") else _from_text(written, text))
    if "(" not in text:
        raise _unknown(text)
    return Named(_from_text(text.replace("\\n", "\n") if "\n" not in text else text))


def _from_text(text: str, file: str = "") -> Model:
    if COMPREHENSION.search(text) and not PYTHON.search(text):
        opened = "" if text.lstrip().startswith(("nn.", "torch.", "Sequential")) else "nn.Sequential(*"
        return read_source(f"model = {opened}{text.strip()}{')' * bool(opened)}", file=file)
    return read_source(text, file=file) if PYTHON.search(text) else read_text(text)


def read_file(path: str) -> str:
    """The text of a file that a user names."""
    if Path(path).is_dir():
        raise ConvcliError(f"{path!r} is a directory", "name a file in it")
    if Path(path).suffix.lower() in BINARY:
        why = f"{path!r} holds weights, and weights don't say how a model is wired"
        raise ConvcliError(why, "give what made it: its .py file, or print(model) saved as text")
    piped = path.startswith("/dev/fd/")  # as a shell does with <(...)
    if os.path.exists(path) and not (piped or os.path.isfile(path)):  # noqa: PTH110, PTH113
        raise ConvcliError(f"{path!r} is not a plain file", "pipe its text to convcli network -")
    try:
        if not piped and os.stat(path).st_size == 0:  # noqa: PTH116  (so say the files of /proc, some of which wait)
            raise ConvcliError(f"{path!r} is empty: no layer is in it", "save a model into it")
        with open(path, "rb") as stream:
            return _decoded(stream.read(LARGEST + 1), path)
    except OSError as error:
        raise ConvcliError(f"{path!r} can't be read: {error.strerror}", "check the name and the folder") from None


def _stdin() -> str:
    if sys.stdin is None or sys.stdin.isatty():
        raise ConvcliError("nothing is piped to stdin", "python -c 'print(model)' | convcli network -")
    return _decoded(sys.stdin.buffer.read(LARGEST + 1), "stdin")


def _decoded(data: bytes, source: str) -> str:
    if len(data) > LARGEST:
        raise ConvcliError(f"{source} has more than {LARGEST:,} bytes", "give the model alone")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConvcliError(f"{source} isn't text", "give print(model) as text, or the .py file") from None


def module_named(name: str) -> str:
    """What is to be run where a user names a file or a module, its class named.

    Raises:
        ConvcliError: it is neither, or it doesn't say which class.
    """
    place, _, within = name.rpartition(":")
    if name.endswith(".py"):  # whatever its path: Windows' have a colon of their own
        models = Source.of(read_file(name)).models
        if len(models) != 1:
            raise WhichModel(file=name, names=models) if models else NoSuchModel(name="", names=[])
        return f"{name}:{models[0]}"
    if not (place and within):
        raise ConvcliError(f"--run takes FILE.py:Net or module:Net, not {quoted(name)}", "name the class after a colon")
    return name


def _unknown(text: str) -> ConvcliError:
    if text.lower().startswith(BRANCHING):
        run = f"where torchvision is installed: convcli network torchvision.models:{text.lower()} --run"
        return ConvcliError(f"{quoted(text)} has branches, and no text of a chain can have them", run)
    if re.search(r"[,;\s]", text.strip()):
        chain = 'a chain is written as its calls: "Conv2d(3, 8, 3); ReLU(); Flatten(); Linear(288, 10)"'
        return ConvcliError(f"{quoted(text)} is no file and no network that can be read", chain)
    near = nearest(text, known.names(), 2)
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    names = f"known networks: {', '.join(known.names())}"
    return ConvcliError(f"there is no file and no known network {text[:60]!r}", f"{meant}{names}")
