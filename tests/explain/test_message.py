"""The last error is found in tracebacks and logs, and the user's own line with it."""

from convcli.explain.message import LONGEST, Message, read

FRAME = '  File "{}", line {}, in forward\n    {}\n'
OWN = FRAME.format("net.py", 7, "x = self.fc(x)")
TORCH = FRAME.format("/venv/lib/site-packages/torch/nn/modules/conv.py", 1, "return F.conv2d(x)")
TOP = "Traceback (most recent call last):\n"


def test_the_place_is_the_last_line_of_ones_own_code() -> None:
    assert read(TOP + OWN + TORCH + "RuntimeError: bad\n") == Message("bad", "net.py, line 7", "x = self.fc(x)")


def test_of_two_tracebacks_the_last_counts() -> None:
    second = TOP + FRAME.format("main.py", 2, "run()") + "ValueError: worse\nline of the log\n\nmore"
    assert read(f"{TOP}{OWN}RuntimeError: bad\n\n{second}") == Message("worse", "main.py, line 2", "run()")


def test_a_message_goes_on_over_indented_lines() -> None:
    assert read("start\nRuntimeError: Error(s):\n\tsize mismatch\nnext").text == "Error(s):\n\tsize mismatch"


def test_a_logs_prefix_is_no_part_of_an_exceptions_name() -> None:
    assert read("log\n[rank0]: ValueError: bad").text == "bad"
    assert read("log\nthere was no ValueError: all is well\nKeyError: 1").text == "1"


def test_colours_and_windows_line_ends_go() -> None:
    assert read("a\r\n\x1b[31mRuntimeError\x1b[0m: bad\r\n\tworse\r\n").text == "bad\n\tworse"


def test_layers_named_on_the_way_are_kept_and_the_last_is_taken() -> None:
    message = read(TOP + FRAME.format("net.py", 7, "nn.Conv1d(nn.ConvTranspose3d(nn.MaxPool1d(x)))") + "Error: bad")
    assert message.context == "Conv1d ConvTranspose3d MaxPool1d"
    assert message.layer_class() == "ConvTranspose3d"
    assert message.layer_class("MaxPool") == "MaxPool1d"


def test_a_long_message_is_cut() -> None:
    assert len(read("RuntimeError: " + "x" * 10_000).text) == LONGEST
