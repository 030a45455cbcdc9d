"""Which mistake a linear layer's numbers tell of."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, at, error_of, explained

CASES = [
    ("mat1 and mat2 shapes cannot be multiplied (6x1 and 6x36)", "linear-size", "data", "column"),
    ("mat1 and mat2 shapes cannot be multiplied (640x5 and 800x10)", "linear-size", "call", "isn't flattened"),
    ("mat1 and mat2 shapes cannot be multiplied (1x3200 and 800x10)", "linear-size", "call", "batch was flattened"),
    ("mat1 and mat2 shapes cannot be multiplied (1x159 and 53x128)", "linear-size", "data", "159 values"),
    ("mat1 and mat2 shapes cannot be multiplied (1x30720 and 512x1000)", "linear-size", "data", "60 cells"),
    (
        "x = self.fc(x.view(-1))\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (1x30720 and 512x1000)",
        "linear-size",
        "call",
        "batch was flattened",
    ),
    ("mat1 and mat2 shapes cannot be multiplied (12288x3 and 1024x196)", "linear-size", "call", "[4, 1024, 3, 3]"),
    ("mat1 and mat2 shapes cannot be multiplied (2x3 and 64x64)", "linear-size", "call", "hidden states"),
    ("mat1 and mat2 shapes cannot be multiplied (1x786432 and 512x1280)", "linear-size", "data", "3 · 512 · 512"),
    ("mat1 and mat2 shapes cannot be multiplied (10200x2112 and 2112x5000)", "linear-size", "device", "do fit"),
    ("size mismatch, m1: [4 x 10], m2: [84 x 10]", "linear-size", "model", "same layer"),
    ("mat1 and mat2 shapes cannot be multiplied (154x768 and 1024x320)", "linear-size", "checkpoint", "versions"),
    ("mat1 and mat2 shapes cannot be multiplied (549x6656 and 1x22151168)", "linear-size", "model", "4-bit"),
    (
        "y = a @ b\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (4x5 and 4x5)",
        "linear-size",
        "call",
        "has to be turned",
    ),
    (
        "y = torch.mm(a, b)\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (4x5 and 4x7)",
        "linear-size",
        "call",
        "share 4 rows",
    ),
    (
        "mat1 and mat2 shapes cannot be multiplied (2x5120 and 2560x1280)",
        "linear-size",
        "checkpoint",
        "belong together",
    ),
    ("mat1 and mat2 shapes cannot be multiplied (9040x512 and 1024x256)", "linear-size", "checkpoint", "512 features"),
    ("mat1 and mat2 shapes cannot be multiplied (12x64 and 768x5)", "linear-size", "data", "x.unsqueeze(0)"),
    (
        "y = torch.mm(a, self.mix)\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (1x3 and 5x32)",
        "linear-size",
        "model",
        "make self.mix",
    ),
    (
        "--> 1372         ret = torch.addmm(bias, input, weight.t())\n"
        "RuntimeError: size mismatch, m1: [1 x 4608], m2: [512 x 7] at a.cpp:9",
        "linear-size",
        "data",
        "512 maps of 3×3 cells",
    ),
    (
        "loss = F.mse_loss(fc(batch_t), y)\nRuntimeError: size mismatch, m1: [64 x 1], m2: [3 x 1] at a.c:9",
        "linear-size",
        "data",
        "batch_t has 1 feature a sample, and fc takes 3",
    ),
    (
        "pred = linear(inputs)\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (50x11 and 13x1)",
        "linear-size",
        "data",
        "inputs has 11 features a sample",
    ),
    (
        "h = linear(images)\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (1792x28 and 784x10)",
        "linear-size",
        "call",
        "isn't flattened",
    ),
    ("mat1 and mat2 shapes cannot be multiplied (0x3 and 32x64)", "linear-size", "data", "empty"),
    ("mat1 and mat2 shapes cannot be multiplied (1x12800 and 400x84)", "linear-size", "call", "32 · 400"),
    ("mat1 and mat2 shapes cannot be multiplied (2708x7 and 256x256)", "linear-size", "call", "out_dim"),
    (
        at(
            "return F.linear(x, self.weight)",
            "RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x614400 and 2048x2048)",
        ).replace("net.py", "/home/me/transformers_modules/layer.py"),
        "linear-size",
        "call",
        "300 tokens of 2048 stand in one row",
    ),
    (
        at("h = adj @ h", "RuntimeError: mat1 and mat2 shapes cannot be multiplied (11x11 and 14x8)"),
        "linear-size",
        "data",
        "adj is made for 11 nodes, and h has 14 rows",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_a_network_whose_layers_are_made_in_a_loop_is_told_by_the_call_that_makes_it(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"""{IMPORTS}
class Net(nn.Module):
    def __init__(self, n_in, widths=(16, 8)):
        super().__init__()
        sizes = [n_in, *widths]
        self.layers = nn.Sequential(*[nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
    def forward(self, x):
        return self.layers(x)
columns = ["one", "two", "three"]
net = Net(len(columns))
y = net(torch.rand(4, 9))
""")
    found = diagnose(read(error_of(path)))
    assert found and "n_in=9 where Net is made, in the place of len(columns)" in found.hypotheses[0].advice


def test_a_layer_within_a_model_of_no_known_name_is_just_the_layer() -> None:
    files = "torch/nn/modules/container.py", "torch/nn/modules/linear.py"
    message = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (7x80 and 100x30)"
    found = diagnose(read(at("y = model(x)", message, *files)))
    assert found is not None
    assert "in_features=80 where the layer is made" in found.hypotheses[0].advice


@pytest.mark.parametrize("product", ["h @ mixes + 1", "torch.mm(h, mixes)", "h.relu().matmul(mixes)"])
def test_sides_of_a_product_that_fit_in_the_other_order_are_swapped(product: str, tmp_path: Path) -> None:
    text = f"""
mixes, h = torch.rand(7, 7), torch.rand(7, 3)
y = {product}
assert y.shape == (7, 3)
"""
    assert_file_mends(text, "stand in the wrong order", tmp_path / "net.py")


def test_a_weight_is_not_swapped_with_a_batch_that_happens_to_be_as_large() -> None:
    message = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x10 and 64x64)"
    found = diagnose(read(at("h = x @ self.mix", message)))
    assert found and "wrong order" not in found.hypotheses[0].says


def test_a_product_within_what_the_line_calls_has_no_names_from_the_line() -> None:
    found = explained(
        at("evaluate(net, data)", "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x5 and 4x5)")
    )
    assert [name for name, _ in found.rule.operands()] == ["the first", "the second"]
    assert not any(each.fixes for each in found.hypotheses)
