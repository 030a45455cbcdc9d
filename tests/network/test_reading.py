"""What a user may name as a model."""

import io
import os
from pathlib import Path

import pytest

from convcli.network.notation import NotationError
from convcli.network.reading import read_model
from convcli.refusals import ConvcliError

SOURCE = "import torch.nn as nn\nnet = nn.Sequential(nn.Conv2d(1, 2, 3))\nother = nn.Sequential(nn.ReLU())\n"


def codes(text: str) -> list[str]:
    return [part.code for part in read_model(text).model.parts]


def test_names_texts_and_files(tmp_path: Path) -> None:
    assert read_model("alexnet").size == (3, 224, 224)
    assert codes("Conv2d(1, 2, 3)\\nReLU()") == ["Conv2d(1, 2, kernel_size=3)", "ReLU()"]
    file = tmp_path / "net.py"
    file.write_text(SOURCE)
    assert codes(f"{file}:net") == ["Conv2d(1, 2, kernel_size=3)"]
    assert codes(SOURCE.replace("other = nn.Sequential(nn.ReLU())\n", "")) == ["Conv2d(1, 2, kernel_size=3)"]
    text = tmp_path / "net.txt"
    text.write_text("\ufeffReLU()", encoding="utf-8")
    assert codes(str(text)) == ["ReLU()"]


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"ReLU()\nTanh()"))
    monkeypatch.setattr("sys.stdin", stream)
    assert codes("-") == ["ReLU()", "Tanh()"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("net.pt", b"PK", "holds weights"),
        ("net.txt", b"\xff\xfe\x00", "isn't text"),
        ("net.txt", b"", "no layer is in it"),
    ],
)
def test_files_that_are_none(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ConvcliError, match=said):
        read_model(str(file))


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are POSIX's")
def test_what_would_be_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "net.txt")
    with pytest.raises(ConvcliError, match="is not a plain file: pipe its text"):
        read_model(str(tmp_path / "net.txt"))
    reading, writing = os.pipe()  # as a shell has it for <(...)
    os.write(writing, b"ReLU()")
    os.close(writing)
    assert codes(f"/dev/fd/{reading}") == ["ReLU()"]
    os.close(reading)


def test_names_that_are_none(tmp_path: Path) -> None:
    for text, said in (("alexnett", "did you mean alexnet"), ("", "empty text"), (str(tmp_path), "is a directory")):
        with pytest.raises(ConvcliError, match=said):
            read_model(text)
    with pytest.raises(ConvcliError, match="can't be read"):
        read_model("missing.py:Net")
    with pytest.raises(NotationError):
        read_model("Conv2d(")


def test_comprehensions_are_read_as_source() -> None:
    convs = ["Conv2d(3, 3, kernel_size=3)"] * 2
    for text in (
        "nn.Sequential(*[nn.Conv2d(3, 3, 3) for _ in range(2)], nn.ReLU())",
        "Sequential(*(Conv2d(3, 3, 3) for i in range(2)), ReLU())",
        "[*[nn.Conv2d(3, 3, 3) for _ in range(2)], nn.ReLU()]",
    ):
        assert codes(text) == [*convs, "ReLU()"]


@pytest.mark.parametrize("name", ["resnet18", "ResNeXt50_32x4d", "vit_b_16"])
def test_a_known_model_that_is_no_chain(name: str) -> None:
    with pytest.raises(ConvcliError, match="has branches") as refused:
        read_model(name)
    assert f"convcli network torchvision.models:{name.lower()} --run" in refused.value.fix


def test_a_chain_in_other_words_is_told_how_one_is_written() -> None:
    with pytest.raises(ConvcliError, match="no network that can be read") as refused:
        read_model("conv 3 8 3, relu, flatten, linear 10")
    suggested = refused.value.fix.split('"')[1]
    assert len(codes(suggested)) == 4
