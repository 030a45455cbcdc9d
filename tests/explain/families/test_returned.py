"""Several values that a method of the user's returned, and that went on under other names."""

from pathlib import Path

from tests.explain import assert_file_mends, diagnosed

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean, self.spread, self.decoder = nn.Linear(3, 2), nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 3))

    def encode(self, x):
        return self.mean(x), self.spread(x)

net, x = Net(), torch.rand(4, 3)
{0}
assert net.decoder({1}).shape == (4, 3)
"""


def test_a_methods_values_are_taken_apart_where_it_is_called(tmp_path: Path) -> None:
    text = NET.format("z = net.encode(x)", "z")
    found = assert_file_mends(text, "line 12 returns 2 values, (self.mean(x), self.spread(x))", tmp_path / "net.py")
    assert [fix.code for fix in found.hypotheses[0].fixes] == ["z, _ = net.encode(x)"]


def test_values_that_went_on_under_another_name_are_told_without_code(tmp_path: Path) -> None:
    lines = "w, a = 0, net.encode(x)\nb = net.encode(x)\nz = b if w == 0 else torch.lerp(a[0], b[0], w)"
    answer = diagnosed(NET.format(lines, "z"), tmp_path / "net.py").hypotheses[0]
    assert "to net.encode(x) in line 16" in answer.says
    assert "b, _ = net.encode(x)" in answer.advice
    assert not answer.fixes


def test_values_of_a_method_that_stands_elsewhere_are_told_by_their_parts(tmp_path: Path) -> None:
    values = "self.mean(x), self.spread(x)"
    method = f"def encode(self, x):\n        return {values}"
    hidden = NET.replace(method, f"encode = lambda self, x: ({values})")
    lines = "a = net.encode(x)\nb = a[0]\nz = a if len(a) else b"
    answer = diagnosed(hidden.format(lines, "z"), tmp_path / "net.py").hypotheses[0]
    assert "z is made of a = net.encode(x) (line " in answer.says
    assert not answer.fixes


def test_a_single_tensor_leaves_the_tuple_to_the_layers_within(tmp_path: Path) -> None:
    text = NET.replace("nn.Sequential(nn.Linear(2, 3))", "nn.Sequential(nn.GRU(3, 3), nn.Linear(3, 3))")
    answer = diagnosed(text.format("z = net.mean(x) @ torch.rand(2, 3)", "z"), tmp_path / "net.py").hypotheses[0]
    assert "GRU" in answer.says
