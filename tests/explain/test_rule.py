"""Every rule is run in torch: its example raises its message, its fixes mend that, its look-alike is another's."""

import re
from itertools import product
from pathlib import Path
from string import Formatter
from textwrap import dedent

import pytest
import torch

from convcli.explain.case import Case
from convcli.explain.evidence.message import Raised, read
from convcli.explain.evidence.pasted import FILE
from convcli.explain.recognise import FAMILIES, RULES, diagnose, worked
from convcli.explain.rule import Rule, shaped
from convcli.views.explained import told
from tests.explain import IMPORTS, at, error_of, explained, mended
from tests.views.shown import shown

SCREEN = 24
rules = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


@rules
def test_an_example_raises_is_recognised_and_mended(rule: type[Rule], tmp_path: Path) -> None:
    if rule.code == "device-missing" and torch.version.cuda:
        pytest.skip("its example's message is that of a torch built without CUDA")
    path, text = tmp_path / "net.py", IMPORTS + dedent(rule.example)
    path.write_text(text)
    errors = read(error_of(path))
    said = "".join(f"{errors[0].kind}: {errors[0].text}".split())
    assert said.startswith("".join(worked(rule).message.split()))
    found = diagnose(errors)
    assert found is not None
    assert found.rule.code == rule.code
    for hypothesis in found.hypotheses:
        for fix in hypothesis.fixes:
            if hypothesis.applicability(fix) != "placeholder":
                path.write_text(mended(text, fix))
                assert error_of(path) == "", fix.code


@rules
def test_whatever_its_message_the_facts_are_there_for_what_is_said(rule: type[Rule]) -> None:
    for signature in rule.signatures:
        case = Case(Raised("", re.sub(r"\{\w*(?::(\w+))?\}", _filled, signature)))
        read = rule.read(case)
        assert read is not None, signature
        foreseen = [words for each in read.foreseen() for words in (each.says, each.advice)]
        templates = [rule.says, rule.decide, rule.not_that, *foreseen]
        said = {name for words in templates for _, name, _, _ in Formatter().parse(words) if name} - {"x", "layer"}
        assert said <= set(read.facts), signature


def _filled(hole: re.Match[str], number: str = "7", shape: str = "[2, 3, 4, 5]") -> str:
    return {"shape": shape, "words": "word", "word": "word", "class": "word"}.get(hole[1] or "", number)


@rules
def test_whatever_its_numbers_a_message_is_explained_or_left_alone(rule: type[Rule]) -> None:
    lines = ("", "loss = criterion(out, y)\n", "x = self.fc(x)\n")
    shapes = (("0", "[]"), ("1", "[1]"), ("-3", "[0, 1]"), ("7", "[2, 3, 4, 5]"))
    for signature, (number, shape), line in product(rule.signatures, shapes, lines):
        text = re.sub(r"\{\w*(?::(\w+))?\}", lambda hole, n=number, s=shape: _filled(hole, n, s), signature)
        found = diagnose(read(f"{line}RuntimeError: {text}"))
        assert found is None or found.hypotheses


@rules
def test_what_only_looks_like_it_is_something_else(rule: type[Rule]) -> None:
    assert rule.lookalike not in ("", rule.code)
    alike = RULES.get(rule.lookalike)
    found = diagnose(read(worked(alike).message if alike else rule.lookalike))
    assert (found.rule.code if found else None) == (alike.code if alike else None)


@rules
def test_a_guess_is_shown_with_what_decides(rule: type[Rule]) -> None:
    found = worked(rule).diagnosis
    assert len(found.hypotheses) == 1 or found.rule.deciding()
    assert all(each.says and each.advice and each.change in CHANGES for each in found.hypotheses)


CHANGES = {"data", "model", "call", "loss", "checkpoint", "device"}


@rules
def test_an_explanation_fits_one_screen(rule: type[Rule]) -> None:
    assert len(shown(told(worked(rule).diagnosis)).splitlines()) < SCREEN


def test_a_rule_for_each_code() -> None:
    every = [
        rule.code
        for family in FAMILIES
        for rule in vars(family).values()
        if isinstance(rule, type) and issubclass(rule, Rule) and rule.__module__ == family.__name__ and rule.code
    ]
    assert sorted(every) == sorted(RULES)


def test_facts_have_the_types_of_their_holes() -> None:
    found = explained(
        "Given groups=1, weight of size 8 3 3 3, expected input[4, 28, 28, 3] to have 3 channels, but got 28 "
        "channels instead"
    )
    assert found.rule.facts["weight"] == (8, 3, 3, 3)
    assert found.rule.facts["expected"] == 3
    assert explained("'OrderedDict' object has no attribute 'eval'").rule.facts == {"attribute": "eval"}


def test_a_message_broken_in_the_middle_of_a_word_or_number_is_read() -> None:
    found = explained("RuntimeError: mat1 and mat2 shapes cannot be mul\ntiplied (4x8\n00 and 512x10)")
    assert found.rule.facts == {"rows": 4, "features": 800, "in_features": 512, "out_features": 10}


def test_a_message_of_numbers_is_known_without_its_brackets() -> None:
    found = explained("mat1 and mat2 shapes cannot be multiplied 4x800 and 512x10")
    assert found.rule.facts == {"rows": 4, "features": 800, "in_features": 512, "out_features": 10}


def test_a_library_that_computes_a_loss_is_no_loss() -> None:
    trainer = (
        '  File "/env/lib/python3.12/site-packages/transformers/trainer.py", line 9, in compute_loss\n    out = net(x)'
    )
    found = explained(f"{trainer}\nRuntimeError: mat1 and mat2 must have the same dtype, but got Float and Half")
    assert (found.rule.code, found.rule.case.in_loss) == ("dtype", False)


def test_a_fix_uses_the_users_own_names() -> None:
    message = (
        "Given groups=1, weight of size [8, 3, 3, 3], expected input[4, 28, 28, 3] to have 3 channels, "
        "but got 28 channels instead"
    )
    named = explained(f"maps = net(images)\nRuntimeError: {message}")
    assert named.hypotheses[0].fixes[0].code == "images = images.permute(0, 3, 1, 2)"
    computed = explained(f"maps = net(load(path))\nRuntimeError: {message}")
    assert computed.hypotheses[0].fixes[0].code == "maps = net(load(path).permute(0, 3, 1, 2))"


def test_shapes_with_other_names_than_axes_are_bare() -> None:
    assert shaped((1, 2), "batch") == "[1, 2]"


def test_a_line_that_passes_an_error_on_is_no_place_for_a_fix() -> None:
    raised = "raise RuntimeError('Error(s) in loading state_dict for {}:'.format(name))"
    message = 'RuntimeError: Error(s) in loading state_dict for Net: Missing key(s) in state_dict: "fc.weight". '
    found = explained(at(raised, message + 'Unexpected key(s) in state_dict: "module.fc.weight".'))
    assert found.rule.case.frame is None
    assert all(raised not in fix.code for each in found.hypotheses for fix in each.fixes)


@pytest.mark.parametrize("line", ["summary_writer.add_graph(model, data)", "y = self.run_epoch(data)"])
def test_what_is_called_and_is_no_layer_is_not_named_as_one(line: str) -> None:
    found = explained(f"{line}\nRuntimeError: running_mean should contain 39 elements not 128")
    assert (found.rule.case.line.code, found.rule.layer) == (line, "layer")


def test_a_function_of_the_users_file_is_no_layer() -> None:
    text = "def step(x):\n    return norm(x)\nstep(torch.rand(2, 3, 4))\nnorm = nn.BatchNorm1d(5)"
    case = explained(f"{text}\nRuntimeError: running_mean should contain 3 elements not 5").rule.case
    assert [RULES["norm-channels"](case.at(FILE, number), {}).layer for number in (2, 3)] == ["norm", "layer"]
