"""Gradients: advice, no code that silences."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_first, error_of, first

CASES = [
    (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        "[torch.cuda.FloatTensor\n [3, 64, 7, 7]] is at version 3; expected version 1 instead.",
        "backward-inplace",
        "loss",
        "a weight was changed: optimizer.step()",
    ),
    (
        "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn\nUserWarning: None of "
        "the inputs have requires_grad=True. Gradients will be None",
        "no-gradient",
        "model",
        "enable_input_require_grads",
    ),
    ("element 0 of tensors does not require grad and does not have a grad_fn", "no-gradient", "loss", "cut"),
    (
        "Trying to backward through the graph a second time, but the buffers have already been freed.",
        "backward-twice",
        "call",
        "earlier step",
    ),
    (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        "[torch.cuda.FloatTensor [64]], which is output 0 of TBackward",
        "backward-inplace",
        "call",
        "after it was used",
    ),
    ("grad can be implicitly created only for scalar outputs", "backward-scalar", "loss", "each element"),
    (
        "loss_G.backward()\nRuntimeError: Trying to backward through the graph a second time",
        "backward-twice",
        "loss",
        "fake.detach()",
    ),
    (
        "criterion(out, y).backward()\nRuntimeError: Trying to backward through the graph a second time",
        "backward-twice",
        "loss",
        "run the model again",
    ),
    (
        "Expected to have finished reduction in the prior iteration before starting a new one.\nParameters "
        "which did not receive grad for rank 3: enc.head.bias, enc.head.weight\nParameter indices which did "
        "not receive grad for rank 3: 282 283",
        "unused-parameter",
        "model",
        "enc.head: made",
    ),
    ("Expected to mark a variable ready only once.", "unused-parameter", "call", "twice"),
    (
        "g = torch.autograd.grad(loss, w[0].clone())\nRuntimeError: One of the differentiated Tensors "
        "appears to not have been used in the graph.",
        "unused-parameter",
        "call",
        "makes a new tensor",
    ),
    (
        "g = torch.autograd.grad(loss, noise)\nRuntimeError: One of the differentiated Tensors appears to "
        "not have been used in the graph.",
        "unused-parameter",
        "call",
        "wasn't computed from noise",
    ),
    (
        "g = torch.autograd.grad(loss, net.parameters())\nRuntimeError: One of the differentiated Tensors "
        "appears to not have been used in the graph.",
        "unused-parameter",
        "model",
        "not called",
    ),
    (
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([1]) and output[0] has a shape of torch.Size([]).",
        "backward-scalar",
        "call",
        "a result of []",
    ),
    ("invalid gradient at index 0 - expected shape [] but got [1]", "backward-scalar", "call", "gradient of [1]"),
    (
        "It looks like your LightningModule has parameters that were not used in producing the loss returned "
        "by training_step.",
        "unused-parameter",
        "model",
        "ddp_find_unused_parameters_true",
    ),
    (
        "RuntimeError: one of the variables needed for gradient computation has been modified by an inplace "
        "operation: [torch.LongTensor [4, 512]] is at version 2; expected version 0 instead.",
        "backward-inplace",
        "data",
        "ids.clone()",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_backward_once_in_pasted_code_ran_again() -> None:
    message = "RuntimeError: Trying to backward through the graph a second time"
    text = f"loss = ((x @ w) ** 2).mean()\nloss.backward()\nw.data += -0.1 * w.grad\n\n{message}"
    assert_first(text, "backward-twice", "call", "ran again without the forward")
    assert "earlier step" in first(f"for x in xs:\n    loss = x @ w\n    loss.backward()\n\n{message}")[1].says


def test_a_tensor_that_a_loop_fills_is_told_from_a_weight_that_was_stepped(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        IMPORTS
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
    def forward(self, x):
        states = torch.zeros(2, 4, 4)
        for t in range(3):
            states[:, t + 1] = torch.tanh(self.fc(states[:, t]) + x)
        return states[:, -1]
loss = Net()(torch.rand(2, 4)).sum()
loss.backward()
"""
    )
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "line 13 writes over a tensor" in found.hypotheses[0].says
