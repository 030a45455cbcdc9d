"""Leaves of a graph."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, error_of

CASES = [
    ("can't optimize a non-leaf Tensor", "optimizer-leaf", "model", "no leaf"),
    (
        '  File "/lib/python3/site-packages/matplotlib/cbook.py", line 3, in _check_1d\n    return '
        "np.atleast_1d(x)\nRuntimeError: Can't call numpy() on Tensor that requires grad.",
        "numpy-gradient",
        "call",
        "loss.item()",
    ),
    (
        "optimizer = optim.SGD(model.parameters(), lr=0.1)\nValueError: can't optimize a non-leaf Tensor",
        "optimizer-leaf",
        "model",
        "nn.Parameter(tensor)",
    ),
    (
        "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal "
        "tensor before doing inplace update.",
        "inference-tensor",
        "call",
        "x.clone()",
    ),
    ("can't optimize a non-leaf Variable", "optimizer-leaf", "model", "no leaf"),
    (
        "TypeError: optimizer can only optimize Tensors, but one of the params is str",
        "optimizer-parameters",
        "call",
        "state.values()",
    ),
    (
        "ValueError: some parameters appear in more than one parameter group",
        "optimizer-parameters",
        "call",
        "two groups",
    ),
    (
        "TypeError: params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
        "torch.FloatTensor",
        "optimizer-parameters",
        "call",
        "torch.FloatTensor came",
    ),
    (
        'File "model.py", line 51, in forward\n    items = np.sum(final, 0)\nRuntimeError: Can\'t call numpy() on '
        "Tensor that requires grad. Use tensor.detach().numpy() instead.",
        "numpy-gradient",
        "call",
        "torch.stack(parts).sum(0)",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


@pytest.mark.parametrize(
    ("made", "mends"),
    [
        ("with torch.inference_mode():\n    seen = body(x)", True),
        ("@torch.inference_mode()\ndef see(x):\n    return body(x)\n\nseen = see(x)", True),
        ("with torch.inference_mode():\n    y = body(x)\nwith torch.inference_mode():\n    seen = y * 2", False),
    ],
)
def test_inference_mode_is_found_in_the_file(tmp_path: Path, made: str, mends: bool) -> None:
    path = tmp_path / "probe.py"
    text = f"body, head, x = nn.Linear(3, 4), nn.Linear(4, 2), torch.rand(5, 3)\n{made}\nhead(seen).sum().backward()\n"
    if mends:
        found = assert_file_mends(text, "seen was computed under torch.inference_mode() (line", path)
    else:
        path.write_text(IMPORTS + text)
        found = diagnose(read(error_of(path)))
        assert found is not None
        assert "(lines 6, 8)" in found.hypotheses[0].says
    assert (found.rule.code, bool(found.hypotheses[0].fixes)) == ("inference-tensor", mends)
