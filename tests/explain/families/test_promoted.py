"""Tensors that are float32 until a line calculates with them."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, diagnosed

TABLE = """
table = np.random.rand(6, 4)
mean, std = table.mean(0), table.std(0)
x = {made}
{line}
model = nn.Linear(4, 2)
y = model(x[:3])
"""
SINGLE = "torch.tensor(table, dtype=torch.float32)"


@pytest.mark.parametrize("made", [SINGLE, "torch.from_numpy(table).float()", "torch.FloatTensor(table)"])
def test_the_line_that_calculates_with_numpy_s_numbers_is_named(tmp_path: Path, made: str) -> None:
    text = TABLE.format(made=made, line="x = (x - torch.from_numpy(mean)) / torch.from_numpy(std)  # standardised")
    found = assert_file_mends(text, "x is float32 at line 8, and line 9", tmp_path / "net.py")
    assert [fix.number for fix in found.hypotheses[0].fixes] == [9]


def test_plain_numbers_promote_nothing(tmp_path: Path) -> None:
    text = TABLE.format(made=SINGLE, line="x = x / 2").replace("model(x", "model(torch.from_numpy(mean) + x")
    assert "and line" not in diagnosed(text, tmp_path / "net.py").hypotheses[0].says


LOADED = """
def dataset(x, y):
    return torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(y))


def score(model, loader):
    return [model(x) for x, _ in loader]


loader = torch.utils.data.DataLoader(dataset(np.ones((6, 4)), np.ones((6, 1))), batch_size=3)
model = nn.Linear(4, 1)
for x, y in loader:
    loss = F.mse_loss(model(x), y)
    loss.backward()
score(model, loader)
"""


def test_numbers_that_come_through_a_loader_are_mended_where_it_gets_them(tmp_path: Path) -> None:
    found = assert_file_mends(LOADED, "line 7 made tensors of them", tmp_path / "net.py")
    assert [fix.number for fix in found.hypotheses[0].fixes] == [7]


def test_class_numbers_of_a_loader_stay_whole(tmp_path: Path) -> None:
    text = LOADED.replace("F.mse_loss(model(x), y)", "F.cross_entropy(model(x), y[:, 0])").replace(
        "Linear(4, 1)", "Linear(4, 2)"
    )
    text = text.replace("np.ones((6, 1))", "np.ones((6, 1), dtype=int)")
    assert_file_mends(text, "line 7 made tensors of them", tmp_path / "net.py")
