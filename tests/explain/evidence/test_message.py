"""The error of a text, however it was printed, quoted or logged."""

import pytest

from convcli.explain.evidence.message import BEFORE, read

PLAIN = """Traceback (most recent call last):
  File "train.py", line 9, in <module>
    out = net(x)
  File "net.py", line 41, in forward
    x = self.fc1(x)
  File "/env/lib/python3.12/site-packages/torch/nn/modules/linear.py", line 125, in forward
    return F.linear(input, self.weight, self.bias)
RuntimeError: mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)"""
MESSAGE = "mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)"


def each_line(prefix: str) -> str:
    return "\n".join(prefix + line for line in PLAIN.splitlines())


WORKER = """Traceback (most recent call last):
  File "train.py", line 9, in <module>
    for x, y in loader:
  File "/env/lib/python3.7/site-packages/torch/_utils.py", line 425, in reraise
    raise self.exc_type(msg)
RuntimeError: Caught RuntimeError in DataLoader worker process 0.
Original Traceback (most recent call last):
  File "/env/lib/python3.7/site-packages/torch/utils/data/_utils/collate.py", line 56, in default_collate
    return torch.stack(batch, 0, out=out)
RuntimeError: stack expects each tensor to be equal size"""
PYTEST = """    def forward(self, x):
>       x = self.fc1(x)
            ^^^^^^^^^^^
E       RuntimeError: mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)

net.py:41: RuntimeError
=========================== short test summary info ============================
FAILED test_net.py::test_a - RuntimeError: mat1 and mat2 shapes cann..."""
VS_CODE = """Exception has occurred: RuntimeError
mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)
  File "/home/me/net.py", line 41, in forward
    x = self.fc1(x)
  File "/home/me/train.py", line 9, in <module>
    out = net(x)
RuntimeError: mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)"""
CHINESE = VS_CODE.replace("Exception has occurred", "发生异常")
TITLED = """RuntimeError: mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)
Traceback (most recent call last):
  File "/home/me/train.py", line 9, in <module>
    out = net(x)
  File "/home/me/net.py", line 41, in forward
    x = self.fc1(x)"""
EMPHASISED = """  File "/home/me/net.py", line 41, in forward
    x = self.fc1(x)
**RuntimeError: mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)**"""
NOTEBOOK = """RuntimeError                              Traceback (most recent call last)
[<ipython-input-30-abc>](https://localhost:8080/#) in forward(self, x)
---> 41         x = self.fc1(x)

[/usr/local/lib/python3.10/dist-packages/torch/nn/modules/linear.py](https://localhost:8080/#) in forward(self, input)
--> 114         return F.linear(input, self.weight, self.bias)

RuntimeError: mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)"""
RICH = """╭──────────────── Traceback (most recent call last) ────────────────╮
│ /home/me/long/net.py:4                                            │
│ 1 in forward                                                      │
│ ❱ 41 │   │   x = self.fc1(x)                                      │
╰───────────────────────────────────────────────────────────────────╯
RuntimeError: mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)"""


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        each_line("> "),
        each_line("[rank0]: ") + "\n" + each_line("[rank1]: ").replace("512", "7"),
        each_line("2024-05-01 10:00:00,123 ERROR "),
        "\x1b[31m" + PLAIN.replace("Error", "\x1b[1mError\x1b[0m"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace('"net.py"', '"/home/me/a/very/long\n/net.py"'),
        PLAIN + "\n\nDuring handling of the above exception, another exception occurred:\n\nKeyError: 3",
        PLAIN + "\ntorch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n====",
        PYTEST,
        VS_CODE,
        CHINESE,
        VS_CODE.removeprefix("Exception has occurred: "),
        TITLED,
        EMPHASISED,
        NOTEBOOK,
        RICH,
        MESSAGE + '\n  File "net.py", line 41, in forward\n    x = self.fc1(x)',
        MESSAGE
        + '\n  File "net.py", line 41, in forward\n    x = self.fc1(x)\n  File "a.py", line 9, in run\n    y = net(x)',
        f"RuntimeError: {MESSAGE}" + '\n  File "net.py", line 41, in forward\n    x = self.fc1(x)\n'
        '  File "train.py", line 9, in <module>\n    out = net(x)',
        f"RuntimeError: {MESSAGE}" + '\n  File "train.py", line 9, in <module>\n    out = net(x)\n'
        '  File "net.py", line 41, in forward\n    x = self.fc1(x)',
        "x = self.fc1(x)\nRuntimeError: " + MESSAGE,
        "x = self.fc1(x)\n\n# what I get:\nRuntimeError: " + MESSAGE,
        "x = self.fc1(x) RuntimeError: " + MESSAGE,
        "it happens in this line x = self.fc1(x)\nRuntimeError: " + MESSAGE,
    ],
)
def test_the_message_and_the_users_own_line(text: str) -> None:
    error = next(error for error in read(text) if "mat1" in error.text)
    own = [frame for frame in error.frames if not frame.of_library]
    assert " ".join(error.text.split()).startswith(MESSAGE)
    assert own[-1].code == "x = self.fc1(x)"
    assert own[-1].number in (41, 0)


def test_the_causes_come_after_the_last_error() -> None:
    text = PLAIN + "\n\nThe above exception was the direct cause of the following exception:\n\nValueError: no luck"
    assert [error.kind for error in read(text)] == ["ValueError", "RuntimeError"]


def test_an_error_that_was_got_over_is_none() -> None:
    assert [error.kind for error in read(PLAIN + "\nepoch 2\nTraceback (most recent call last):\nKeyError: 3")] == [
        "KeyError"
    ]


def test_a_worker_continues_the_traceback_of_who_called_it() -> None:
    stacked, caught = read(WORKER)
    assert stacked.text.startswith("stack expects")
    assert [frame.code for frame in stacked.frames if not frame.of_library] == ["for x, y in loader:"]
    assert caught.text.startswith("Caught RuntimeError")


def test_the_error_that_a_worker_passes_on_stands_above_where_the_text_is_cut() -> None:
    cut = WORKER.partition('  File "/env/lib/python3.7/site-packages/torch/utils')[0]
    assert "stack expects" in [each.text for each in read(f"RuntimeError: stack expects\n\n{cut}")]


def test_a_message_as_repr_has_it() -> None:
    text = "wandb: ERROR Run abc errored: " + repr(RuntimeError(PLAIN.replace("Traceback", "Original Traceback", 1)))
    assert read(text)[0].text.startswith(MESSAGE)


def test_what_a_gpus_threads_print_comes_first() -> None:
    asserted = "Loss.cu:250: block: [0,0,0], thread: [5,0,0] Assertion `t >= 0 && t < n_classes` failed."
    errors = read(f"{asserted}\nRuntimeError: CUDA error: device-side assert triggered")
    assert errors[0].text == asserted.removesuffix(".")


def test_the_shapes_that_a_loss_warned_of_come_before_its_error() -> None:
    shapes = "Using a target size (torch.Size([8, 156])) that is different to the input size (torch.Size([1248]))"
    warning = f"loss.py:91: UserWarning: {shapes}. This will likely lead to incorrect results.\n"
    sizes = (
        "RuntimeError: The size of tensor a (1248) must match the size of tensor b ({}) at non-singleton dimension 1"
    )
    assert read(warning + sizes.format(156))[0].text == shapes
    assert read(warning + sizes.format(155))[0].text.startswith("The size")
    assert [each.kind for each in read(warning + "KeyError: 'weight'")] == ["KeyError"]


def test_a_sentence_is_heard_where_nothing_else_speaks() -> None:
    assert read(f"Hi, I get RuntimeError: {MESSAGE} Any help?")[0].text.startswith(MESSAGE)
    assert read(f"I get ValueError: nonsense\n{PLAIN}")[0].text.startswith(MESSAGE)


def test_a_warning_is_heard_where_nothing_failed() -> None:
    warning = "/a/loss.py:536: UserWarning: Using a target size"
    assert read(warning)[0].kind == "UserWarning"
    assert [error.kind for error in read(f"{warning}\n{PLAIN}")] == ["RuntimeError"]


def test_a_bare_message_is_its_own() -> None:
    assert [error.text for error in read(MESSAGE)] == [MESSAGE]
    assert read(" \n ") == []


@pytest.mark.parametrize("text", [PLAIN + "\nError rate 0.3" * BEFORE, "Error rate 0.3\n" * BEFORE + PLAIN])
def test_an_error_is_found_at_either_end_of_a_log(text: str) -> None:
    assert read(text)[0].text.startswith(MESSAGE)


@pytest.mark.parametrize(
    "unit",
    [
        "RuntimeError: x\n",
        "Error: ",
        "\x1b[",
        "[1, ",
        "1",
        "\nE: Error: a",
        "aB",
        'File "',
        "[a](http:",
        "> ",
        "A.AError\n",
    ],
)
def test_hostile_text_comes_to_an_end(unit: str) -> None:
    read(unit * (2_000_000 // len(unit)))


def test_frames_below_a_message_stand_as_a_traceback_has_them() -> None:
    """As Streamlit prints them, without "most recent call last"."""
    text = (
        'ValueError: no\nTraceback:\nFile "/env/lib/python3.12/site-packages/app.py", line 5, in _run\n    exec(code)\n'
        'File "app.py", line 9, in <module>\n    main()\nFile "net.py", line 3, in main\n    net(x)\n'
    )
    assert read(text)[0].frames[-1].code == "net(x)"
