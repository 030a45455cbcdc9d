"""What is handed over: told by its type and the user's line."""

import pytest

from tests.explain import assert_first, at

CASES = [
    (
        at("n = self.pool(z).size(0)", "AttributeError: 'tuple' object has no attribute 'size'"),
        "not-a-tensor",
        "call",
        "self.pool(z) is a tuple",
    ),
    (
        at(
            "y = self.norm(self.conv2(z))",
            "TypeError: conv2d(): argument 'input' (position 1) must be Tensor, not method",
        ),
        "not-a-tensor",
        "call",
        "z is a function",
    ),
    (
        at("h = self.drop(pooled)", "TypeError: dropout(): argument 'input' (position 1) must be Tensor, not str"),
        "not-a-tensor",
        "call",
        "name of a result",
    ),
    (
        at("y = self.conv(levels)", "TypeError: conv2d(): argument 'input' (position 1) must be Tensor, not list"),
        "not-a-tensor",
        "data",
        "one after the other",
    ),
    (
        "self.fc.bias.data.fill_(0)\nAttributeError: 'NoneType' object has no attribute 'data'",
        "not-a-tensor",
        "model",
        "bias=False",
    ),
    (
        "p.grad.data.clamp_(-1, 1)\nAttributeError: 'NoneType' object has no attribute 'data'",
        "not-a-tensor",
        "call",
        "no part in the loss",
    ),
    (
        """Traceback (most recent call last):
  File "main.py", line 216, in train
    outputs = model(inputs)
  File "/usr/lib/python3/site-packages/torch/nn/parallel/parallel_apply.py", line 42, in _worker
    output = module(*input, **kwargs)
  File "/usr/lib/python3/site-packages/torch/nn/modules/module.py", line 325, in __call__
    result = self.forward(*input, **kwargs)
TypeError: forward() missing 1 required positional argument: 'input'""",
        "call-arguments",
        "data",
        "fewer than there are GPUs",
    ),
    (
        "x = self.conv2(x),\nTypeError: conv2d(): argument 'input' (position 1) must be Tensor, not tuple",
        "not-a-tensor",
        "call",
        "comma",
    ),
    ("linear(): argument 'input' (position 1) must be Tensor, not tuple", "not-a-tensor", "call", "tuple"),
    (
        "conv2d() received an invalid combination of arguments - got (numpy.ndarray, Parameter, Parameter, tuple, "
        "tuple, tuple, int), but expected one of:",
        "not-a-tensor",
        "data",
        "NumPy",
    ),
    (
        "cross_entropy_loss(): argument 'input' (position 1) must be Tensor, not NoneType",
        "not-a-tensor",
        "model",
        "without return",
    ),
    (
        "cross_entropy_loss(): argument 'input' (position 1) must be Tensor, not InceptionOutputs",
        "not-a-tensor",
        "call",
        "auxiliary",
    ),
    ("relu(): argument 'input' (position 1) must be Tensor, not Linear", "not-a-tensor", "call", "not called"),
    (
        "conv2d() received an invalid combination of arguments - got (Image, Parameter, Parameter, tuple, tuple, "
        "tuple, int), but expected one of:",
        "not-a-tensor",
        "data",
        "Pillow",
    ),
    ("__init__() missing 1 required positional argument: 'kernel_size'", "call-arguments", "model", "kernel_size"),
    (
        "torch.save(net.module(), path)\nTypeError: forward() missing 1 required positional argument: 'x'",
        "call-arguments",
        "call",
        "net.module without brackets",
    ),
    (
        "conv2d(): argument 'input' (position 1) must be Tensor, not builtin_function_or_method",
        "not-a-tensor",
        "call",
        "brackets are missing",
    ),
    ("Net.forward() takes 2 positional arguments but 3 were given", "call-arguments", "call", "forward"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
