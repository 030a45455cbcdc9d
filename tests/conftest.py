"""How tests run the program: in this process, streams captured."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import settings

from convcli.cli import app, streams
from convcli.cli.exits import guard

# No test asserts a time. In CI, and unless told, a failure comes again; HYPOTHESIS_PROFILE=explore draws new examples.
settings.register_profile("convcli", deadline=None, max_examples=300, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "convcli"))

os.environ["BROWSER"] = "true"  # the program that does nothing: what a test opens, nobody sees


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def convcli(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run ``convcli`` with these arguments at 80 columns; returns exit code, stdout and stderr."""

    def run(*arguments: str, columns: int = 80) -> Ran:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(streams.out, "_width", columns)
        code = guard(lambda: app(list(arguments), prog_name="convcli", standalone_mode=False))
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return run
