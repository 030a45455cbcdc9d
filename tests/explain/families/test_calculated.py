"""Two tensors that a line calculates with, on two devices: which of them is to be moved."""

import pytest

from tests.explain import assert_first, at, first

ON_GPU = "RuntimeError: Expected object of backend CPU but got backend CUDA for argument #2 '{0}'"
ON_CPU = "RuntimeError: Expected object of backend CUDA but got backend CPU for argument #2 '{0}'"


@pytest.mark.parametrize(
    ("line", "message", "says", "code"),
    [
        (
            "ok = w.gt(limit).cuda()",
            ON_CPU,
            "w is on CUDA and limit on CPU",
            "ok = w.gt(limit.to(w.device)).cuda()",
        ),
        ("kept = w > limit", ON_GPU, "w is on CPU and limit on CUDA", "kept = w.to(limit.device) > limit"),
        ("kept = torch.lt(w, 2 * b)", ON_CPU, "2 * b on CPU", "kept = torch.lt(w, (2 * b).to(w.device))"),
    ],
)
def test_what_is_compared_by_elements(line: str, message: str, says: str, code: str) -> None:
    answer = first(at(line, message.format("other")))[1]
    assert says in answer.says
    assert [fix.code for fix in answer.fixes] == [code]


@pytest.mark.parametrize(
    ("line", "message", "change", "words"),
    [
        ("h = torch.mm(x, self.weight)", ON_GPU, "device", "x.to(self.weight.device)"),
        ("h = torch.mm(x, self.weight)", ON_CPU, "model", "the model wasn't moved"),
        ("h = self.table @ x", ON_GPU, "model", 'register_buffer("table", …)'),
    ],
)
def test_the_factors_of_a_product(line: str, message: str, change: str, words: str) -> None:
    assert_first(at(line, message.format("mat2")), "device-mixed", change, words)


@pytest.mark.parametrize(
    ("message", "change", "words"),
    [
        (ON_GPU, "model", "self.basis is on CPU and pose.t() on CUDA: mano (net.py:7), of which self.basis is a part"),
        (ON_CPU, "data", "what mano (net.py:7) was given wasn't moved"),
    ],
)
def test_a_librarys_layer_is_moved_as_a_whole(message: str, change: str, words: str) -> None:
    text = at("hand = mano(pose)", message.format("mat2"), "manopth/manolayer.py")
    text = text.replace("    ...", "    self.basis, pose.t()).permute(2, 0, 1)")  # the last line of a call
    assert_first(text, "device-mixed", change, words)


def test_an_operation_among_several_isn_t_chosen() -> None:
    assert "one is on CPU" in first(at("kept = (w > a) & (w < b)", ON_CPU.format("other")))[1].says


@pytest.mark.parametrize(("message", "words"), [(ON_GPU, "the model is on CUDA and x isn't"), (ON_CPU, "weights of")])
def test_the_second_factor_of_a_layer_is_its_weights(message: str, words: str) -> None:
    text = at("x = self.fc(x)", message.format("mat2"), "torch/nn/modules/linear.py", "torch/nn/functional.py")
    assert words in first(text)[1].says
