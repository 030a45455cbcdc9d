"""Checkpoints: prefixes, wrappers, heads, other models."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, explained, first

CASES = [
    (
        'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "body.0.weight", "body.1.bias", '
        '"top.weight". \n\tUnexpected key(s) in state_dict: "trunk.0.weight", "trunk.1.bias", '
        '"trunk.1.num_batches_tracked", "last.weight".',
        "state-dict",
        "checkpoint",
        "trunk is body, last is top",
    ),
    (
        "Error(s) in loading state_dict for Net:\n\tsize mismatch for class_embed.0.weight: copying a "
        "param with shape torch.Size([1, 256]) from checkpoint, the shape in current model is "
        "torch.Size([78, 256]).",
        "state-dict",
        "model",
        "1 classes",
    ),
    (
        "Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "
        '"layer1.0.conv3.weight", "layer1.0.bn3.weight".',
        "state-dict",
        "checkpoint",
        "smaller or older",
    ),
    (
        "Error(s) in loading state_dict for Net:\n\tsize mismatch for fc.weight: copying a param of "
        "torch.Size([99, 256]) from checkpoint, where the shape is torch.Size([400, 256]) in current "
        "model.",
        "state-dict",
        "model",
        "trained for 400 classes",
    ),
    (
        "Error(s) in loading state_dict for Net:\n\tUnexpected key(s) in state_dict: "
        '"_orig_mod.a.weight", "_orig_mod.a.bias", ...',
        "state-dict",
        "checkpoint",
        "torch.compile",
    ),
    (
        'Missing key(s) in state_dict: "conv1.weight", "bn1.weight", "bn1.bias".',
        "state-dict",
        "checkpoint",
        "first layer",
    ),
    (
        'Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "layers.0.weight", "binary1.bias". '
        'Unexpected key(s) in state_dict: "0.weight", ".bias".',
        "state-dict",
        "checkpoint",
        "first 7 signs",
    ),
    ('Unexpected key(s) in state_dict: "epoch", "state_dict".', "state-dict", "checkpoint", "under 'state_dict'"),
    ("KeyError: 'unexpected key \"decoder.weight\" in state_dict'", "state-dict", "checkpoint", "decoder.weight"),
    (
        'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "a.weight", "b.weight". '
        '\n\tUnexpected key(s) in state_dict: "module.a.weight", "module.b.weight". ',
        "state-dict",
        "checkpoint",
        "DataParallel",
    ),
    (
        'Error(s) in loading state_dict for DataParallel:\n\tMissing key(s) in state_dict: "module.a.weight", '
        '"module.b.weight". \n\tUnexpected key(s) in state_dict: "a.weight", "b.weight". ',
        "state-dict",
        "checkpoint",
        "is in nn.DataParallel",
    ),
    (
        'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "a.weight". \n\tUnexpected '
        'key(s) in state_dict: "epoch", "model_state_dict", "loss". ',
        "state-dict",
        "checkpoint",
        "model_state_dict",
    ),
    (
        'Error(s) in loading state_dict for Net:\n\tUnexpected key(s) in state_dict: "bert.embeddings.position_ids". ',
        "state-dict",
        "checkpoint",
        "buffer",
    ),
    (
        'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "head.weight". ',
        "state-dict",
        "checkpoint",
        "head.weight",
    ),
    (
        "Error(s) in loading state_dict for Net:\n\tsize mismatch for fc.weight: copying a param with shape "
        "torch.Size([1000, 512]) from checkpoint, the shape in current model is torch.Size([3, 512]).",
        "state-dict",
        "model",
        "1000 classes",
    ),
    (
        "Error(s) in loading state_dict for Net:\n\tsize mismatch for tok_embed.weight: copying a param with "
        "shape torch.Size([32000, 512]) from checkpoint, the shape in current model is torch.Size([32001, 512]).",
        "state-dict",
        "checkpoint",
        "tokens",
    ),
    (
        "Error(s) in loading state_dict for Net:\n\tsize mismatch for conv1.weight: copying a param with shape "
        "torch.Size([64, 3, 7, 7]) from checkpoint, the shape in current model is torch.Size([64, 1, 7, 7]).",
        "state-dict",
        "model",
        "3 channels",
    ),
    (
        "Error(s) in loading state_dict for Net:\n\tsize mismatch for a.weight: copying a param with shape "
        "torch.Size([16, 64, 1, 1]) from checkpoint, the shape in current model is torch.Size([16, 16, 3, 3]).",
        "state-dict",
        "checkpoint",
        "arguments",
    ),
    ("'collections.OrderedDict' object has no attribute 'state_dict'", "state-dict-kind", "checkpoint", "leave out"),
    ("'collections.OrderedDict' object has no attribute 'eval'", "state-dict-kind", "checkpoint", "parameters alone"),
    (
        "Error(s) in loading state_dict for Net:\n\tsize mismatch for blocks.2.gate.down.weight: copying a param with "
        "shape torch.Size([32, 256]) from checkpoint, the shape in current model is torch.Size([16, 256]).",
        "state-dict",
        "model",
        "a reduction of 8 and 16",
    ),
    (
        "Error(s) in loading state_dict for Detector:\n\tsize mismatch for head.2.weight: copying a param with shape "
        "torch.Size([255, 512, 1, 1]) from checkpoint, the shape in current model is torch.Size([24, 512, 1, 1]).",
        "state-dict",
        "model",
        "80 classes, and the model is built for 3",
    ),
    (
        "unexpected key in source state_dict: head.weight, head.bias, layers.1.blocks.1.attn_mask",
        "state-dict",
        "checkpoint",
        "3 keys",
    ),
    (
        "unexpected key in source state_dict: fc.weight, fc.bias\n\nmissing keys in source state_dict: neck.weight",
        "state-dict",
        "checkpoint",
        "neck.weight starts at random",
    ),
    (
        'Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "enc.a.weight", "enc.a.bias". '
        'Unexpected key(s) in state_dict: "encoder.a.weight", "encoder.a.bias".',
        "state-dict",
        "checkpoint",
        "renamed",
    ),
    (
        'Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "up.weight". '
        'Unexpected key(s) in state_dict: "up.weight_g", "up.weight_v".',
        "state-dict",
        "checkpoint",
        "the file alone has",
    ),
    (
        'Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "up.parametrizations.weight.original0". '
        'Unexpected key(s) in state_dict: "up.weight_g", "up.weight_v".',
        "state-dict",
        "checkpoint",
        "two spellings",
    ),
    (
        'Missing key(s) in state_dict: "a.3.weight". size mismatch for '
        "a.0.weight: copying a param with shape torch.Size([8, 4, 3, 3]) from checkpoint, the shape in current "
        "model is torch.Size([8, 4, 1, 1]).",
        "state-dict",
        "checkpoint",
        "another depth",
    ),
    (
        "Error(s) in loading state_dict for Finder:\n\tsize mismatch for neck.2.weight: copying a param with shape "
        "torch.Size([64, 512, 1, 1]) from checkpoint, the shape in current model is torch.Size([64, 1024, 1, 1]).",
        "state-dict",
        "model",
        "another backbone or width",
    ),
    (
        'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "a.weight". \n\tUnexpected '
        'key(s) in state_dict: "step", "net_weights", "optimizer_state". ',
        "state-dict",
        "checkpoint",
        "under 'net_weights'",
    ),
    (
        'Error(s) in loading state_dict for ResNet: Missing key(s) in state_dict: "fc.weight", "fc.bias". Unexpected '
        'key(s) in state_dict: "fc.0.weight", "fc.0.bias".',
        "state-dict",
        "checkpoint",
        "nn.Sequential in training",
    ),
    (
        'Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "rnn.weight_ih_l1", "rnn.bias_hh_l1".',
        "state-dict",
        "model",
        "num_layers=1",
    ),
    (
        'Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "a.weight_ih_l0", "a.bias_ih_l0". '
        'Unexpected key(s) in state_dict: "b.weight_ih_l0", "b.bias_ih_l0".',
        "state-dict",
        "checkpoint",
        "a is b|b is a",
    ),
    (
        "Error(s) in loading state_dict for Text:\n\tsize mismatch for pos_emb: copying a param with shape "
        "torch.Size([1, 64, 8]) from checkpoint, the shape in current model is torch.Size([1, 256, 8]).",
        "state-dict",
        "checkpoint",
        "64 positions in the file",
    ),
    (
        "teacher.load_state_dict(student.module.state_dict())\nRuntimeError: Error(s) in loading state_dict for Net:"
        "\n\tsize mismatch for head.weight: copying a param with shape torch.Size([10, 8]) from checkpoint, the shape "
        "in current model is torch.Size([20, 8]).",
        "state-dict",
        "model",
        "copied from student.module",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


@pytest.mark.parametrize("strict", ["", ", strict=False", ", strict=True"])
def test_a_head_is_left_out_of_what_is_loaded(strict: str) -> None:
    found = explained(
        f"net.load_state_dict(saved{strict})\nRuntimeError: Error(s) in loading state_dict for Net:\n\t"
        "size mismatch for fc.weight: copying a param with shape torch.Size([1000, 512]) from checkpoint, "
        "the shape in current model is torch.Size([3, 512])."
    )
    kept = "{key: value for key, value in saved.items() if not key.startswith('fc.')}"
    assert found.hypotheses[0].fixes[0].code == f"net.load_state_dict({kept}, strict=False)"
    assert "skips no weight" in found.rule.warning()


def test_nobody_is_warned_of_strict_where_only_counters_are_left_over() -> None:
    found = explained('Unexpected key(s) in state_dict: "bn1.num_batches_tracked", "bn2.num_batches_tracked".')
    assert found.rule.warning() == ""


HEAD = (
    "RuntimeError: Error(s) in loading state_dict for Net:\n\tsize mismatch for fc.weight: copying a param with shape "
    "torch.Size([7, 64]) from checkpoint, the shape in current model is torch.Size([9, 64])."
)


@pytest.mark.parametrize("place", ["eval.py", "tools/test_net.py", "predict_all.py", "run_demo.py"])
def test_a_head_stays_where_a_trained_model_is_used(place: str) -> None:
    text = f'  File "{place}", line 4, in <module>\n    net.load_state_dict(saved)\n{HEAD}'
    answer = first(text)[1]
    assert "the 7 classes that it was trained for" in answer.advice
    assert not answer.fixes
    assert first(text.replace(place, "finetune_test.py"))[1].fixes


def test_strict_is_warned_of_by_the_layer_that_it_would_leave_at_random() -> None:
    names = 'Missing key(s) in state_dict: "a.weight", "a.bias", "n.weight". Unexpected key(s) in state_dict: {}.'
    assert explained(names.format('"b.weight", "b.bias"')).rule.warning() == (
        "strict=False alone leaves a at random, as its weights are still called b"
    )


def test_names_are_changed_with_what_an_old_python_has() -> None:
    text = (
        '  File "/env/lib/python3.7/site-packages/torch/nn/modules/module.py", line 5, in load_state_dict\n    ...\n'
        'RuntimeError: Missing key(s) in state_dict: "a.weight", "b.weight". Unexpected key(s) in state_dict: '
        '"module.a.weight", "module.b.weight". '
    )
    code = 'state = {key.replace("module.", "", 1): value for key, value in state.items()}'
    assert first(text)[1].fixes[0].code == code
    assert "removeprefix" in first(text.replace("3.7", "3.12"))[1].fixes[0].code


def test_one_name_alone_makes_a_prefix_likely() -> None:
    answer = first("KeyError: 'unexpected key \"module.stem.weight\" in state_dict'")[1]
    assert (answer.likelihood, "module.stem.weight begins with" in answer.says) == ("likely", True)


NETS = (
    "class Old(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.fc = nn.Linear(4, 3)\n"
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.norm = nn.BatchNorm1d(4)\n"
    "        self.head = nn.Linear(4, 3)\n"
)
FILES = [
    (
        f"{NETS}net = Net()\nsaved = Old().state_dict()\nnet.load_state_dict(saved)",
        "fc is head in the model: renamed between versions; norm is new",
    ),
    (
        f"import copy\n{NETS}class Best:\n"
        "    def keep(self, net):\n"
        "        self.state = copy.deepcopy(net)\n"
        "net, best = Net(), Best()\n"
        "best.keep(net)\n"
        "net.load_state_dict(best.state)",
        "best.state is a whole model",
    ),
    (
        "class Plain(nn.Module):\n"
        "    def __init__(self, count):\n"
        "        super().__init__()\n"
        "        self.head = nn.Linear(4, count)\n"
        "def evaluate(net, saved):\n"
        "    net.load_state_dict(saved)\n"
        'evaluate(Plain(count=8), {"head.weight": torch.rand(5, 4), "head.bias": torch.rand(5)})',
        "the 5 classes that it was trained for",
    ),
    (
        "class Vit(nn.Module):\n"
        "    def __init__(self, side):\n"
        "        super().__init__()\n"
        "        self.pos_embed = nn.Parameter(torch.zeros(1, side * side + 1, 8))\n"
        "weights = Vit(2).state_dict()\n"
        "weights = dict(weights)\n"
        "Vit(3).load_state_dict(weights)",
        "a grid of 2×2 patches in the file (5 = 1 + 2·2)",
    ),
]


@pytest.mark.parametrize(("text", "words"), FILES)
def test_what_the_users_file_says_of_a_checkpoint(text: str, words: str, tmp_path: Path) -> None:
    assert_file_mends(text, words, tmp_path / "net.py")


BLOCKS = (
    "def block(*layers):\n"
    "    net = nn.Module()\n"
    "    net.body = nn.Sequential(nn.Linear(4, 8), *layers, nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))\n"
    "    return net\n"
    "saved = dict(block({}).state_dict())\n"
    "net = block({})\n"
    "net.load_state_dict(saved)"
)


@pytest.mark.parametrize(
    ("before", "now"), [("nn.ReLU()", "nn.ReLU(), nn.Dropout()"), ("nn.ReLU(), nn.ReLU()", "nn.ReLU()")]
)
def test_layers_get_their_new_numbers_in_their_order(before: str, now: str, tmp_path: Path) -> None:
    assert_file_mends(BLOCKS.format(before, now), "a layer was put in or taken out", tmp_path / "net.py")


def test_layers_of_other_kinds_get_no_numbers() -> None:
    names = 'Missing key(s) in state_dict: "a.1.weight", "a.1.running_var", "a.4.weight". '
    answer = first(f'{names}Unexpected key(s) in state_dict: "a.2.weight", "a.3.weight".')[1]
    assert "the file alone has layers [2, 3] (a.2.weight), the model alone [1, 4]" in answer.says
    assert not answer.fixes


def test_layers_that_may_have_another_between_them_get_no_numbers() -> None:
    names = 'Missing key(s) in state_dict: "a.1.weight". Unexpected key(s) in state_dict: "a.3.weight".'
    assert not first(names)[1].fixes


@pytest.mark.parametrize(
    ("name", "words", "advice"),
    [
        ("grid.inv_delta", "no weights but constants (buffers)", "have to be those of training"),
        ("head.weight", "all that the model has is in the file", "build the model that was saved, if it is to have"),
    ],
)
def test_what_the_file_has_over_where_nothing_is_missing(name: str, words: str, advice: str) -> None:
    text = (
        f'RuntimeError: Error(s) in loading state_dict for Net: Unexpected key(s) in state_dict: "{name}", "{name}s".'
    )
    found = explained(text)
    assert words in found.hypotheses[0].says
    assert advice in found.hypotheses[0].advice
    assert f"state.pop('{name}')" in found.hypotheses[0].advice
    assert found.rule.warning() == ""
