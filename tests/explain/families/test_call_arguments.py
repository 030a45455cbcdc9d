"""Calls: how many are taken and given, and by what."""

import pytest

from tests.explain import assert_first, at

COUNTED = "TypeError: {}forward() takes {} positional arguments but {} were given"
MODULE = "torch/nn/modules/module.py"
CASES = [
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
    ("__init__() missing 1 required positional argument: 'kernel_size'", "call-arguments", "model", "kernel_size"),
    (
        "torch.save(net.module(), path)\nTypeError: forward() missing 1 required positional argument: 'x'",
        "call-arguments",
        "call",
        "net.module without brackets",
    ),
    (COUNTED.format("Net.", 2, 3), "call-arguments", "call", "1 input beside self, and 2 came"),
    (
        at("x = self.mix(x, seen)", COUNTED.format("", 2, 3), MODULE),
        "call-arguments",
        "call",
        "the forward of self.mix takes 1 input beside self, and 2 are handed over: x, seen",
    ),
    (
        at("out = net(a, self.b, c)", COUNTED.format("Net.", 3, 4), MODULE),
        "call-arguments",
        "call",
        "def forward(self, a, b, c)",
    ),
    (at("out = net(*batch)", COUNTED.format("", 2, 4), MODULE), "call-arguments", "call", "starred"),
    (at("out = net(a, b)", COUNTED.format("Sequential.", 2, 3), MODULE), "call-arguments", "model", "nn.Sequential"),
    (
        at(
            "out = self.layers(x)",
            "TypeError: Mix.forward() missing 1 required positional argument: 'seen'",
            "torch/nn/modules/container.py",
        ),
        "call-arguments",
        "model",
        "hands one tensor",
    ),
    ("forward() missing 1 required positional argument: 'input'", "call-arguments", "model", "torch's own layers"),
    (
        "out = Net.forward(x)\nTypeError: forward() missing 1 required positional argument: 'x'",
        "call-arguments",
        "call",
        "Net is a class",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


PASTED = (
    "class Two(nn.Module):\n"
    "    def forward(self, x, y):\n"
    "        return x + y\n"
    "net = {}\n"
    "net({})\n"
    "TypeError: forward() {}\n"
)


@pytest.mark.parametrize(
    ("made", "handed", "message", "change", "words"),
    [
        (
            "nn.Sequential()\nnet.add_module('two', Two())",
            "1, 2",
            "takes 2 positional arguments but 3 were given",
            "model",
            "nn.Sequential takes one input",
        ),
        (
            "Two()",
            "1",
            "missing 1 required positional argument: 'y'",
            "call",
            "y is missing, of (self, x, y) in line 2",
        ),
        ("Two()", "1, 2, 3", "takes 3 positional arguments but 4 were given", "call", "Two.forward takes 2 inputs"),
    ],
)
def test_the_forward_of_what_is_called_in_pasted_code(
    made: str, handed: str, message: str, change: str, words: str
) -> None:
    assert_first(PASTED.format(made, handed, message), "call-arguments", change, words)
