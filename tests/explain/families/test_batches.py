"""Data on their way into a batch."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.explain import assert_file_mends, assert_first, at, diagnosed, explained

OLD = (
    '  File "/lib/python3/site-packages/torch/utils/data/_utils/collate.py", line 5, in default_collate\n'
    "RuntimeError: invalid argument 0: Sizes of tensors must match except in dimension 0. "
)
CASES = [
    (
        "stack expects each tensor to be equal size, but got [128000] at entry 0 and [102452] at entry 5",
        "batch-sizes",
        "data",
        "F.pad(x, (0, 128000 - len(x)))",
    ),
    (
        "x, y = next(iter(loader))\nRuntimeError: stack expects each tensor to be equal size, but got [9] at entry 0 "
        "and [4] at entry 7",
        "batch-sizes",
        "data",
        "whole windows alone",
    ),
    (
        "stack expects each tensor to be equal size, but got [96, 96] at entry 0 and [3, 96, 96] at entry 5",
        "batch-sizes",
        "data",
        "entries 0 to 4 are grey",
    ),
    (
        "stack expects each tensor to be equal size, but got [4, 64, 96] at entry 0 and [4, 72, 88] at entry 1",
        "batch-sizes",
        "data",
        "one bucket",
    ),
    (
        "stack expects each tensor to be equal size, but got [3, 640, 640] at entry 0 and [3, 1280, 1280] at entry 6",
        "batch-sizes",
        "data",
        "[640, 640]",
    ),
    (
        "stack expects each tensor to be equal size, but got [3, 32, 64] at entry 0 and [3, 64, 32] at entry 1",
        "batch-sizes",
        "data",
        "upright",
    ),
    (
        "stack expects each tensor to be equal size, but got [224, 224] at entry 0 and [3, 224, 224] at entry 29",
        "batch-sizes",
        "data",
        "grey",
    ),
    (
        "stack expects each tensor to be equal size, but got [1, 224, 224] at entry 0 and [3, 224, 224] at entry 29",
        "batch-sizes",
        "data",
        "0 to 28 are grey",
    ),
    (
        "stack expects each tensor to be equal size, but got [5, 4] at entry 0 and [2, 4] at entry 1",
        "batch-sizes",
        "data",
        "boxes",
    ),
    (
        "stack expects each tensor to be equal size, but got [17] at entry 0 and [23] at entry 1",
        "batch-sizes",
        "data",
        "sequences",
    ),
    (
        '  File "/lib/python3/site-packages/torch/utils/data/_utils/collate.py", line 5, in '
        "default_collate\nRuntimeError: invalid argument 0: Sizes of tensors must match except in dimension "
        "0. Got 128 and 0 in dimension 2",
        "batch-sizes",
        "data",
        "empty",
    ),
    (
        '  File "/lib/python3/site-packages/torch/utils/data/_utils/collate.py", line 5, in '
        "default_collate\nRuntimeError: invalid argument 0: Tensors must have same number of dimensions: got "
        "3 and 4",
        "batch-sizes",
        "data",
        "grey",
    ),
    (
        "stack expects each tensor to be equal size, but got [327680, 2] at entry 0 and [327680] at entry 6",
        "batch-sizes",
        "data",
        "recordings",
    ),
    (
        "stack expects each tensor to be equal size, but got [13, 6] at entry 0 and [131, 6] at entry 1",
        "batch-sizes",
        "data",
        "steps of a series",
    ),
    (
        "bbox = sample['bbox']\nRuntimeError: stack expects each tensor to be equal size, but got [13, 6] at entry 0 "
        "and [31, 6] at entry 1",
        "batch-sizes",
        "data",
        "as detectors take them",
    ),
    (
        "imu = next(loader)\nRuntimeError: stack expects each tensor to be equal size, but got [13, 4] at entry "
        "0 and [31, 4] at entry 1",
        "batch-sizes",
        "data",
        "windows of one length",
    ),
    (
        "stack expects each tensor to be equal size, but got [17] at entry 0 and [16] at entry 1",
        "batch-sizes",
        "data",
        "whole windows alone",
    ),
    (f"{OLD}Got 35 and 34 in dimension 1", "batch-sizes", "data", "whole windows alone"),
    (f"{OLD}Got 35 and 12 in dimension 1", "batch-sizes", "data", "pad_sequence"),
    (f"{OLD}Got 480 and 375 in dimension 1", "batch-sizes", "data", "pad or resize"),
    (
        "stack expects each tensor to be equal size, but got [3, 56, 72] at entry 0 and [3, 48, 80] at entry 1",
        "batch-sizes",
        "data",
        "pictures of [56, 72] and [48, 80]",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_what_the_users_own_line_stacks_is_named() -> None:
    message = (
        "RuntimeError: stack expects each tensor to be equal size, but got [4, 7] at entry 0 and [4, 9] at entry 1"
    )
    found = explained(at("both = torch.stack([words, places])", message))
    assert "words is [4, 7] and places [4, 9]" in found.hypotheses[0].says
    assert "dim=1" in found.hypotheses[0].advice
    assert found.rule.warning() == ""


def test_a_collate_function_of_the_users_pads_what_it_stacks(tmp_path: Path) -> None:
    text = """
        def collate(batch):
            return torch.stack([words for words, _ in batch]), torch.tensor([label for _, label in batch])

        texts = [(torch.arange(5), 0), (torch.arange(3), 1)]
        for words, labels in torch.utils.data.DataLoader(texts, batch_size=2, collate_fn=collate):
            assert words.shape == (2, 5)
    """
    assert_file_mends(dedent(text), "pad_sequence", tmp_path / "net.py")


ROWS = """
samples = [{0} for x in (torch.rand(4, 5), torch.rand(4, 3))]
def collate(batch):
    return torch.stack([sample for sample in batch])
for x in torch.utils.data.DataLoader(samples, batch_size=2{1}):
    assert x.shape == (2, 4, 5)
"""


def test_samples_whose_lengths_stand_on_the_last_axis_are_turned_to_be_padded(tmp_path: Path) -> None:
    found = assert_file_mends(ROWS.format("x", ", collate_fn=collate"), "the last axis", tmp_path / "net.py")
    assert len(found.hypotheses[0].fixes) == 1


@pytest.mark.parametrize(("sample", "part"), [("{'x': x, 'y': 1}", "[key]"), ("(x, 1)", "[0]"), ("[x, 1]", "[0]")])
def test_the_entry_of_a_sample_that_is_padded_is_taken_from_it(sample: str, part: str, tmp_path: Path) -> None:
    text = ROWS.format(sample, "").replace("collate(batch)", "other(batch)")
    advice = diagnosed(text, tmp_path / "net.py").hypotheses[0].advice
    assert f"pad_sequence([sample{part}.T for sample in batch], batch_first=True).transpose(1, 2)" in advice


BARE = """
def collate(batch):
    words, labels = zip(*batch)
    return nn.utils.rnn.pad_sequence(words, batch_first=True), torch.tensor(labels)
texts = [(torch.arange(5), 0), (torch.arange(3), 1)]
train = torch.utils.data.DataLoader(texts, batch_size=2{})
test = torch.utils.data.DataLoader(texts, batch_size=2)
def width(loader):
    for step, (words, labels) in enumerate(loader):
        return words.size(1)
assert width({}) == 5
"""


@pytest.mark.parametrize(
    ("given", "failing", "words"),
    [
        (", collate_fn=collate", "test", "test (net.py:11) is made without a collate_fn"),
        (
            "",
            "train",
            "train (net.py:10) is made without a collate_fn, and stacks samples as they are; none gets collate",
        ),
    ],
)
def test_a_loader_without_the_files_collate_function_gets_it(
    given: str, failing: str, words: str, tmp_path: Path
) -> None:
    assert_file_mends(BARE.format(given, failing), words, tmp_path / "net.py")


def test_a_loader_that_isnt_the_bare_one_is_explained_by_its_samples(tmp_path: Path) -> None:
    text = BARE.format(", collate_fn=torch.utils.data.default_collate", "train")
    assert "pad_sequence" in diagnosed(text, tmp_path / "net.py").hypotheses[0].advice
