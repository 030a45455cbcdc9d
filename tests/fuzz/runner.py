"""Runs the program in this process on one input after another, and knows its only ways out.

They are a result with exit 0, or a message of at most 600 characters with exit 1 or 2. Never a traceback, a "defect",
a library's own warning, a hang, more memory than a file may be decoded to, a file that nobody asked for, or
code that came with the input.
"""

import gc
import io
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import typer

from convcli import cli
from convcli.api import NAMED
from convcli.cli import app, streams
from convcli.cli.exits import guard
from convcli.data.files import read
from convcli.matching import same

MOST_SECONDS = 2.0  # of the processor's, so that a busy machine finds nothing
HANGS = 120  # seconds after which a case is given up
MOST_MEMORY = 2**30  # bytes more than before
MOST_SAID = 600
MOST_QUOTED = 70  # characters in a row without a blank: a quoted value, and what stands around it
WRITING = ("--save", "--export", "--worksheet")  # flags whose value is a file that may appear
# What Python's auditing tells of that no input may ever bring about.
FORBIDDEN = {
    *(
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
        "subprocess.Popen",
        "os.startfile",
    ),
    *(
        "os.mkdir",
        "os.rmdir",
        "os.truncate",
        "shutil.rmtree",
        "shutil.move",
        "shutil.copyfile",
        "shutil.unpack_archive",
    ),
    *("socket.connect", "socket.bind", "socket.getaddrinfo", "webbrowser.open", "urllib.Request", "pickle.find_class"),
}
PROGRAM = typer.main.get_command(app)
BUILT_ONCE = cache(cli.load)  # building a command takes longer than most cases
NAMING = {"os.remove", "os.rename", "os.link", "os.symlink", "os.chmod"}  # right for files that are asked for


@dataclass(frozen=True)
class Case:
    """What is typed behind ``convcli``, what is piped, and the files that lie in the working directory.

    Where it is ``read`` only, the command line is left out, so that many more can be tried.
    """

    words: tuple[str, ...]
    stdin: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    read: str = ""

    @property
    def written(self) -> set[str]:
        """The files that are asked for."""
        pairs = zip(self.words, self.words[1:], strict=False)
        apart = {word.partition("=")[2] for word in self.words if word.lower().startswith(WRITING)}
        return {value for flag, value in pairs if flag.lower().startswith(WRITING)} | apart

    @property
    def passes_on(self) -> bool:
        """Whether the command is ``explain``, which writes what it is piped to stderr."""
        return bool(self.words) and same(self.words[0], ["explain"]) is not None

    def __str__(self) -> str:
        shown = {name: f"{len(content)} bytes" for name, content in self.files.items()}
        return f"{list(self.words)} {self.read!r} stdin={self.stdin[:300]!r} files={shown}"[:2000]


@dataclass(frozen=True)
class Ending:
    """How the program ended, and what it did on the way."""

    code: int
    out: str
    err: str
    seconds: float
    memory: int
    events: tuple[str, ...]  # that were audited, and must not be
    files: Mapping[str, bytes]  # in the working directory afterwards
    crash: str = ""  # a traceback that left the program


class Hang(BaseException):
    """Raised in the program where it takes too long."""


def faults(case: Case, ending: Ending) -> list[str]:
    """Every forbidden way out that a case ended in."""
    return list(_faults(case, ending))


def _faults(case: Case, end: Ending) -> Iterator[str]:
    message = end.err[end.err.find("convcli: ") :] if "convcli: " in end.err else ""
    said = [line for line in end.err.splitlines() if line]
    if end.crash:
        yield f"an exception left the program: {end.crash}"
    if "a defect of convcli" in end.err:
        yield "a defect"
    if "Traceback" in end.err and not case.passes_on:
        yield "a traceback"
    if end.code not in (0, 1, 2):
        yield f"exit {end.code}"
    if end.code and not message and not end.crash and "blog" not in case.words:
        yield "it failed without a word"
    if len(message) > MOST_SAID:
        yield f"a message of {len(message)} characters"
    if any(len(word) > MOST_QUOTED for word in message.split()):
        yield "a value quoted whole"
    if not case.passes_on and not all(line.startswith(("note: ", "convcli: ", "  ")) for line in said):
        yield "foreign words on stderr"
    if end.seconds > MOST_SECONDS:
        yield f"{end.seconds:.1f} seconds"
    if end.memory > MOST_MEMORY:
        yield f"{end.memory / 2**20:,.0f} MiB"
    yield from end.events
    for name in end.files.keys() | case.files.keys():
        if end.files.get(name) != case.files.get(name) and (
            name not in case.written or (end.code and name in case.files)
        ):
            yield f"the file {name!r} was touched"


def run(case: Case) -> object:
    """What a case does to the program."""
    if case.read:
        return [read(case.read, NAMED)]
    return PROGRAM.main(list(case.words), prog_name="convcli", standalone_mode=False)


class Auditor:
    """Notes what Python does while it is on; an audit hook can't be taken away again."""

    def __init__(self) -> None:
        self.on = False
        self.events: list[str] = []
        self.folders: tuple[str, ...] = ()  # in which files may be written
        sys.addaudithook(self.note)

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "os.mkdir" and os.path.isdir(arguments[0]):  # which fails, and makes nothing
            return
        if event in FORBIDDEN:
            self.events.append(f"{event} {arguments!r}"[:200])
        elif event in NAMING or (event == "open" and self._writes(arguments)):
            path = arguments[0]
            if isinstance(path, int):  # a descriptor, which was opened before
                return
            if not os.path.abspath(os.fsdecode(path)).startswith((*self.folders, "/dev/")):
                self.events.append(f"{event} {path!r}"[:200])

    @staticmethod
    def _writes(arguments: tuple[Any, ...]) -> bool:
        _, mode, flags = arguments
        return bool(set(mode or "") & set("wax+")) or bool((flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


AUDITOR = Auditor()


class Bench:
    """An empty folder to work in, with stdin, stdout and stderr as files in another."""

    def __init__(self, folder: Path, descriptors: list[int]) -> None:
        self.folder, self.descriptors = folder, descriptors

    def run(self, case: Case) -> Ending:
        """Run the program on a case; once more where it took long, as another process may have taken the time."""
        ending = self._run(case, time.monotonic)
        return self._run(case, time.process_time) if ending.seconds > MOST_SECONDS else ending

    def _run(self, case: Case, clock: Callable[[], float]) -> Ending:
        for name, content in case.files.items():
            (self.folder / name).write_bytes(content)
        stdin, stdout, stderr = self.descriptors
        for each in self.descriptors:
            os.ftruncate(each, 0)
            os.lseek(each, 0, os.SEEK_SET)
        os.pwrite(stdin, case.stdin, 0)
        before, started = _memory_so_far(), clock()
        crash, code = "", -1
        AUDITOR.events = []
        asked = {os.path.dirname(os.path.abspath(name)) for name in case.written if "\0" not in name}
        AUDITOR.folders = (os.path.realpath(self.folder), *asked - {"/"})
        AUDITOR.on = True
        signal.setitimer(signal.ITIMER_REAL, HANGS)
        try:
            code = guard(lambda: run(case))
        except Hang:
            crash = f"nothing for {HANGS} seconds: {_last_lines()}"
        except BaseException:
            crash = _last_lines()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            AUDITOR.on = False
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        seconds, memory = clock() - started, _peak() - before
        files = {each.name: each.read_bytes() for each in self.folder.iterdir() if each.is_file()}
        for name in files:
            (self.folder / name).unlink()
        return Ending(code, _text(stdout), _text(stderr), seconds, memory, tuple(AUDITOR.events), files, crash)


def _text(descriptor: int) -> str:
    return os.pread(descriptor, 2**20, 0).decode("utf-8", "replace")


def _last_lines() -> str:
    return " | ".join(line.strip() for line in traceback.format_exc().splitlines()[-7:])[-700:]


def _memory_so_far() -> int:
    """Bytes that the process holds, from which a peak is measured anew where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    with suppress(OSError), open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _writing(descriptor: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(os.fdopen(descriptor, "wb", closefd=False), encoding="utf-8", errors="convcli")


def _hang(*_: object) -> NoReturn:
    raise Hang


@contextmanager
def bench() -> Iterator[Bench]:
    """A place to run cases at; afterwards all is as it was before."""
    import torch

    torch.set_num_threads(1)
    place, streams_before = os.getcwd(), (sys.stdin, sys.stdout, sys.stderr)
    wraps, alarm = streams.err.soft_wrap, signal.getsignal(signal.SIGALRM)
    columns = os.environ.get("COLUMNS")
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as the program does when it starts
        kept = [os.dup(number) for number in range(3)]
        paths = [Path(folder, name) for name in ("in", "out", "err")]
        descriptors = [os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND) for path in paths]
        (work := Path(folder, "work")).mkdir()
        try:
            for number, each in enumerate(descriptors):
                os.dup2(each, number)
            os.chdir(work)
            sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False), encoding="utf-8")
            sys.stdout, sys.stderr = (_writing(number) for number in (1, 2))
            streams.err.soft_wrap, cli.load = True, BUILT_ONCE
            os.environ["COLUMNS"] = "80"
            signal.signal(signal.SIGALRM, _hang)
            yield Bench(work, descriptors)
        finally:
            signal.signal(signal.SIGALRM, alarm)
            os.environ.pop("COLUMNS") if columns is None else os.environ.update(COLUMNS=columns)
            streams.err.soft_wrap, cli.load = wraps, BUILT_ONCE.__wrapped__
            sys.stdin, sys.stdout, sys.stderr = streams_before
            os.chdir(place)
            for number, each in enumerate(kept):
                os.dup2(each, number)
            for each in (*kept, *descriptors):
                os.close(each)


def warm_up(place: Bench) -> None:
    """What a first run imports is nobody's fault."""
    for words in ("conv2d --json", "conv1d --steps all --show", "explain nothing", "formula", "blog", "maxpool3d"):
        place.run(Case(tuple(words.split())))


def tidy(number: int) -> None:
    """The program freezes what it leaves, as it ends at once; here it goes on."""
    if number % 500 == 0:
        gc.unfreeze()
        gc.collect()
