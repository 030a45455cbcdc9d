"""A few seconds of each kind of hostile input, the same each time; and what the runner has to object to."""

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.fuzz import KINDS, drawn
from tests.fuzz.runner import AUDITOR, Case, Ending, bench, faults, warm_up

COUNT, SEED = 150, 1  # of each kind


def cases(kind: str, count: int) -> list[Case]:
    return [drawn(kind, SEED, number) for number in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_only_ways_out(kind: str) -> None:
    with bench() as place:
        warm_up(place)
        found = [(number, faults(case, place.run(case))) for number, case in enumerate(cases(kind, COUNT))]
    assert [each for each in found if each[1]] == []


def test_the_same_each_time() -> None:
    for kind in KINDS:
        assert cases(kind, 20) == cases(kind, 20)


def bad(**what: object) -> list[str]:
    said: dict = {"code": 2, "out": "", "err": "convcli: no\n", "seconds": 0.0, "memory": 0, "events": (), "files": {}}
    return faults(Case(("conv1d",)), Ending(**said | what))


@pytest.mark.parametrize(
    "what",
    [
        {"crash": "ValueError"},
        {"code": 120},
        {"err": ""},
        {"err": "convcli: a defect of convcli, not of your request: KeyError: 0"},
        {"err": "Traceback (most recent call last):\nconvcli: no"},
        {"err": "convcli: " + "x " * 400},
        {"err": "convcli: no file " + "x" * 400},
        {"err": "RuntimeWarning: overflow\nconvcli: no"},
        {"seconds": 3.0},
        {"memory": 2**31},
        {"events": ("os.system",)},
        {"files": {"a.npy": b""}},
    ],
)
def test_what_is_objected_to(what: dict[str, object]) -> None:
    assert bad(**what)
    assert not bad()


def ended(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[str]:
    monkeypatch.setattr("tests.fuzz.runner.PROGRAM.main", lambda *_, **__: [act()])
    case = Case(("conv1d", "--save", "asked.npy"), files={"there.npy": b"1"})
    with bench() as place:
        return faults(case, place.run(case))


def busy() -> None:
    started = time.process_time()
    while time.process_time() < started + 0.1:
        sum(range(1000))


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (lambda: Path("stray").write_text("1"), "'stray' was touched"),
        (lambda: Path("there.npy").unlink(), "'there.npy' was touched"),
        (lambda: Path("folder").mkdir() or Path("folder").rmdir(), "os.mkdir"),
        (lambda: open(Path(__file__).with_name("nowhere") / "a", "w"), "open"),  # noqa: SIM115
        (lambda: sys.stderr.write("libtiff: what is this\n"), "foreign words"),
        (lambda: 1 / 0, "a defect"),
        (lambda: np.ones(2**23), "MiB"),
        (busy, "seconds"),
    ],
)
def test_what_the_bench_sees(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], fault: str) -> None:
    monkeypatch.setattr("tests.fuzz.runner.MOST_SECONDS", 0.05)
    monkeypatch.setattr("tests.fuzz.runner.MOST_MEMORY", 2**25)
    assert any(fault in each for each in ended(monkeypatch, act))
    assert not AUDITOR.on


def test_a_file_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended(monkeypatch, lambda: Path("asked.npy").write_text("1")) == []


def test_warnings_are_as_they_were() -> None:
    before = warnings.filters[:]
    with bench():
        pass
    assert warnings.filters == before
