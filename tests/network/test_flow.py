"""Ways through a forward that aren't chains, each with its reason."""

import ast

import pytest

from convcli.layers import Layer
from convcli.network.flow import Flow, NotAChain, Tensor
from convcli.network.parts import Part

CONV = Part("conv", "Conv2d", layer=Layer.of("relu"))
BLOCKS = Part("blocks", "ModuleList", parts=[CONV, CONV])


def followed(body: str) -> list[str]:
    flow = Flow({"x": Tensor(0), "self.conv": CONV, "self.blocks": BLOCKS, "self.width": 4}, lambda name: None)
    flow.run(ast.parse(body).body)
    return [part.name for part in flow.chain]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("x = self.conv(x)", ["conv"]),
        ("y = self.conv(x)\nz = F.relu(y)", ["conv", "relu"]),
        ("for block in self.blocks:\n  x = block(x)", ["blocks.conv", "blocks.conv"]),
        ("x = self.blocks[1](x)", ["blocks.conv"]),
        ("x = x.view(x.size(0), -1)", ["view"]),
        ("x = x.view(x.shape[0], self.width * 2)", ["view"]),
        ("x = x.contiguous().float() / 255", []),
        (
            "if self.width:\n  x = self.conv(x)\nelse:\n  x = F.relu(x)",
            ["conv"],
        ),
        ("x: torch.Tensor = nn.functional.relu(x)", ["relu"]),
        ("x = relu(x)", ["relu"]),
    ],
)
def test_chains(body: str, names: list[str]) -> None:
    assert followed(body) == names


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("x = x + self.conv(x)", "brings two paths together"),
        ("y = self.conv(x)\nz = self.conv(x)", "two paths"),
        ("x = torch.cat([x, x], 1)", "brings paths together"),
        ("x = self.conv(x, 3)", "takes more than the tensor"),
        ("x = self.unknown(x)", "can't be"),
        ("while True:\n  x = self.conv(x)", "can't be followed"),
        ("if x.sum() > 0:\n  x = self.conv(x)", "decides"),
        ("x = F.fold(x, 3)", "isn't known here"),
        ("x = F.max_pool2d(x)", "can't be read"),
        ("x = x[:, 0]", "can't be known"),
        ("for i in x:\n  pass", "can't be gone through"),
        ("x = self.blocks[9](x)", "can't be known"),
    ],
)
def test_what_is_none(body: str, said: str) -> None:
    with pytest.raises(NotAChain, match=said):
        followed(body)
