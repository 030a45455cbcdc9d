"""Weights whose sizes differ: which of them do, and what that tells."""

import pytest

from tests.explain import explained, first

MISMATCH = (
    "size mismatch for {}: copying a param with shape torch.Size({}) from checkpoint, the shape in current model is "
    "torch.Size({})."
)


def mismatched(*sizes: tuple[str, list[int], list[int]], before: str = "") -> str:
    told = "\n\t".join(MISMATCH.format(*size) for size in sizes)
    return f"{before}RuntimeError: Error(s) in loading state_dict for Net:\n\t{told}"


MAPS = (("maps.weight", [19, 64, 3, 3], [16, 64, 3, 3]), ("maps.bias", [19], [16]))


def test_a_head_that_is_left_out_is_said_to_be_untrained() -> None:
    answer = first(mismatched(("fc.weight", [80, 64], [6, 64]), ("fc.bias", [80], [6])))[1]
    assert "all but the head, which is untrained then" in answer.advice
    assert "to predict load weights that were trained for the 6" in answer.advice


def test_a_layer_that_alone_differs_in_what_it_makes_is_a_head_whatever_its_name_and_kernel() -> None:
    assert "trained for 19 classes, and the model is built for 16" in first(mismatched(*MAPS))[1].says
    inner = (("stage.weight", [19, 64, 3, 3], [16, 64, 3, 3]), ("stage.bn.weight", [19], [16]))
    assert "classes" not in first(mismatched(*inner))[1].says


@pytest.mark.parametrize(
    ("command", "place", "words"),
    [
        ("python {} --cfg configs/voc/net.yaml --resume=out/net_coco/last.pth", "test.py", ("of voc", "of coco")),
        ("python {} configs/net_r50.py 'out/resnet101/last.pth'", "train.py", ("of r50", "of resnet101")),
    ],
)
def test_settings_and_weights_of_two_kinds_are_named(command: str, place: str, words: tuple[str, str]) -> None:
    before = f'{command.format(place)}\n  File "{place}", line 4, in <module>\n    net.load_state_dict(saved)\n'
    answer = first(mismatched(*MAPS, before=before))[1]
    assert all(each in answer.says for each in words)
    assert not answer.fixes


def test_weights_of_other_data_may_be_what_a_training_starts_from() -> None:
    before = (
        'python train.py voc.yaml coco.pth\n  File "train.py", line 4, in <module>\n    net.load_state_dict(saved)\n'
    )
    assert first(mismatched(*MAPS, before=before))[1].fixes


PAIR = "out/net_r50.pth configs/net_r50.yaml"


def test_settings_and_weights_of_one_kind_say_nothing() -> None:
    found = explained(mismatched(*MAPS, before=f"python test.py {PAIR}\n"))
    assert "settings" not in found.hypotheses[0].says
