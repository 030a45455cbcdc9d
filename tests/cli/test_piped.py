"""A log that is piped in: each line is passed on before the next one comes, and none is lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

COMMAND = [sys.executable, "-m", "convcli", "explain"]
ERROR = b"RuntimeError: only one dimension can be inferred\n"


@pytest.fixture
def piped() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        yield running
        running.kill()


def test_a_line_is_passed_on_before_the_next_one_comes(piped: subprocess.Popen[bytes]) -> None:
    assert piped.stdin and piped.stderr and piped.stdout
    for line in (b"epoch 1\n", b"epoch 2 \xff\n", ERROR):
        piped.stdin.write(line)
        piped.stdin.flush()
        assert piped.stderr.readline() == line
    piped.stdin.close()
    assert b"view-unknown" in piped.stdout.read()
    assert piped.wait() == 0


def test_what_the_writer_says_after_an_interrupt_is_passed_on(piped: subprocess.Popen[bytes]) -> None:
    assert piped.stdin and piped.stderr
    piped.stdin.write(b"epoch 1\n")
    piped.stdin.flush()
    assert piped.stderr.readline() == b"epoch 1\n"
    piped.send_signal(signal.SIGINT)
    piped.stdin.write(b"KeyboardInterrupt\n")
    piped.stdin.flush()
    assert piped.stderr.readline() == b"KeyboardInterrupt\n"
    piped.stdin.close()
    assert piped.wait() == 130


def test_an_answer_comes_where_stderr_is_closed() -> None:
    ran = subprocess.run(COMMAND, input=ERROR, stdout=subprocess.PIPE, preexec_fn=lambda: os.close(2), check=False)
    assert ran.returncode == 0
    assert b"view-unknown" in ran.stdout
