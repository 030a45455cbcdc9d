"""What a user types and reads: results, errors, streams, files."""

import json
import math
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convcli.cli import COMMANDS
from tests.conftest import Ran

Run = Callable[..., Ran]
PROGRAM = [sys.executable, "-m", "convcli"]


def found(ran: Ran) -> dict:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_json_has_the_fixed_keys(convcli: Run) -> None:
    result = found(convcli("conv1d", "--kernel", "3", "--stride", "2", "--json"))
    assert list(result) == [
        *("layer", "code", "input", "weight", "bias", "axes", "output", "parameters", "macs", "memory", "warnings")
    ]
    assert result["layer"]["type"] == "Conv1d"
    assert result["layer"]["kernel_size"] == [3]
    assert result["layer"]["stride"] == [2]
    assert result["layer"]["padding"] == [[0, 0]]
    assert result["code"] == "nn.Conv1d(1, 1, kernel_size=3, stride=2)"
    assert result["input"]["source"] == "input_1d"
    assert result["input"]["shape"] == [1, 1, 10]
    axis = {"name": "length", "size": 10, "output": 4, "unread": [9], "unread_count": 1}
    axis |= {"kernel_size": 3, "stride": 2, "pads": [0, 0], "dilation": 1}
    assert result["axes"] == [axis]
    assert (result["parameters"], result["macs"]) == (4, 12)
    torch.manual_seed(0)
    layer = torch.nn.Conv1d(1, 1, 3, stride=2)
    expected = layer(torch.arange(1.0, 11).view(1, 1, -1)).tolist()
    assert result["output"] == {"shape": [1, 1, 4], "values": expected}
    source = "PyTorch's default, seed 0"
    assert result["weight"] == {"source": source, "shape": [1, 1, 3], "values": layer.weight.tolist()}


@pytest.mark.parametrize(
    "arguments",
    [
        "conv1d --kernel 3 --stride 2",
        "conv1d --in 2 --out 5 --padding same --seed 3",
        "conv1d -i 1,2,3,nan,5 --weight 1,0,-1",
        "conv2d --in 3 --out 6 --groups 3 --padding 1,2 --padding-mode reflect",
        "conv2d -i [[1,2,3],[4,5,6]] --kernel 2 --bias 0.5 --weight [[1,2],[3,4]]",
        "conv3d --size 4x5x6 --kernel 2",
        "conv2d --size 5x6 --weight [[1,2],[3,4]] --flip",
        "convtranspose1d --out 2 --flip",
    ],
)
def test_code_runs_and_gives_the_same_numbers(convcli: Run, arguments: str) -> None:
    values = found(convcli(*arguments.split(), "--json"))["output"]["values"]
    names: dict = {}
    exec(convcli(*arguments.split(), "--code").out, names)
    np.testing.assert_allclose(names["output"].numpy(), np.array(values), rtol=1e-6)


def test_a_kernel_turned_round_is_said(convcli: Run) -> None:
    ran = convcli("conv2d", "-n", "4x4", "--weight", "sobel-x", "--flip")
    assert "convolution proper" in " ".join(ran.out.split())
    assert "turned round" in ran.out
    result = found(convcli("conv2d", "-n", "4x4", "--weight", "sobel-x", "--flip", "--json"))
    assert result["code"] == "nn.Conv2d(1, 1, kernel_size=3, bias=False)  # weight.flip(-2, -1)"
    assert isinstance(eval(result["code"], {"nn": torch.nn}), torch.nn.Conv2d)
    assert result["weight"]["values"][0][0][0] == [1.0, 0.0, -1.0]
    assert "convolution proper" not in convcli("convtranspose1d", "--flip").out


def test_channels_follow_from_the_input(convcli: Run) -> None:
    assert found(convcli("conv1d", "-i", "input_2d", "--json"))["layer"]["in_channels"] == 2
    assert found(convcli("conv2d", "--json"))["layer"]["in_channels"] == 3


def write_files(folder: Path) -> dict[str, tuple[str, list[int]]]:
    """A file of every format: its name, the layer for it, and the input shape it should give."""
    line = np.arange(12, dtype=np.float32)
    np.save(folder / "a.npy", line)
    np.savez(folder / "a.npz", line.reshape(2, 6))
    torch.save(torch.from_numpy(line), folder / "a.pt")
    (folder / "a.json").write_text("[[1, 2, 3], [4, 5, 6]]")
    (folder / "a.csv").write_text("x,y\n1,2\n3,4\n5,6\n")
    (folder / "a.txt").write_text("1 2 3\n4 5 6\n")
    Image.fromarray(np.zeros((6, 5, 3), np.uint8) + 255).save(folder / "a.png")
    Image.fromarray(np.zeros((6, 5), np.uint8)).save(folder / "a.jpg")
    with wave.open(str(folder / "a.wav"), "wb") as sound:
        sound.setparams((2, 2, 8000, 0, "NONE", "none"))
        sound.writeframes(np.array([[16384, -32768]] * 7, "<i2").tobytes())
    return {
        "a.npy": ("conv1d", [1, 1, 12]),
        "a.npz": ("conv1d", [1, 2, 6]),
        "a.pt": ("conv1d", [1, 1, 12]),
        "a.json": ("conv1d", [1, 2, 3]),
        "a.csv": ("conv1d", [1, 3, 2]),
        "a.txt": ("conv2d", [1, 1, 2, 3]),
        "a.png": ("conv2d", [1, 3, 6, 5]),
        "a.jpg": ("conv2d", [1, 1, 6, 5]),
        "a.wav": ("conv1d", [1, 2, 7]),
    }


def test_every_format_is_read(convcli: Run, tmp_path: Path) -> None:
    for name, (layer, shape) in write_files(tmp_path).items():
        result = found(convcli(layer, "-i", str(tmp_path / name), "--kernel", "2", "--json"))
        assert result["input"]["shape"] == shape, name
    assert (
        found(convcli("conv2d", "-i", str(tmp_path / "a.png"), "-k", "2", "--json"))["input"]["values"][0][0][0][0] == 1
    )
    sound = found(convcli("conv1d", "-i", str(tmp_path / "a.wav"), "-k", "2", "--json"))["input"]["values"]
    assert [sound[0][0][0], sound[0][1][0]] == [0.5, -1.0]


def test_a_picture_is_turned_as_its_exif_says(convcli: Run, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(tmp_path / "turned.jpg", exif=exif)
    result = found(convcli("conv2d", "-i", str(tmp_path / "turned.jpg"), "--json"))
    assert result["input"]["shape"] == [1, 3, 8, 4]


@pytest.mark.parametrize("suffix", [".npy", ".pt", ".csv", ".json"])
def test_saved_values_are_the_output(convcli: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    arguments = ("conv1d", "--out", "5", "--kernel", "3")
    values = found(convcli(*arguments, "--json", "--save", str(path)))["output"]["values"]
    read = found(convcli("conv1d", "-i", str(path), "--kernel", "1", "--json"))["input"]["values"]
    assert np.allclose(read, values, rtol=1e-6)
    kept = path.read_bytes()
    ran = convcli(*arguments, "--save", str(path))
    assert ran.code == 2
    assert "--force" in ran.err
    assert path.read_bytes() == kept
    assert convcli(*arguments, "--save", str(path), "--force").code == 0
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


WRONG = [
    ("conv1d --kernel 11", "not one window fits"),
    ("conv1d --kernel 5 --dilation 3", "3·(5 − 1) + 1 = 13"),
    ("conv1d --in 3 -i input_2d", "--in 2"),
    ("conv2d --in 3 -i [[[1,2,3],[4,5,6],[7,8,9],[1,2,3]]]", "permute(2, 0, 1)"),
    ("conv1d --in 3 --groups 2", "can't be split into groups"),
    ("conv1d --kernel 0", "at least 1"),
    ("conv1d --stride -1", "at least 1"),
    ("conv1d --in 0", "at least 1"),
    ("conv1d --out 0", "at least 1"),
    ("conv1d --groups 0", "at least 1"),
    ("conv1d --size 0", "at least 1"),
    ("conv1d --padding -1", "negative"),
    ("conv1d --padding same --stride 2", "'same'"),
    ("conv1d --padding full", "same, or valid"),
    ("conv1d --padding-mode mirror", "reflect"),
    ("conv1d --padding 10 --padding-mode reflect", "9 cells"),
    ("conv1d --kernel 3,5", "2 values"),
    ("conv2d --kernel 3,5,7", "3 values"),
    ("conv1d --kernel abc", "whole number"),
    ("conv1d --kernel 3.5", "whole number"),
    ("conv2d -i 1,2,3", "[height, width]"),
    ("conv1d -i [[1,2],[3]]", "ragged"),
    ("conv1d -i []", "empty"),
    ("conv1d -i 1,two,3", "'two'"),
    ("conv1d -i [1,two,3]", "'two'"),
    ("conv1d -i [1,2", "brackets"),
    ("conv1d -i missing.npy", "no file"),
    ("conv1d -i input_3d", "did you mean"),
    ("conv1d -i .", "directory"),
    ("conv1d --size 100000000000000", "memory"),
    ("conv1d --out 100000000000000", "memory"),
    ("conv1d --json --code", "leave --code out"),
    ("conv1d --bias 1 --no-bias", "contradict"),
    ("conv1d --bias 1,2,3", "3"),
    ("conv1d --weight 1,2,3 --kernel 2", "--kernel"),
    ("conv1d --weight [[1,2]]", "[out, in/groups, length]"),
    ("conv1d --save out.xyz", ".npy"),
    ("conv1d --kernal 3", "--kernel"),
    ("conv4d", "conv1d"),
    ("blog cnn9d_1", "cnn1d_1"),
    ("formula --size 5 --kernel 7", "not one window fits"),
    ("formula --size x", "whole number"),
    ("formula --size 10 --output 7 --kernel 3 --stride 2 --padding 0", "nearest that can be is 4"),
    ("formula --keep", "--size 28 --keep"),
    ("formula --transposed --pool", "choose one"),
    ("convtranspose1d --stride 2 --output-padding 2", "give 0 to 1"),
    ("convtranspose1d --padding same", "only numbers"),
    ("maxpool1d --kernel 3 --padding 2", "half its kernel"),
    ("avgpool2d --divisor-override 0", "divided by"),
    ("lppool1d --norm-type 0", "divided by"),
    ("conv1d --weight sobel-x", "--weight 1,0,-1"),
    ("filters sobl", "sobel-x"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_a_wrong_request_is_answered(convcli: Run, arguments: str, said: str) -> None:
    ran = convcli(*arguments.split(" "))
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""
    assert len(ran.err.splitlines()) <= 4
    assert "Traceback" not in ran.err


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("executed",)


def bad_files(folder: Path) -> list[Path]:
    np.save(folder / "objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
    np.save(folder / "complex.npy", np.array([1j]))
    np.save(folder / "words.npy", np.array(["a"]))
    np.save(folder / "empty.npy", np.zeros((0, 3)))
    torch.save(Harmful(), folder / "code.pt")
    torch.save({"a": torch.ones(2)}, folder / "dict.pt")
    Image.effect_noise((60, 60), 50).save(folder / "whole.png")
    (folder / "cut.png").write_bytes((folder / "whole.png").read_bytes()[:2000])
    (folder / "noise.npy").write_bytes(b"not numpy")
    (folder / "noise.npz").write_bytes(b"not numpy")
    (folder / "noise.wav").write_bytes(b"not sound")
    (folder / "noise.jpg").write_bytes(b"not a picture")
    (folder / "what.xyz").write_text("1")
    (folder / "empty.csv").write_text("")
    (folder / "ragged.csv").write_text("1,2\n3\n")
    (folder / "half.json").write_text('{"output": {')
    np.savez(folder / "two.npz", a=np.ones(3), b=np.ones(3))
    (folder / "whole.png").unlink()
    return sorted(folder.iterdir())


def test_a_bad_file_is_answered(convcli: Run, tmp_path: Path) -> None:
    files = bad_files(tmp_path)
    assert len(files) == 16
    for path in files:
        ran = convcli("conv1d", "-i", str(path))
        assert (ran.code, ran.out) == (2, ""), (path.name, ran)
        assert ran.err.startswith("convcli: ")
        assert "executed" not in ran.err + ran.out


def test_nan_passes_through(convcli: Run) -> None:
    values = found(convcli("conv1d", "-i", "1,nan,3,4,5", "--weight", "1,1", "--json"))["output"]["values"]
    assert [math.isnan(v) for v in values[0][0]] == [True, True, False, False]


@pytest.mark.parametrize("columns", [40, 80])
def test_nothing_is_cut(convcli: Run, columns: int) -> None:
    for arguments in ("conv1d --out 5", "conv2d --out 5", "conv3d", "blog", "formula", "formula --size 28x32x64"):
        ran = convcli(*arguments.split(), columns=columns)
        assert ran.code == 0
        assert "…" not in ran.out
        assert max(map(len, ran.out.splitlines())) <= columns, arguments


def test_full_shows_every_value(convcli: Run) -> None:
    ran = convcli("conv1d", "-i", ",".join(map(str, range(500))), "--weight", "1", "--full", columns=40)
    shown = ran.out[ran.out.index("  output  ") :].split()
    assert [int(v) for v in shown if v.isdigit()][-501:-1] == list(range(500))  # the last is --at 0's


def test_every_command_has_help_and_an_example_and_is_in_the_readme(convcli: Run) -> None:
    readme = Path("README.md").read_text()
    for name in COMMANDS:
        ran = convcli(name, "--help")
        assert ran.code == 0
        assert f"\n convcli {name}" in ran.out, name
        assert f"`{name}`" in readme
    assert convcli("--version").out.startswith("convcli 0.")
    assert convcli().code == 0


def run_process(*arguments: str, **more: object) -> subprocess.CompletedProcess:
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, check=False, **more)  # type: ignore


def test_stdin_takes_text_and_another_commands_json() -> None:
    first = run_process("conv1d", "--kernel", "3", "--json")
    second = run_process("conv1d", "-i", "-", "--weight", "1", "--json", input=first.stdout)
    assert json.loads(second.stdout)["output"]["values"] == json.loads(first.stdout)["output"]["values"]
    text = run_process("conv1d", "-i", "-", "--weight", "1,1", "--json", input="1,2,3\n")
    assert json.loads(text.stdout)["output"]["values"] == [[[3.0, 5.0]]]
    assert run_process("conv1d", "-i", "-", input="").returncode == 2


@pytest.mark.parametrize("name", ["save", "at", "export", "weight", "kernel"])
def test_an_empty_text_is_no_value(convcli: Callable[..., Ran], name: str) -> None:
    ran = convcli("conv1d", f"--{name}", "")
    assert (ran.code, ran.out) == (2, "")
    assert f"--{name} is empty" in ran.err


@pytest.mark.parametrize("arguments", ["avgpool2d --size 20x3000 -k 2", "conv2d --size 3x224x224 --out 8 -k 7"])
def test_room_for_a_single_column(convcli: Callable[..., Ran], arguments: str) -> None:
    ran = convcli(*arguments.split(), columns=20)
    assert ran.code == 0, ran.err


def test_one_file_under_two_names(convcli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(".")
    for other in ("folder/../a.png", "link/a.png", str(tmp_path / "a.png")):
        ran = convcli("conv2d", "--save", "a.png", "--export", other)
        assert (ran.code, ran.out) == (2, "")
        assert "--save and --export name the same file" in ran.err


def test_files_are_written_together(convcli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("convcli.views.files_written.exported", full)
    ran = convcli("conv1d", "--save", str(tmp_path / "a.npy"), "--export", str(tmp_path / "b.svg"))
    assert (ran.code, list(tmp_path.iterdir())) == (1, [])
    assert "wrote" not in ran.err and "No space left" in ran.err
