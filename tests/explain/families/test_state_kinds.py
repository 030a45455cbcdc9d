"""What load_state_dict returns, taken for the model."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first

FILES = [
    (
        "def net():\n"
        "    return nn.Linear(3, 4)\n"
        "model = net()\n"
        "model = model.load_state_dict(net().state_dict())\n"
        "model(torch.rand(2, 3))",
        "returns a report of keys, and that was assigned as the model in net.py:8",
    ),
    (
        "model = nn.Linear(3, 4).load_state_dict(nn.Linear(3, 4).state_dict())\nmodel.eval()",
        "returns a report of keys",
    ),
]


def test_a_report_of_keys_is_no_model() -> None:
    for text in ("'_IncompatibleKeys' object has no attribute 'eval'", "'_IncompatibleKeys' object is not callable"):
        assert_first(text, "state-dict-kind", "call", "returns a report of keys")


@pytest.mark.parametrize(("text", "words"), FILES)
def test_what_the_users_file_assigns(text: str, words: str, tmp_path: Path) -> None:
    assert_file_mends(text, words, tmp_path / "net.py")
