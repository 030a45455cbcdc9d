"""Calls: how many are taken and given, and by what."""

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import assert_first, at, first

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
    (
        "TypeError: forward() missing 1 required positional argument: 'indices'",
        "call-arguments",
        "call",
        "return_indices=True",
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


MISSING = "TypeError: forward() missing 1 required positional argument: 'mask'"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{MISSING}\nimport torch\ntraced = torch.jit.trace(net, torch.rand(1, 3))", "torch.jit.trace calls"),
        (at("torch.onnx.export(net, x, 'net.onnx')", MISSING, "torch/onnx/utils.py"), "torch.onnx.export calls"),
        (at("writer.log(net)", MISSING, "torch/jit/_trace.py"), "torch.jit calls"),
    ],
)
def test_what_traces_a_network_has_one_example(text: str, words: str) -> None:
    assert_first(text, "call-arguments", "call", "whose forward(x) calls self.model(x, True)")
    assert words in first(text)[1].says


def test_a_list_of_layers_among_others_takes_no_input() -> None:
    text = "net = nn.Sequential(*list(vit.children())[:3])\nx = torch.rand(1, 3)\ny = net(x)\n"
    message = "TypeError: forward() takes 1 positional argument but 2 were given"
    assert_first(text + message, "call-arguments", "model", "*model.blocks")
    assert "forward_features" in first(text + message)[1].advice
    three = message.replace("1 positional argument but 2", "2 positional arguments but 3")
    assert "nn.Sequential takes one input" in first(text + three)[1].says


UNEXPECTED = "TypeError: __init__() got an unexpected keyword argument 'num_classes'"
OWN = '\n  File "models.py", line 31, in tiny_vit\n    {0}\nTypeError:'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            at("net = create_model(name)", UNEXPECTED, "timm/models/factory.py").replace(
                "\nTypeError:", OWN.format("return Vit(**kwargs)")
            ),
            "kwargs.pop('num_classes', None) before that call",
        ),
        (at("net = build(num_classes=3)", UNEXPECTED, "torchvision/models/a.py"), "the version of torchvision"),
        (at("net = build(config)", UNEXPECTED, "mmcv/utils/registry.py"), "mmcv hands 'num_classes' on"),
    ],
)
def test_a_package_that_builds_networks_hands_an_argument_on(text: str, words: str) -> None:
    assert_first(text, "call-arguments", "call", words)


@pytest.mark.parametrize(
    "text",
    [
        at("frame = read(path)", UNEXPECTED, "pandas/io/parsers.py"),
        at("fit(net)", UNEXPECTED, "lightning/trainer.py").replace("\nTypeError:", OWN.format("plot(num_classes=3)")),
        at("fit(net)", UNEXPECTED, "lightning/trainer.py", "matplotlib/axes.py"),
    ],
)
def test_other_packages_arguments_are_left_alone(text: str) -> None:
    assert diagnose(read(text)) is None


def test_caller_and_network_of_one_repository_may_be_of_two_versions() -> None:
    text = at("out = self.model(a, b)", "TypeError: forward() missing 1 required positional argument: 'c'", MODULE)
    assert "two versions" not in first(text)[1].advice
    outer = '(most recent call last):\n  File "main.py", line 3, in <module>\n    run()'
    assert "two versions" in first(text.replace("(most recent call last):", outer))[1].advice
