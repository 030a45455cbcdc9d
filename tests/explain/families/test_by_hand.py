"""Kernels that no layer holds; meta stands for a GPU."""

from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import assert_first, at, explained, first

DEVICES = "RuntimeError: Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same"
TYPES = "RuntimeError: Input type (float) and weight type (double) should be the same"


def test_a_kernel_of_a_function_s_is_moved_and_not_the_model() -> None:
    answers = explained(at("y = F.conv2d(x, self.blur, groups=3)", DEVICES)).hypotheses
    assert "self.blur on the CPU: no layer's weight" in answers[0].says
    assert answers[0].fixes[0].code == "y = F.conv2d(x, self.blur.to(x.device), groups=3)"
    assert answers[1].likelihood == "possible"
    named = first(at("y = F.conv2d(input=x, weight=blur)", DEVICES))[1]
    assert named.fixes[0].code == "y = F.conv2d(input=x, weight=blur.to(x.device))"


def test_the_last_line_of_a_call_stands_for_all_of_it() -> None:
    assert_first(at("padding=self.size // 2,", DEVICES), "device-mixed", "call", "kernel.to(x.device)")
    assert_first(at("padding=self.size // 2)", TYPES), "dtype", "call", "kernel.to(x), its type and device")
    of_layer = at("padding=self.size // 2,", DEVICES, "torch/nn/modules/conv.py")
    assert_first(of_layer, "device-mixed", "model", "model.to(device)")


@pytest.mark.parametrize("line", ["y = self.conv(x)", "y = F.conv2d(x, self.conv.weight)", "y = self.conv1d(x)"])
def test_a_layer_s_weight_moves_with_the_model(line: str) -> None:
    assert "no layer's weight" not in first(at(line, DEVICES))[1].says


def test_a_parameter_moves_with_the_model(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    text = """
    class Net(nn.Module):
        def __init__(self):
            self.blur = nn.Parameter(torch.ones(1, 1, 3, 3))

        def forward(self, x):
            return F.conv2d(x, self.blur)
    """
    place = f'  File "{path}", line 7, in forward\n    return F.conv2d(x, self.blur)\n'
    kept = "nn.Parameter(torch.ones(1, 1, 3, 3))"
    for made, words in ((kept, "model.to(device) before"), ("torch.ones(3)", "buffer")):
        path.write_text(dedent(text).replace(kept, made))
        found = diagnose(read(f"Traceback (most recent call last):\n{place}{DEVICES}"))
        assert found is not None
        assert words in found.hypotheses[0].advice
