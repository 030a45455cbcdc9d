"""Indices, masks, and what is written by them."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.explain import assert_file_mends, assert_first, at, explained, first

INT32 = (
    "RuntimeError: Expected tensor for argument #1 'indices' to have scalar type Long; but got torch.IntTensor instead"
)
CASES = [
    ("index_select(): Expected dtype int32 or int64 for index", "index-dtype", "data", "long()"),
    ("take(): Expected a long tensor for index, but got Float", "index-dtype", "data", "fractions"),
    (
        "Expected object of scalar type Bool but got scalar type Long for argument #2 'mask'",
        "mask-dtype",
        "data",
        "the mask is long",
    ),
    (
        "TypeError: ~ (operator.invert) is only implemented on integer and Boolean-type tensors",
        "mask-dtype",
        "data",
        "mask.bool()",
    ),
    (
        "keep = a > 0.5 & b\nRuntimeError: \"bitwise_and_cpu\" not implemented for 'Float'",
        "mask-dtype",
        "call",
        "brackets around",
    ),
    (
        "keep = a & b\nRuntimeError: \"bitwise_and_cuda\" not implemented for 'Float'",
        "mask-dtype",
        "call",
        "mask.bool()",
    ),
    (
        "index_add_(): self (Half) and source (Float) must have the same scalar type",
        "dtype-written",
        "call",
        "the tensor is half",
    ),
    ("scatter(): Expected self.dtype to be equal to src.dtype", "dtype-written", "call", "two types"),
    (
        "index_copy_(): self and source expected to have the same dtype, but got (self) Float and (source) Double",
        "dtype-written",
        "call",
        "float64",
    ),
    (
        "RuntimeError: Integer division of tensors using div or / is no longer supported, and in a future release "
        "div will perform true division as in Python 3.",
        "dtype-result",
        "call",
        "// for indices",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("y = self.mix(self.mean(u), self.spread(v))", "u"),
        ("y = self.mix(self.user_emb(u))", "u"),
        ("y = self.drop(self.enc(self.words(u)))", "u"),
        ("y = self.emb(self.ids(u))", "self.ids(u)"),
    ],
)
def test_the_indices_are_what_the_table_gets(line: str, ids: str) -> None:
    fix = first(at(line, INT32, "torch/nn/modules/sparse.py"))[1].fixes[0]
    assert f"{ids}.long()" in fix.code


@pytest.mark.parametrize(
    ("line", "message", "code"),
    [
        (
            "s = s.masked_fill(self.seen, -9.0)",
            "RuntimeError: masked_fill_ only supports boolean masks, but got mask with dtype float",
            "s = s.masked_fill(self.seen.bool(), -9.0)",
        ),
        (
            "kept = torch.masked_select(rows, seen)",
            "RuntimeError: masked_select: expected BoolTensor for mask",
            "kept = torch.masked_select(rows, seen.bool())",
        ),
        (
            "kept = rows[~seen]",
            "TypeError: ~ (operator.invert) is only implemented on integer and Boolean-type tensors",
            "kept = rows[~seen.bool()]",
        ),
        (
            "rows.index_add_(0, places, new)",
            "RuntimeError: index_add_(): self (Float) and source (Half) must have the same scalar type",
            "rows.index_add_(0, places, new.to(rows.dtype))",
        ),
    ],
)
def test_what_is_handed_over_is_cast_where_it_stands(line: str, message: str, code: str) -> None:
    assert first(f"{line}\n{message}")[1].fixes[0].code == code


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("q = net(s).gather(1, a.unsqueeze(1)).squeeze(1)", "q = net(s).gather(1, a.unsqueeze(1).long()).squeeze(1)"),
        ("q = torch.gather(net(s), 1, a[:, None])", "q = torch.gather(net(s), 1, a[:, None].long())"),
        ("q = net(s).gather(dim=1, index=a.view(-1, 1))", "q = net(s).gather(dim=1, index=a.view(-1, 1).long())"),
        ("h = torch.index_select(embedded, 0, order)", "order = order.long()"),
        ("y = torch.zeros(4, 3).scatter_(1, c, 1.0)", "c = c.long()"),
    ],
)
def test_of_what_gather_takes_the_index_is_cast(line: str, code: str) -> None:
    text = at(line, "RuntimeError: gather(): Expected dtype int32/int64 for index")
    assert first(text)[1].fixes[0].code == code


def test_where_the_line_ends_before_the_index_nothing_else_is_cast() -> None:
    text = at("q = net(states_v).gather(", "RuntimeError: gather_out_cpu(): Expected dtype int64 for index")
    answer = first(text)[1]
    assert not answer.fixes
    assert answer.says.startswith("the index is of another type than int64: fractions, or int32")
    assert "for nothing else" in answer.advice


RESULT = "RuntimeError: result type Float can't be cast to the desired output type long int"


def test_bounds_of_indices_are_made_whole(tmp_path: Path) -> None:
    text = """
    gain, places = torch.tensor([1.0, 1.0, 8.0, 8.0]), torch.tensor([3, 9])
    kept = (places.clamp_(0, gain[3] - 1), places.clamp_(min=0, max=gain[2]))
    assert kept[0].tolist() == [3, 7] and kept[0].dtype == torch.int64
    """
    assert_file_mends(dedent(text), "a bound that clamp_ gets", tmp_path / "boxes.py")


@pytest.mark.parametrize("line", ["data.add_(update_per_layer)", "state_dict[name] += mean[name]"])
def test_counters_are_left_out_of_an_average_of_weights(line: str) -> None:
    answer = first(at(line, RESULT))[1]
    assert "num_batches_tracked" in answer.says
    assert "is_floating_point()" in answer.advice


def test_without_an_average_fractions_come_first_and_counters_second() -> None:
    answers = explained(at("seen.add_(new)", RESULT)).hypotheses
    assert "seen.float() where it is made" in answers[0].advice
    assert "num_batches_tracked" in answers[1].says
