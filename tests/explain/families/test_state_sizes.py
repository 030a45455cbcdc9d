"""Weights whose sizes differ: which of them do, and what that tells."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, diagnosed, explained, first

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


def test_tables_that_differ_each_by_itself_are_of_other_settings() -> None:
    tables = (("tok_embed.weight", [90, 8], [70, 8]), ("pos_embed.weight", [52, 8], [50, 8]))
    answer = first(mismatched(*tables))[1]
    assert "tok_embed.weight 90 and 70, pos_embed.weight 52 and 50" in answer.says
    assert "not with a class's defaults" in answer.advice


PAIR = "out/net_r50.pth configs/net_r50.yaml"


def test_settings_and_weights_of_one_kind_say_nothing() -> None:
    found = explained(mismatched(*MAPS, before=f"python test.py {PAIR}\n"))
    assert "settings" not in found.hypotheses[0].says


def test_a_first_convolution_of_another_kernel_is_another_kind_of_block() -> None:
    sizes = "layer1.3.conv1.weight", [16, 64, 1, 1], [16, 16, 3, 3]
    says = first(mismatched(sizes))[1].says
    assert "blocks of the file are bottlenecks" in says
    assert "blocks of the model are bottlenecks" in first(mismatched((sizes[0], *sizes[:0:-1])))[1].says


def test_a_weight_of_other_axes_is_of_another_kind_of_layer() -> None:
    says = first(mismatched(("body.2.weight", [8], [8, 4])))[1].says
    assert "body.2 is a norm in the file ([8]) and a matrix, as of nn.Linear, in the model ([8, 4])" in says
    assert "exchanged, there or before it" in says


@pytest.mark.parametrize("name", ["x.3x3.weight", "scale", "a..b.weight", "0.weight"])
def test_a_weight_of_any_name_is_told_of(name: str) -> None:
    assert first(mismatched((name, [8, 4], [6, 5])))[1].says.startswith(f"{name} is [8, 4] in the file")


CHARACTERS = (
    ("text.embedding.weight", [38, 38], [83, 83]),
    ("text.out.weight", [38, 64], [83, 64]),
    ("text.out.bias", [38], [83]),
)


def test_one_number_in_an_embedding_and_an_output_is_a_vocabulary() -> None:
    answer = first(mismatched(*CHARACTERS))[1]
    assert "38 in the file and 83 in the model: the size of a vocabulary" in answer.says
    assert "not key.startswith(('text.embedding.', 'text.out.'))" in answer.fixes[0].code
    wider = ("words.weight", [500, 64], [500, 128]), ("out.weight", [5, 64], [5, 128])
    assert "vocabulary" not in first(mismatched(*wider))[1].says


WORDS = (
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.embedding = nn.Embedding(5, 5)\n"
    "        self.out = nn.Linear(4, 5)\n"
    'saved = {"embedding.weight": torch.rand(7, 7), "out.weight": torch.rand(7, 4), "out.bias": torch.rand(7)}\n'
    "Net().load_state_dict(saved)"
)


def test_all_but_a_vocabulary_is_loaded(tmp_path: Path) -> None:
    assert_file_mends(WORDS, "7 in the file and 5 in the model: the size of a vocabulary", tmp_path / "net.py")


PREDICTS = (
    "class Net(nn.Module):\n"
    "    def __init__(self, count):\n"
    "        super().__init__()\n"
    "        self.head = nn.Linear(4, count)\n"
    "def answers(net, saved, x):\n"
    "    net.load_state_dict(saved)\n"
    "    net.eval()\n"
    "    return net.head(x)\n"
    'answers(Net(count=8), {"head.weight": torch.rand(5, 4), "head.bias": torch.rand(5)}, torch.rand(1, 4))'
)


def test_a_head_stays_where_the_users_file_trains_nothing(tmp_path: Path) -> None:
    assert_file_mends(PREDICTS, "build the model for the 5 classes", tmp_path / "net.py")


def test_a_detector_makes_four_numbers_of_a_box_for_each_class() -> None:
    for background in (0, 1):
        boxes = [4 * (14 - background), 1024], [4 * (81 - background), 1024]
        text = mismatched(("box.cls_score.weight", [14, 1024], [81, 1024]), ("box.bbox_pred.weight", *boxes))
        assert "trained for 14 classes, and the model is built for 81" in first(text)[1].says


def test_a_layer_that_takes_something_else_isn_t_told_by_classes_alone() -> None:
    found = explained(mismatched(("head.0.weight", [1, 512], [512, 2048]), ("head.0.bias", [1], [512])))
    assert not any("number of classes" in each.says for each in found.hypotheses)


def test_what_was_saved_beside_the_weights_is_named(tmp_path: Path) -> None:
    text = """
import io
class Net(nn.Module):
    def __init__(self, width, kinds):
        super().__init__()
        self.lstm, self.out = nn.LSTM(3, width), nn.Linear(width, kinds)

def build(sizes):
    return Net(*sizes)

file = io.BytesIO()
torch.save({"config": {"width": 8, "kinds": 5}, "state": build((8, 5)).state_dict()}, file)
file.seek(0)
kept = torch.load(file)
build((4, 2)).load_state_dict(kept["state"])
"""
    assert "['config']" in diagnosed(text, tmp_path / "net.py").hypotheses[0].advice
