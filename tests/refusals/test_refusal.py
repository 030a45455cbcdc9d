"""Every rule is raised by a real request, and says why and what to do in both spellings."""

from importlib import import_module
from pathlib import Path

import pytest

import convcli
from convcli.cli.exits import on_the_command_line
from convcli.refusals import ConvcliError, Failure, Refusal, Spelling, Words, in_python
from tests.conftest import Ran
from tests.refusals.test_arguments import ARGUMENTS
from tests.refusals.test_chains import CHAINS
from tests.refusals.test_inputs import INPUTS

# By the rule: a command that breaks it, and what it says.
ELSEWHERE = {
    "BothOwnStdout": ("conv1d --json --code", "--json has stdout to itself\n  leave --code out"),
    "NothingRuns": ("conv1d --code --steps", "no numbers for --steps"),
    "NoCell": ("conv1d --at foo", "cells go from 0,0,0 to 0,0,7"),
    "NoSuchCell": ("conv1d --from 99", "--from 99: there is no such cell in [1, 1, 10]"),
    "OneOrSeveral": ("conv1d --steps --at 1", "--at is one step, and --steps is several"),
    "UnknownSteps": ("conv1d --steps some", "--steps all"),
    "NoSuchStep": ("conv1d --steps 9:12", "0:8"),
    "TooManySteps": ("conv1d --size 100000 --steps all", "pick a part: --steps 0:100"),
    "TooManyTerms": ("conv1d --size 9000 --kernel 3000 --steps all", "the limit is 300,000"),
    "TooLargeCoverage": ("conv1d --size 5000000 --coverage", "the limit is 4,000,000"),
    "RegionAndCells": ("conv1d --export a.svg --region 0:4 --at 1", "--at or --steps, both say"),
    "NotARegion": ("conv1d --export a.svg --region 3", "try --region 0:8"),
    "EmptyRegion": ("conv1d --export a.svg --region 9:12", "holds no output cell"),
    "SeveralDrawn": ("conv1d --size 2x1x6 --steps all --export a.svg", "--region 0:1,0:1,0:4"),
    "TooLargePage": ("play conv2d --size 3x1000x1000 --out 3", "5,988,096 numbers"),
    "TooLongWorksheet": ("conv1d --out 9 --steps all --worksheet a.md", "nobody works out 72 sums of 3 terms on paper"),
    "TooLongJson": ("maxpool1d --size 81000000 --json", "--save out.npy"),
    "TooLongScript": ("conv1d -i many.csv --code", "too many to write into a script"),
    "TooManyAxes": ("formula --size 1x2x3x4", "at most 3"),
    "KeepWithoutSize": ("formula --keep", "--size 28 --keep"),
    "PaddingWordBackwards": ("formula --size 5 --keep --padding same", "leave --padding out"),
    "NoSetting": (
        "formula --size 10 --output 7 --kernel 3 --stride 2 --padding 0",
        "no setting with size 10, kernel 3, stride 2, padding 0 gives an output of 7; the nearest that can be is 4",
    ),
    "Contradiction": ("formula --transposed --ceil-mode", "--transposed and --ceil-mode contradict each other"),
    "BelongsTo": ("formula --size 4 --stride 2 --output-padding 1", "add --transposed, or leave --output-padding out"),
    "NothingToCount": ("formula --pool --in 3 --out 3", "a pooling has no weights\n  leave --in and --out out"),
    "OneSideCounted": ("formula --size 224 --out 112", "give both, --in 3 --out 112; or --output 112 instead"),
    "NotationError": ("network Conv2d(3,8", "line 1, column 7: this '(' is never closed"),
    "TooManyLayers": ("network huge.txt", "more than 100,000"),
    "WhichModel": ("network two.py", "two.py has 2 models: one, other"),
    "NoSuchModel": ("network two.py:third", "the source has no model 'third'"),
    "WrongSize": ("network alexnet --size 8", "try --size 3x32x32"),
    "NoSuchOutput": ("network dcgan --output 7", "try --output 64x64"),
    "NoMaps": ("network Linear(3,4) --output 7", "no maps whose size follows"),
    "NoSuchLayer": ("network alexnet --receptive features.55", "did you mean features"),
    "TooManyBlocks": ("network many.txt --export many.svg", "91 blocks; the limit is 60"),
}
# Told in an answer, or of a layer that a chain alone has: their own tests raise them.
TOLD = {"TorchSays", "CantView", "LooksUpNumbers"}


def write_files(folder: Path) -> None:
    (folder / "many.csv").write_text(",".join(["1"] * 20_000))
    (folder / "many.txt").write_text("Conv1d(1, 1, 1)\n" * 90)
    (folder / "huge.txt").write_text("Sequential(\n  (0-9999999): 10000000 x ReLU()\n)")
    (folder / "two.py").write_text("from torch import nn\none = nn.Sequential(nn.ReLU())\nother = nn.Sequential()\n")


@pytest.mark.parametrize("rule", ELSEWHERE)
def test_a_command_that_breaks_it(convcli: object, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    arguments, said = ELSEWHERE[rule]
    ran: Ran = convcli(*arguments.split(), columns=300)  # type: ignore[operator]
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("rule", ELSEWHERE)
def test_the_same_words_in_python(convcli: object, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    monkeypatch.setattr("convcli.cli.exits.on_the_command_line", in_python)
    ran: Ran = convcli(*ELSEWHERE[rule][0].split(), columns=300)  # type: ignore[operator]
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
    assert "--" not in ran.err, "a flag, where Python has an argument"


def all_rules(rule: type[Refusal] = Refusal) -> set[type[Refusal]]:
    below = rule.__subclasses__()
    return {*below}.union(*map(all_rules, below))


def every_rule() -> set[type[Refusal]]:
    for path in Path(convcli.__file__).parent.rglob("*.py"):
        if path.stem not in ("__main__", "__init__", "verify"):
            import_module("convcli." + ".".join(path.relative_to(Path(convcli.__file__).parent).with_suffix("").parts))
    return all_rules()


def test_no_rule_is_without_a_test() -> None:
    ours = {rule.__name__ for rule in every_rule() if rule.__name__[0].isupper()} - {"Broken"}
    assert ours == set(ELSEWHERE) | TOLD | set(ARGUMENTS) | set(INPUTS) | set(CHAINS)


class Broken(Refusal):
    name: str

    def said(self, spell: Spelling) -> Words:
        return f"{self.name} is wrong", f"leave {spell(self.name)} out"


def test_a_rule_defines_what_is_said_and_nothing_else() -> None:
    assert [rule for rule in every_rule() if "words" in vars(rule)] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        # Two rules are broken at once: one change that is right for both.
        ("conv1d --in 3 --input [[1,2],[3,4]]", "try --in 2 --kernel 2; or"),
        ("conv1d --padding-mode cicrular", "did you mean circular?"),
        ("conv1d --padding-mode re", "did you mean reflect or replicate?"),
    ],
)
def test_what_is_said_mends_all_that_is_wrong(convcli: object, arguments: str, said: str) -> None:
    ran: Ran = convcli(*arguments.split(), columns=300)  # type: ignore[operator]
    assert ran.code == 2
    assert said in ran.err


def test_words_are_spelled_for_their_reader() -> None:
    refusal = Broken(name="kernel_size")
    assert str(refusal) == "kernel_size is wrong: leave kernel_size out"
    assert refusal.words(on_the_command_line)[1] == "leave --kernel out"
    assert (refusal.exit_code, Failure("x").exit_code) == (2, 1)
    assert (ConvcliError("why", "fix").why, ConvcliError("why", "fix").fix) == ("why", "fix")
