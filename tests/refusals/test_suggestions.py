"""Whatever a refusal suggests is done, and the request is right then: the program's own words, typed and run."""

import ast
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from convcli.data.arrays import Array
from convcli.layers import LAYERS, Layer
from convcli.plan import make_plan
from convcli.refusals import PADDING_MODES, Refusal
from convcli.report import Report
from tests.conftest import Ran
from tests.refusals.test_refusal import ELSEWHERE
from tests.strategies import Arguments, Request, requests

FLAG = r"--[a-z-]+(?: (?!-)[^\s;)]*[^\s,;:)])?"
SHORT = {"-i": "--input", "-k": "--kernel", "-s": "--stride", "-p": "--padding"}
DROPPED = {
    "--region": ("--steps", "--at"),
    "--at": ("--steps",),
    "--save": ("--json",),
    "--output": ("--out",),
}  # by what is done instead
COMMANDS = [
    "conv1d --stride 0",
    "conv2d --kernel 0x3 -i picture",
    "conv1d --in 0 -i input_2d",
    "conv1d --out 0",
    "conv1d --groups 0 -i input_2d",
    "conv1d --size 0",
    "adaptiveavgpool2d --output-size 0xnone",
    "conv2d --padding 1,-1",
    "avgpool2d --divisor-override 0",
    "lppool1d --norm-type 0",
    "conv2d --kernel 1x2x3",
    "conv3d --kernel 1x2",
    "adaptiveavgpool2d --output-size nonex3x3",
    "adaptivemaxpool1d --output-size none",
    "conv1d --in 3 --groups 2",
    "conv2d --groups 2",
    "conv2d --size 12x8x8 --out 8 --groups 5",
    "conv1d --kernel 4 --padding same --stride 2",
    "conv1d --size 9 --kernel 4 --padding same --stride 2",
    "conv2d --size 9x10 --kernel 4x3 --padding same --stride 2x3 --dilation 1x2",
    "conv1d --padding full",
    "maxpool2d --padding same",
    "convtranspose1d --size 1 --kernel 4 --padding same",
    "unfold --padding valid",
    "conv1d --padding 12 --padding-mode mirror",
    "conv2d --padding-mode same",
    "conv2d --padding-mode VAL --padding 1",
    "conv1d --padding repl",
    "conv1d --in 3 --size 2x2",
    "conv2d --in 5 --size 4x2x2 --groups 2",
    "convtranspose1d --padding-mode reflect",
    "maxpool2d --padding 0x3",
    "avgpool3d --size 1x4x4 --kernel 1x3x3 --padding 1",
    "maxpool1d --kernel 3 --padding 2 --dilation 6 --size 12",
    "convtranspose1d --output-padding 1",
    "convtranspose2d --stride 2x3 --output-padding 2x2",
    "convtranspose1d --stride 2 --dilation 4 --output-padding 5",
    "conv1d --padding 10 --padding-mode reflect",
    "conv2d -i picture --padding 3x13 --padding-mode circular",
    "conv1d --size 1 --padding 1 --padding-mode reflect",
    "conv2d --kernel 5",
    "conv1d --kernel 11",
    "conv1d --kernel 5 --dilation 3",
    "conv1d --size 4 --kernel 11 --padding-mode reflect",
    "lppool1d -k 20",
    "maxpool3d -k 20",
    "maxpool2d -i picture -k 13",
    "avgpool3d --size 1x4x4",
    "avgpool3d --size 1x4x4 --kernel 3 --padding 1",
    "lppool3d --size 2x1x4",
    "convtranspose1d --padding 9",
    "convtranspose2d -i picture --kernel 2 --padding 0x20",
    "conv1d --in 3 -i input_2d",
    "conv1d --in 2 --groups 2 -i input_1d",
    "conv1d --weight [[[1,2,3]]] -i input_2d",
    "conv2d --size 1,2,3,4,5",
    "conv3d --size 4x5",
    "conv1d --weight 1,2,3 --kernel 2",
    "conv1d --weight [[[1,2]]] --out 2",
    "conv2d --size 2x1x9x9 --export many.svg --steps 45:60",
    "conv2d --size 3x20x20 --kernel 7 --worksheet many.md",
    "conv2d --size 9x20x20 --kernel 7 --worksheet many.md --steps 0:4",
    "conv2d --export many.svg --region 3",
    "conv2d --out 2 --export many.svg --region 50:60,0:1",
    "conv3d --size 1x20x20x20 --export many.svg --region 0:1",
    "conv1d --size 9000 --kernel 3000 --steps some",
    "conv1d --steps 0",
    "conv1d --bias 1 --no-bias",
    "conv1d --region 0:4",
    "formula --size 4 --keep --output 4",
    "formula --size 28 --keep --in 3",
    "formula --size 28 --ceil-mode --no-bias",
    "formula --size 224 --groups 2",
    "conv1d --json --show",
    *(arguments for rule, (arguments, _) in ELSEWHERE.items() if rule != "TooLongJson"),
]


def alternatives(why: str, fix: str) -> list[list[str]]:
    """What to do instead, flags with their values; ``---x`` takes the flag x away."""
    if fix in ("choose one", "leave one out"):
        return [["-" + flag] for flag in dict.fromkeys(re.findall("--[a-z-]+", why))]
    leave = "leave ((?:--[a-z-]+ and )*--[a-z-]+) out"
    left_out = [["-" + flag for flag in flags.split(" and ")] for flags in re.findall(leave, fix)]
    told = re.sub(" without (?=--)", " -", re.sub(leave, "", fix))
    return [re.findall(FLAG, joint) for joint in re.findall(rf"{FLAG}(?: {FLAG})*", told)] + left_out


def changed(arguments: list[str], flags: list[str], instead: bool) -> list[str]:
    """The command with these flags said otherwise."""
    command, *words = arguments
    said: dict[str, list[str]] = {"": []}  # words by themselves come first
    for word in words:
        if word.startswith("-") and not re.match(r"-\d", word):
            said[SHORT.get(word, word)] = []
        else:
            said[list(said)[-1]].append(word)
    for flag in flags:
        if flag.startswith("---"):
            said.pop(flag[1:], None)
            continue
        name, *value = flag.split(" ", 1)
        said[name] = value
        for other in DROPPED.get(name, ()) if instead else ():
            said.pop(other, None)
        if name == "--input":
            said.pop("--size", None)
    return [command, *said.pop(""), *(word for name, values in said.items() for word in (name, *values))]


@pytest.mark.parametrize("arguments", COMMANDS)
def test_what_is_suggested_is_accepted(
    convcli: Callable[..., Ran], arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "many.csv").write_text(",".join(["1"] * 20_000))
    ran = convcli(*arguments.split(), columns=500)
    assert ran.code == 2, ran.out
    words = re.sub(r"\n  convcli explain --code \S+\n$", "\n", ran.err)
    why, _, fix = words.removeprefix("convcli: ").partition("\n  ")
    for flags in alternatives(why, fix.strip()):
        again = changed(arguments.split(), flags, "instead" in fix)
        if again == arguments.split():
            continue
        done = convcli(*again, *(["--force"] if {"--export", "--worksheet"} & {*again} else []))
        assert done.code == 0, f"{' '.join(again)}: {done.err}"


def test_what_json_has_no_room_for_is_saved(
    convcli: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcli.limits.MOST_IN_JSON", 100)
    test_what_is_suggested_is_accepted(convcli, "maxpool1d --size 300 --json", tmp_path, monkeypatch)
    assert (tmp_path / "out.npy").exists()


def test_what_is_too_small_behind_a_pipe(convcli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    def piped(*before: str) -> Ran:
        first = convcli("conv2d", *before, "--weight", "sobel-x", "--json").out
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(first.encode())))
        return convcli("maxpool2d", "-i", "-", "--kernel", "2", columns=500)

    small = piped()
    assert small.code == 2
    [fix] = re.findall("before the pipe, for example (.*)", small.err)
    assert piped(*fix.split()).code == 0


def test_the_words_are_read_as_they_are_meant() -> None:
    assert alternatives("", "try --kernel 3x5, or --in 2 --groups 1, or leave --out out") == [
        ["--kernel 3x5"],
        ["--in 2", "--groups 1"],
        ["---out"],
    ]
    assert alternatives("", "try --padding same without --padding-mode, or leave --in and --weight out") == [
        ["--padding same", "---padding-mode"],
        ["---in", "---weight"],
    ]
    assert alternatives("--json and --code both", "choose one") == [["---json"], ["---code"]]
    assert changed(["conv1d", "-k", "3", "--json", "--padding", "-1"], ["---json", "--kernel 2"], False) == [
        *("conv1d", "--kernel", "2", "--padding", "-1")
    ]


def marked(name: str, value: Any = None) -> str:
    """An argument as no words have it."""
    return f"<{name}={value!r}>"


def changes(fix: str) -> Iterator[Arguments]:
    """What to change, from words spelled by ``marked``; None: left out."""
    for joint in re.findall("<[^>]*>(?: (?:without )?<[^>]*>)*", fix):
        pairs = re.findall("<([a-z_]+)=([^>]*)>", joint)
        yield {name: ast.literal_eval(value) for name, value in pairs}


def in_torch(name: str, arguments: Arguments, shape: tuple[int, ...]) -> torch.Tensor:
    made = getattr(nn, LAYERS[name].__name__)(**{key: each for key, each in arguments.items() if each is not None})
    output = made(torch.rand(shape))
    return output[0] if isinstance(output, tuple) else output


def refused(name: str, arguments: Arguments, shape: tuple[int, ...]) -> Refusal | None:
    try:
        make_plan(name, arguments, input=Array("x", shape))
    except Refusal as refusal:
        return refusal
    return None


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=80)
@given(requests())
def test_suggestion_after_suggestion_leads_to_a_layer_that_torch_takes(request: Request) -> None:
    name, arguments, shape = request
    refusal = refused(name, arguments, shape)
    assume(refusal)
    seen: set[str] = set()
    while refusal:
        _, fix = refusal.words(marked)
        by_hand = "F.pad" in fix  # the first change is right for another input
        asked = list(changes(fix))[by_hand:] or mode_of(refusal)
        assert asked, fix
        assert str(arguments) not in seen, "in a circle"
        seen.add(str(arguments))
        for change in asked:
            if refused(name, arguments | change, shape) is None:
                in_torch(name, arguments | change, shape)
            else:
                assert len(asked) == 1, "more is wrong, and something is suggested that doesn't help"
        arguments |= asked[0]
        refusal = refused(name, arguments, shape)


def mode_of(refusal: Refusal) -> list[Arguments]:
    return [{"padding_mode": mode} for mode in PADDING_MODES if mode in refusal.fix]


@settings(max_examples=60)
@given(*[st.integers(1, 40), st.integers(2, 9), st.integers(2, 6), st.integers(1, 3)])
def test_the_size_divided_by_the_stride(size: int, kernel: int, stride: int, dilation: int) -> None:
    arguments = {"in_channels": 1, "out_channels": 1, "kernel_size": kernel, "stride": stride, "dilation": dilation}
    with pytest.raises(Refusal) as unsized:
        Layer.of("conv1d", **arguments, padding="same")
    with pytest.raises(Refusal) as sized:
        make_plan("conv1d", arguments | {"padding": "same"}, size=(1, size))
    expected = -(-size // stride)
    [padding, *_] = changes(sized.value.words(marked)[1])
    assert f"which gives {expected}, the size divided by the stride, rounded up" in sized.value.fix
    assert in_torch("conv1d", arguments | padding, (1, 1, size)).shape[-1] == expected
    x = torch.rand(1, 1, size)
    if by_hand := re.search(r"F\.pad\(x, .*?\)\)", unsized.value.fix):
        x = eval(by_hand[0], {"F": F, "x": x})
    [padding, *_] = changes(unsized.value.words(marked)[1])
    assert "which gives the size divided by the stride, rounded up" in unsized.value.fix
    assert in_torch("conv1d", arguments | padding, tuple(x.shape)).shape[-1] == expected


def test_where_no_padding_divides_the_size() -> None:
    """An even kernel at stride 1 beside another stride: only padding by hand does it."""
    arguments = {"in_channels": 1, "out_channels": 1, "kernel_size": (4, 3), "stride": (1, 2)}
    with pytest.raises(Refusal, match=r"F\.pad") as raised:
        make_plan("conv2d", arguments | {"padding": "same"}, size=(1, 9, 7))
    x = torch.rand(1, 1, 9, 7)
    by_hand = re.search(r"x = (F\.pad\(x, .*?\)\))", raised.value.fix)
    assert by_hand
    padded = eval(by_hand[1], {"F": F, "x": x})
    assert in_torch("conv2d", arguments | {"padding": 0}, tuple(padded.shape)).shape[2:] == (9, 4)


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ({"in_channels": 3}, (5, 3)),
        ({"in_channels": 3}, (2, 5, 3)),
        ({"in_channels": 1}, (4, 6)),
    ],
)
def test_an_input_turned_as_it_is_said(arguments: Arguments, shape: tuple[int, ...]) -> None:
    with pytest.raises(Refusal) as raised:
        make_plan("conv1d", arguments, input=Array("x", shape, np.zeros(shape, np.float32)))
    turned = re.search(r"x = (x\.[^=]*\)) first", raised.value.fix)
    assert turned, raised.value.fix
    x = eval(turned[1], {"x": torch.zeros(shape)})
    assert make_plan("conv1d", arguments, input=Array("x", tuple(x.shape), x.numpy())).output_shape


@settings(max_examples=60)
@given(requests(names=("conv1d", "maxpool1d", "lppool1d", "unfold", "avgpool2d", "maxpool3d")))
def test_an_input_as_large_as_it_is_said(request: Request) -> None:
    name, arguments, shape = request
    refusal = refused(name, arguments, shape)
    for _ in range(3):
        least = re.search(r"an input of at least (\d+) cells? along (\w+)", refusal.fix) if refusal else None
        if not least:
            break
        axis = 2 + list(Layer.of(name, **arguments).axis_names).index(least[2])
        assert shape[axis] < int(least[1])
        shape = (*shape[:axis], int(least[1]), *shape[axis + 1 :])
        refusal = refused(name, arguments, shape)
    assume(refusal is None and shape != request[2])
    in_torch(name, arguments, shape)


def test_less_padding_leaves_an_output_as_well() -> None:
    plan = {"kernel_size": (2, 4), "padding": (9, 30), "stride": (1, 3)}
    with pytest.raises(Refusal) as raised:
        make_plan("convtranspose2d", plan, size=(6, 7))
    [[most, *_]] = [[each["padding"]] for each in changes(raised.value.words(marked)[1])]
    assert "or less" in raised.value.fix
    for padding in ((most[0], most[1]), (most[0] - 1, most[1] - 1), (0, 0)):
        assert min(make_plan("convtranspose2d", plan | {"padding": padding}, size=(6, 7)).output_shape) > 0
    with pytest.raises(Refusal):
        make_plan("convtranspose2d", plan | {"padding": (most[0] + 1, most[1])}, size=(6, 7))


@pytest.mark.parametrize("name", ["avgpool2d", "lppool2d"])
def test_the_sum_of_each_window(name: str) -> None:
    argument = {"avgpool2d": "divisor_override", "lppool2d": "norm_type"}[name]
    with pytest.raises(Refusal, match="gives the sum of each window") as raised:
        make_plan(name, {argument: 0})
    [change] = changes(raised.value.words(marked)[1])
    report = Report(make_plan(name, change, input=Array("x", (2, 2), [[1.0, 2.0], [3.0, 4.0]])))
    assert report.output.item() == 10
