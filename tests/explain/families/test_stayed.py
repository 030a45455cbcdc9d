"""What a file leaves behind when it moves the rest; meta stands for a GPU."""

from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, error_of

NET = """
    device = torch.device("cuda" if torch.cuda.is_available() else "meta")

    class Block(nn.Module):
        def __init__(self, wide):
            super().__init__()
            self.fc = nn.Linear(wide, 4)

        def forward(self, x):
            return self.fc(x)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(3, 4)
            {0}

        def forward(self, x):
            x = self.first(x)
            {1}

    net = Net().to(device)
    y = net(torch.rand(2, 3, device=device))
    assert y.device.type == "meta"
"""


@pytest.mark.parametrize(
    ("made", "used", "words"),
    [
        ("self.parts = [nn.Linear(4, 4), nn.Linear(4, 4)]", "return self.parts[1](x)", "nn.ModuleList(…)"),
        (
            "self.parts = [Block(4) for _ in range(2)]",
            "for part in self.parts:\n                x = part(x)\n            return x",
            "is a plain list",
        ),
        (
            "self.parts = []\n            for i in range(2):\n                self.parts.append(Block(4))",
            "for i, part in enumerate(self.parts):\n                x = part(x)\n            return x",
            "self.parts = nn.ModuleList",
        ),
        ('self.heads = {"a": Block(4), "b": Block(4)}', 'return self.heads["a"](x)', "nn.ModuleDict(…)"),
        (
            'self.heads = {}\n            for name in "ab":\n                self.heads[name] = nn.Linear(4, 4)',
            'head = self.heads["b"]\n            return head(x)',
            "is a plain dict",
        ),
    ],
)
def test_layers_in_a_plain_list_are_told_from_the_file(tmp_path: Path, made: str, used: str, words: str) -> None:
    text = dedent(NET).replace("{0}", made.replace("\n    ", "\n")).replace("{1}", used.replace("\n    ", "\n"))
    assert_file_mends(text, words, tmp_path / "net.py")


LOOP = """
    device = "meta"
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).to(device)
    counts = torch.tensor([3.0, 1.0])
    criterion = nn.CrossEntropyLoss()
    x, target = torch.rand(2, 3), torch.tensor([0, 1])
    x, target = x.to(device), target.to(device)
    loss = criterion(net(x), target)
    assert loss.device.type == "meta"
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Loss()", "Loss(weight=counts.sum() / counts)", "has its weight, counts.sum() / counts, on the CPU"),
        (
            "criterion = nn.CrossEntropyLoss()",
            "criterion = nn.BCEWithLogitsLoss(pos_weight=counts)\nboth = torch.ones(2, 2, device=device)\n"
            "wide = criterion(net(both.new_ones(2, 3)), both)\ncriterion = nn.CrossEntropyLoss()",
            "criterion, made in line 9, has its weight, counts",
        ),
        ("Loss()", "Loss(counts, label_smoothing=0.1)", "criterion, made in line 9"),
        (
            "net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).to(device)",
            "net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 5))\nnet.to(device)\n"
            "net[2] = nn.Linear(4, 2)",
            "net was moved before, in line 8",
        ),
        (
            "x, target = x.to(device), target.to(device)",
            "x.to(device)\ntarget.to(device)",
            "x and target stay on the CPU",
        ),
    ],
)
def test_what_isn_t_moved_with_the_rest_is_told_from_the_file(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = dedent(LOOP).replace(old, new)
    assert text != dedent(LOOP)
    assert_file_mends(text, words, tmp_path / "train.py")


@pytest.mark.parametrize(
    ("made", "used", "words"),
    [
        ("pass", "last = nn.Linear(4, 4)\n        return last(x)", "in every call: on the CPU"),
        (
            "self.parts = [nn.Linear(4, 4).to(device)]",
            "return self.parts[0](x) + torch.ones(4)",
            "torch.ones(4) is made",
        ),
        (
            "self.parts = [Block(4)]\n        for part in self.parts:\n            part.to(device)",
            "return self.parts[0](x) + torch.ones(4)",
            "torch.ones(4) is made",
        ),
        (
            "self.parts = [Block(4)]\n        self.all = nn.ModuleList(self.parts)",
            "return self.parts[0](x) + torch.ones(4)",
            "torch.ones(4) is made",
        ),
    ],
)
def test_layers_that_are_moved_are_not_blamed(tmp_path: Path, made: str, used: str, words: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(IMPORTS + dedent(NET).replace("{0}", made).replace("{1}", used))
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert words in found.hypotheses[0].says


@pytest.mark.parametrize("made", ["nn.Linear(3, 4)", "Block(3)"])
def test_modules_are_moved_in_place(tmp_path: Path, made: str) -> None:
    path = tmp_path / "train.py"
    block = "class Block(nn.Linear):\n    def __init__(self, n):\n        super().__init__(n, 4)\n\n"
    step = "def step(model, x):\n    return model(x)\n\n"
    path.write_text(f'{IMPORTS}{block}{step}net = {made}\nnet.to("meta")\nstep(net, torch.rand(2, 3))\n')
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "x, or the model, was not moved" in found.hypotheses[0].says


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("found at least two devices, cpu and cuda:0! (when checking argument for argument mat1 in method m)", "plain"),
        (
            "found at least two devices, cuda:0 and cpu! (when checking argument for argument mat1 in method m)",
            "not moved",
        ),
        ("got mat2 is on cpu, different from other tensors on cuda:0 (when checking argument in method m)", "plain"),
    ],
)
def test_the_message_tells_which_side_stayed(tmp_path: Path, message: str, words: str) -> None:
    path = tmp_path / "net.py"
    made, used = "self.parts = [nn.Linear(4, 4)]", "return self.parts[0](x)"
    path.write_text(IMPORTS + dedent(NET).replace("{0}", made).replace("{1}", used))
    text, _, _ = error_of(path).partition("RuntimeError:")
    found = diagnose(read(f"{text}RuntimeError: Expected all tensors to be on the same device, but {message}"))
    assert found is not None
    assert words in found.hypotheses[0].says


def test_no_weights_are_loaded_where_meta_is_a_device_to_work_on(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    text = dedent(LOOP).replace("x, target = x.to(device), target.to(device)", "net.load_state_dict(net.state_dict())")
    for code, words in ((text, "not moved"), (text.replace("net.state_dict()", "saved"), "assign=True")):
        path.write_text(IMPORTS + "saved = {}\n" * ("saved" in code) + code.replace("net.load", "0 and net.load"))
        found = diagnose(read(error_of(path)))
        assert found is not None
        assert words in f"{found.hypotheses[0].says} {found.hypotheses[0].advice}"


HEAD = """
    def with_head(model, classes):
        model[2] = nn.Linear(4, classes)
        return model

    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 9)).to("meta")
    # net.load_state_dict(torch.load("weights.pt"))
    net = with_head(net, 2)
    y = net(torch.rand(2, 3, device="meta"))
    assert y.shape == (2, 2)
"""


def test_a_layer_that_a_function_puts_into_a_moved_model(tmp_path: Path) -> None:
    words = "model[2], made in line 7, is on the CPU: line 12 calls with_head, and net was moved before, in line 10"
    assert_file_mends(dedent(HEAD), words, tmp_path / "train.py")


def test_a_layer_that_is_made_on_a_device_is_not_blamed(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    text = dedent(HEAD).replace("(4, classes)", '(4, classes, device="meta")').replace(', device="meta"))\n', "))\n")
    path.write_text(IMPORTS + text)
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "is on the CPU" not in found.hypotheses[0].says


def test_a_commented_line_loads_no_weights(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    text = dedent(LOOP).replace("x, target = x.to(device)", '# net.load_state_dict(torch.load("a.pt"))\ntarget')
    path.write_text(IMPORTS + text)
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "not moved" in found.hypotheses[0].says
