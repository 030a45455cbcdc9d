"""Checkpoints: prefixes, wrappers, heads, other models."""

import pytest

from tests.explain import assert_first, explained

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
        'Error(s) in loading state_dict for ResNet: Missing key(s) in state_dict: "fc.weight", "fc.bias". Unexpected '
        'key(s) in state_dict: "fc.0.weight", "fc.0.bias".',
        "state-dict",
        "checkpoint",
        "nn.Sequential in training",
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
