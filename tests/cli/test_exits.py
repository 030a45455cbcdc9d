"""Every way to end is an exit code."""

import pytest

from convcli.cli.exits import guard, on_the_command_line
from convcli.refusals import Failure, NotPositive


def ends_with(error: BaseException) -> int:
    def run() -> None:
        raise error

    return guard(run)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotPositive(name="kernel_size", value=0), 2),
        (Failure("it broke"), 1),
        (KeyboardInterrupt(), 130),
        (MemoryError(), 1),
        (RecursionError(), 2),
        (OSError(28, "No space left on device"), 1),
        (ZeroDivisionError("x"), 1),
    ],
)
def test_exit_codes(error: BaseException, code: int, capfd: pytest.CaptureFixture[str]) -> None:
    assert ends_with(error) == code
    said = capfd.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
    ],
)
def test_too_little_memory_is_no_defect(error: BaseException, capfd: pytest.CaptureFixture[str]) -> None:
    assert (ends_with(error), "more memory than there is" in capfd.readouterr().err) == (1, True)


def test_a_defect_is_shown_whole_to_who_asks() -> None:
    with pytest.raises(ZeroDivisionError):
        guard(lambda: 1 / 0, show_traceback=True)


def test_arguments_are_spelled_as_they_are_typed() -> None:
    assert on_the_command_line("in_channels", 3) == "--in 3"
    assert on_the_command_line("from_cell") == "--from"
    assert on_the_command_line("output", 4) == "--output 4"
