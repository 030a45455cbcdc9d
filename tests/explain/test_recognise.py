"""Which rule explains an error; what is none of these is left alone."""

import inspect
import re
from pathlib import Path

import pytest

from convcli import traps
from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.message import Raised, read
from convcli.explain.recognise import RULES, diagnose, nearest, worked
from convcli.refusals import Refusal
from convcli.views.explained import told
from tests.views.shown import shown


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'labels'",
        "ModuleNotFoundError: No module named 'torchvision'",
        "ImportError: cannot import name 'container_abcs' from 'torch._six'",
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB",
        "RuntimeError: [enforce fail at alloc_cpu.cpp:75] DefaultCPUAllocator: can't allocate memory",
        "TypeError: 'NoneType' object is not subscriptable",
        "TypeError: f() takes 1 positional argument but 2 were given",
        "TypeError: __init__() got an unexpected keyword argument 'max_iter'",
        "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        "ValueError: not enough values to unpack (expected 2, got 1)",
        "ValueError: operands could not be broadcast together with shapes (572,572) (3,) (572,572)",
        "AttributeError: 'str' object has no attribute 'decode'",
        "AttributeError: 'NoneType' object has no attribute 'size'",
        "IndexError: list index out of range",
        "RuntimeError: cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "RuntimeError: Function 'MulBackward0' returned nan values in its 0th output.",
        "FileNotFoundError: [Errno 2] No such file or directory: 'train.csv'",
        "",
    ],
)
def test_what_is_not_about_tensors_in_a_network_is_left_alone(text: str) -> None:
    assert diagnose(read(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "Calculated padded input size per channel: (1 x 2). Kernel size: (2)",
        "Calculated padded input size per channel: (). Kernel size: (2 x 2)",
        "Given groups=1, weight of size [8, 3, 3, 3], expected input[1, ] to have 3 channels, but got 64 channels "
        "instead",
        "mat1 and mat2 shapes cannot be multiplied (4x0 and 0x10)",
        "shape '[]' is invalid for input of size 4",
        "Given groups=1, weight of size [8, 3, 3, 3, 3, 3], expected input[1, 4, 9, 9, 9, 9] to have 3 channels, but "
        "got 4 channels instead",
        "size mismatch, m1: [100 x -1], m2: [-7 x -1]",
        "non-empty 5D or 999999999999999999D input tensor expected but got: 512",
        "output with shape [100, 8, 16] doesn't match the broadcast shape []",
    ],
)
def test_numbers_that_torch_cannot_have_written_end_in_nothing_worse_than_no_answer(text: str) -> None:
    found = diagnose(read(text))
    assert found is None or shown(told(found))


@pytest.mark.parametrize(
    "text",
    [
        "output with shape [] doesn't match the broadcast shape [0, 0]",
        "inconsistent tensor size, expected r_ [12, 85, 5, 84], t [1, 3, 8, 8]",
        "Sizes of tensors must match except in dimension 2. Expected size 9 in dimension 9 but got",
        "Expected weight to be a vector of size equal to the number of channels in input, but got weight of shape [9] "
        "and input of shape [1, 3, 8, 8]",
    ],
)
def test_what_lacks_a_fact_that_would_be_told_is_not_that_error(text: str) -> None:
    found = diagnose(read(text))
    assert found is None or found.rule.told(found.rule.says)


def test_the_whole_chain_is_searched() -> None:
    errors = [Raised("ValueError", "no luck"), Raised("RuntimeError", "only one dimension can be inferred")]
    found = diagnose(errors)
    assert found is not None
    assert found.rule.code == "view-unknown"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("shape of this is invalid for an input of that size", "view-size"),
        ("running_mean needs to contain 3 elements, not 4", "norm-channels"),
        ("KeyError: 'x'", ""),
        ("a sentence about batch and size that is of no error at all", ""),
    ],
)
def test_nearest_only_where_it_is_near(text: str, code: str) -> None:
    assert nearest(read(text)) == code


def test_an_example_is_shown_with_its_message_and_its_own_place() -> None:
    example = worked(RULES["linear-size"])
    assert "# RuntimeError" not in example.code
    assert example.message.startswith("RuntimeError: mat1 and mat2")
    (fix,) = example.diagnosis.hypotheses[0].fixes
    assert (fix.file, fix.number, fix.code) == ("example.py", 5, "nn.Linear(16 * 4 * 4, 10),")


def test_refusals_and_traps_name_codes_that_there_are() -> None:
    rules, named = [Refusal], set()
    while rules:
        rules += (rule := rules.pop()).__subclasses__()
        named.add(rule.explained_by)
    named |= set(re.findall(r"explain --code ([\w-]+)", inspect.getsource(traps)))
    assert {"channels", "channels-last", "kernel-larger"} <= named
    assert named <= {*RULES, ""}


def test_a_signature_ends_for_any_text() -> None:
    units = ("1", "f() takes 1", "Given groups=1, weight of size [", "1 x ", "got (tuple, ", "'' ")
    for unit in units:
        diagnose([Raised("RuntimeError", unit * (40_000 // len(unit)))])


def test_a_file_too_deep_to_be_looked_into_is_left_alone(tmp_path: Path) -> None:
    path, line = tmp_path / "net.py", "return self.fc(x)"
    path.write_text(f"self.fc = nn.Linear({'+'.join(['1'] * 950)}, 64)\na{'.b' * 900}()\ndef forward(x):\n    {line}\n")
    frame = Frame(str(path), 4, "forward", line)
    found = diagnose([Raised("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (4x100 and 128x64)", (frame,))])
    assert found is not None
    assert found.rule.code == "linear-size"
