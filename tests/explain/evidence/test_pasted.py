"""Code that people paste with an error is read as their file would be."""

from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.evidence.pasted import MOST, code_in
from convcli.explain.recognise import diagnose
from tests.explain import first

NET = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 24, 5)
            self.fc = nn.Linear(16 * 5 * 5, 10)

        def forward(self, x):
            x = F.max_pool2d(self.conv(x), 2)
            x = x.flatten(1)
            return self.fc(x)
"""
MESSAGE = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x4704 and 400x10)"


@pytest.mark.parametrize(
    "text", [f"{NET}\n{MESSAGE}", f"{MESSAGE}\n\nMy network:\n{NET}", f"my net\n{NET}it says\n{MESSAGE}"]
)
def test_code_beside_a_message(text: str) -> None:
    code, answer = first(text)
    assert (code, answer.change) == ("linear-size", "model")
    assert "Conv2d at pasted:" in answer.says
    fix = answer.fixes[0]
    assert fix.code == "self.fc = nn.Linear(4704, 10)"
    assert text.split("\n")[fix.number - 1].strip() == "self.fc = nn.Linear(16 * 5 * 5, 10)"


def test_a_frame_whose_file_is_not_here() -> None:
    place = '  File "/nowhere/net.py", line 40, in forward\n    return self.fc(x)'
    found = diagnose(read(f"{NET}\nTraceback (most recent call last):\n{place}\n{MESSAGE}"))
    assert found is not None
    frame = found.rule.case.frame
    assert frame is not None
    assert (frame.file, frame.code) == ("pasted", "return self.fc(x)")
    assert "4704" in found.hypotheses[0].fixes[0].code


def test_two_calls_are_not_told_apart() -> None:
    lines = ["h = a.view(4, 10)", "k = b.view(4, 10)", "It says this:"]
    found = diagnose(read("\n".join([*lines, "RuntimeError: shape '[4, 10]' is invalid for input of size 44"])))
    assert found is not None
    assert found.rule.case.frame is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (">>> fc = nn.Linear(4, 2)\n>>> fc(x)", "fc = nn.Linear(4, 2)\nfc(x)"),
        ("if I use it, this fails\nfor some reason\nfc = nn.Linear(4, 2)", "\n\nfc = nn.Linear(4, 2)"),
        ("def forward(self, x):\nwhat stands here?\nfc = nn.Linear(4, 2)", "\n\nfc = nn.Linear(4, 2)"),
        (
            "net = nn.Sequential(\n    nn.Linear(4, 2),\n    whatever,\n)",
            "net = nn.Sequential(\n    nn.Linear(4, 2),\n    whatever,\n)",
        ),
        ("fc = nn.Linear((4, 2)\nout", ""),
        ("Given groups=1, weight of size [8, 3, 3, 3], expected it", ""),
        ("  (fc): Linear(in_features=4, out_features=2, bias=True)", ""),
        ('  File "net.py", line 3, in f\n    x = fc(x)\n', ""),
        ("     11 x = 3\n---> 12 fc(x)", ""),
    ],
)
def test_what_is_code(text: str, code: str) -> None:
    assert code_in(dedent(text).split("\n")).rstrip("\n") == code


def test_a_log_is_not_code() -> None:
    assert code_in(["x = 1"] * (MOST + 1)) == ""
    assert code_in(["x = \0"]) == ""
    assert code_in(["x = " + "(" * 5000]) == ""


def test_the_last_of_many_lines_raised_only_if_it_calls_something() -> None:
    lines = ["loss = (xs @ w).sum()", "loss.backward()", "w.data += -0.1 * w.grad"]
    found = diagnose(read("\n".join([*lines, "RuntimeError: Trying to backward through the graph a second time"])))
    assert found is not None
    assert found.rule.case.frame is None


SCRIPT = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 8, 3)
            self.head = nn.Linear(8, 2)

        def forward(self, sound):
            return self.head(self.conv(sound).mean((2, 3)))

    def run(net):
        print(net(torch.rand(6, 40, 30)).shape)

    net = Net()
    {}
"""


@pytest.mark.parametrize("last", ["print(step, loss.item())", "run(net)", "out = net(torch.rand(6, 40, 30))"])
def test_the_line_that_calls_the_layer_and_not_the_last(last: str) -> None:
    message = "RuntimeError: Given groups=1, weight of size [8, 1, 3, 3], expected input[1, 6, 40, 30] to have 1 "
    text = f"{SCRIPT.format(last)}\n{message}channels, but got 6 channels instead"
    answer = first(text)[1]
    assert "sound" in answer.says
    assert "loss" not in answer.says
    assert text.split("\n")[answer.fixes[0].number - 1].strip().startswith("return self.head(self.conv(sound)")


def test_lengths_are_sorted_where_they_are_packed() -> None:
    lines = [
        "x = table(words)",
        "packed = pack_padded_sequence(x, lengths)",
        "out, state = lstm(packed)",
        "loss = f(out)",
    ]
    text = "\n".join([*lines, "", "RuntimeError: array has to be sorted in decreasing order"])
    assert first(text)[1].fixes[0].code == "packed = pack_padded_sequence(x, lengths, enforce_sorted=False)"


def test_a_first_line_that_was_copied_without_its_indentation_keeps_no_other_line_out() -> None:
    assert code_in(["x = f(y)", "        loss = g(x)", "        if loss:", "            h(x)"]).split("\n") == [
        "x = f(y)",
        "loss = g(x)",
        "if loss:",
        "    h(x)",
    ]
    block = ["for x in y:", "    f(x)"]
    assert code_in(block).split("\n") == block
