"""Weights that a file loads were made with the network as it is."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, error_of

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {made}
    def forward(self, x):
        {run}

net = Net()
{load}
net.eval()
y = net(torch.rand({shape}))
"""
CASES = [
    ("self.fc = nn.Linear(12, 3)", "return self.fc(x)", "5, 11"),
    ("self.bn = nn.BatchNorm1d(12)", "return self.bn(x)", "5, 11"),
    ("self.conv = nn.Conv2d(12, 3, 1)", "return self.conv(x)", "5, 13, 16, 16"),
    (
        "self.conv, self.fc = nn.Conv2d(3, 8, 3), nn.Linear(8 * 6 * 6, 3)",
        "return self.fc(self.conv(x).flatten(1))",
        "5, 3, 10, 10",
    ),
]


@pytest.mark.parametrize(("made", "run", "shape"), CASES)
@pytest.mark.parametrize("loaded", [True, False])
def test_the_data_come_first_where_the_network_is_trained(
    loaded: bool, made: str, run: str, shape: str, tmp_path: Path
) -> None:
    load = "net.load_state_dict(Net().state_dict())" if loaded else "torch.manual_seed(0)"
    path = tmp_path / "net.py"
    path.write_text(IMPORTS + NET.format(made=made, run=run, load=load, shape=shape))
    found = diagnose(read(error_of(path)))
    assert found
    assert ("loads weights into Net, so it fitted its data" in found.hypotheses[0].says) is loaded
    if loaded:
        assert not any(each.fixes for each in found.hypotheses)
