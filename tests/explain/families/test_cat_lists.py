"""Lists that torch.cat and torch.stack don't take."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_first, error_of

CASES = [
    ("expected Tensor as element 0 in argument 0, but got tuple", "cat-list", "call", "an index more"),
    (
        "cat received an invalid combination of arguments - got (list, int), but expected one of:",
        "cat-list",
        "data",
        "several types",
    ),
    ("torch.cat(): expected a non-empty list of Tensors", "cat-list", "data", "empty"),
    ("argument 'tensors' (position 1) must be tuple of Tensors, not NoneType", "cat-list", "call", "gives None"),
    ("expected Tensor as element 0 in argument 0, but got numpy.ndarray", "cat-list", "call", "numpy.ndarray"),
    (
        "returns = torch.stack(discounted(rewards))\nTypeError: expected Tensor as element 0 in argument 0, but "
        "got float",
        "cat-list",
        "call",
        "torch.tensor(list)",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_a_list_is_empty_where_nothing_passes_a_condition_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"""{IMPORTS}
chosen = []
for row in torch.zeros(4, 3):
    if row.sum() > 1:
        chosen.append(row)
rows = torch.stack(chosen)
""")
    found = diagnose(read(error_of(path)))
    assert found and "it gets something only where row.sum() > 1 (line 8)" in found.hypotheses[0].says
