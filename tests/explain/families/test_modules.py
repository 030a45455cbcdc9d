"""Modules, sizes and single numbers."""

from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, diagnosed, error_of

CASES = [
    (
        "empty(): argument 'size' must be tuple of ints, but found element of type float at pos 2",
        "float-size",
        "model",
        "float",
    ),
    (
        "conv2d() received an invalid combination of arguments - got (Tensor, Tensor, Tensor, tuple, tuple, "
        "tuple, int), but expected one of:\n * (Tensor input)\n      didn't match because some of the "
        "arguments have invalid types: (Tensor, Tensor, Tensor, tuple of (bool, bool), tuple of (int, "
        "int), int)",
        "float-size",
        "model",
        "bool",
    ),
    ("cannot assign module before Module.__init__() call", "module-made", "model", "__init__"),
    ('Module [ModuleList] is missing the required "forward" function', "module-made", "model", "only holds"),
    (
        "conv2d() received an invalid combination of arguments - got (Tensor, weight=Tensor, bias=NoneType, "
        "stride=float, padding=int, dilation=int, groups=int), but expected one of:",
        "float-size",
        "model",
        "stride is of type float",
    ),
    ("torch.FloatTensor is not a Module subclass", "module-made", "model", "a tensor came"),
    ("NoneType is not a Module subclass", "module-made", "model", "no return"),
    ("__main__.Norm is not a Module subclass", "module-made", "model", "class Norm(nn.Module)"),
    ("torch.nn.functional.glu is not a Module subclass", "module-made", "model", "glu is a function"),
    ("torch.nn.modules.activation.ReLU is not a Module subclass", "module-made", "model", "ReLU"),
    (
        "model.module.features.unfix(epoch)\nModuleAttributeError: 'SiamRPN' object has no attribute 'module'",
        "module-made",
        "call",
        "without .module",
    ),
    ("optimizer got an empty parameter list", "module-made", "model", "no parameters"),
    ("a Tensor with 3 elements cannot be converted to Scalar", "number-wanted", "call", "3 elements"),
    (
        "TypeError: cannot assign 'torch.FloatTensor' as child module 'fc' (torch.nn.Module or None expected)",
        "parameter-assigned",
        "model",
        "name of its own",
    ),
    (
        "TypeError: cannot assign 'torch.cuda.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)",
        "parameter-assigned",
        "model",
        "layer.weight.copy_(tensor)",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("net = nn.Sequential(nn.Linear(3, 4), [nn.ReLU(), nn.Linear(4, 2)])", "one of its elements is a list"),
        ("net = nn.Sequential(nn.Linear(3, 2), nn.ReLU)", "ReLU is a class"),
        ("net = nn.Sequential(nn.Linear(3, 2), F.leaky_relu)", "nn.LeakyReLU()"),
        ("parts = [nn.Linear(3, 2)]\nnet = nn.Sequential(parts)", "nn.Sequential(*layers)"),
        (
            "parts = [nn.Linear(3, 4)]\nparts.append((nn.ReLU(), nn.Linear(4, 2)))\nnet = nn.Sequential(*parts)",
            "extend",
        ),
        (
            """
            def block(i, o):
                return [nn.Linear(i, o), nn.ReLU()]

            parts = [nn.Linear(3, 4)]
            parts.append(block(4, 2))
            net = nn.Sequential(*parts)
            """,
            "got a list: one of its elements is a list itself",
        ),
        (
            """
            class Net(nn.Module):
                def __init__(self, width):
                    super().__init__()
                    self.conv = nn.Conv1d(5, width, 3, padding=3 / 3)

                def forward(self, x):
                    return self.conv(x)[:, :2, 0]

            wide = Net(2)
            wide(torch.rand(2, 5, 3))
            net = nn.Linear(3, 2)
            """,
            "padding is of type float",
        ),
    ],
)
def test_a_file_is_mended(tmp_path: Path, text: str, words: str) -> None:
    text = f"{dedent(text)}\nassert net(torch.rand(5, 3)).shape == (5, 2)"
    assert_file_mends(text, words, tmp_path / "net.py")


def test_a_list_of_layers_among_the_children_of_a_network(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    made = "self.stem, self.blocks = nn.Linear(3, 4), nn.ModuleList([nn.Linear(4, 4)])"
    net = f"class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {made}\n"
    path.write_text(f"{IMPORTS}{net}layers = nn.Sequential(*Net().children())\nlayers(torch.rand(2, 3))\n")
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "stands in an nn.Sequential" in found.hypotheses[0].says
    assert "*model.blocks" in found.hypotheses[0].advice
    assert "forward_features" in found.hypotheses[0].advice


def test_code_below_a_message_is_no_part_of_it() -> None:
    code = "class Net(pl.LightningModule):\n    def forward(self, x):\n        return self.fc(x)\n"
    assert_first(f"ValueError: optimizer got an empty parameter list\n\n{code}", "module-made", "model", "in self")


@pytest.mark.parametrize("name", ["_init_", "__int__"])
def test_an_init_that_is_misspelt_makes_no_layers(name: str, tmp_path: Path) -> None:
    text = f"class Net(nn.Module):\n    def {name}(self):\n        self.fc = nn.Linear(3, 4)\n"
    found = diagnosed(f"{text}torch.optim.SGD(Net().parameters(), lr=0.1)\n", tmp_path / "net.py")
    assert found.hypotheses[0].says.startswith(f"{name} isn't __init__")


def test_parameters_that_were_gone_through_are_none_any_more(tmp_path: Path) -> None:
    text = """
def fit():
    net = nn.Linear(3, 4)
    params = net.parameters()
    print(sum(p.numel() for p in params))
    return torch.optim.SGD(params, lr=0.1)

fit()
"""
    assert "can be gone through once" in diagnosed(text, tmp_path / "net.py").hypotheses[0].says
    kept = text.replace("    print(sum(p.numel() for p in params))\n", "").replace("nn.Linear(3, 4)", "nn.ReLU()")
    assert "has no parameters" in diagnosed(kept, tmp_path / "net.py").hypotheses[0].says


def test_a_size_that_is_computed_from_a_ratio_is_a_float(tmp_path: Path) -> None:
    found = diagnosed("ratio = 0.25\nnn.Linear(64, 64 * ratio)\n", tmp_path / "net.py")
    assert "a ratio say" in found.hypotheses[0].says
