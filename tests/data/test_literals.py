"""Numbers written as text: every usual spelling is read, everything else is refused in a sentence."""

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from convcli.data import literals
from convcli.data.literals import load_json, shape_of, text_array
from convcli.refusals import ConvcliError

VALUES = arrays.arrays(np.float64, arrays.array_shapes(max_dims=4, max_side=4), elements=st.floats())


def refused(text: str) -> str:
    with pytest.raises(ConvcliError) as refusal:
        text_array(text, "the text")
    return refusal.value.why


def respelled(text: str, draw: st.DataObject) -> str:
    """The same lists as Python, NumPy and people write them."""
    shorter = draw.draw(st.sampled_from([(r"\b0\.(?=\d)", "."), (r"\.0\b", "."), (r"(?<=[\[ ])(?=\w)", "+"), ("", "")]))
    text = re.sub(*shorter, text)
    if draw.draw(st.booleans()):
        text = text.replace("]", ",]").replace("],,]", "],]")
    if draw.draw(st.booleans()):
        text = text.replace("[", "(").replace("]", ")")
    spaces = draw.draw(st.sampled_from(["", " ", "\n", "\t "]))
    return spaces + text.replace(", ", f",{spaces}") + spaces


@given(VALUES, st.data())
def test_lists_in_every_spelling(values: np.ndarray, draw: st.DataObject) -> None:
    spell = draw.draw(st.sampled_from([str, json.dumps, lambda lists: str(lists).upper().replace("E", "e")]))
    array = text_array(respelled(spell(values.tolist()), draw), "the text")
    assert array.shape == values.shape
    np.testing.assert_array_equal(array.data, values)
    assert array.spelled_out


@given(VALUES.filter(lambda values: values.ndim == 2), st.sampled_from([",", ";", "\t", " , "]), st.booleans())
def test_tables_in_every_spelling(values: np.ndarray, separator: str, heading: bool) -> None:
    lines = [separator.join(map(str, row)) for row in values.tolist()]
    if heading := heading and len(lines) > 1:
        lines.insert(0, separator.join("x" * values.shape[1]))
    array = text_array("\n".join([*lines, "", "# the end"]), "the text")
    np.testing.assert_array_equal(array.data, values.ravel() if 1 in values.shape else values)
    assert ["heading" in note for note in array.notes] == [True] * heading


@given(st.text("[](),.+-0123456789enaif_xj'\"{}:# \n\0", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        array = text_array(text, "the text")
    except ConvcliError as refusal:
        assert refusal.why
    else:
        assert np.array(array.data, np.float64).shape == array.shape


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "holds no numbers"),
        ("# nothing", "holds no numbers"),
        ("[]", "empty list"),
        ("[[1], []]", "empty list"),
        ("[[1,2],[3]]", "ragged: item 1 has 1 value, item 0 has 2 values"),
        ("[[1],2]", "ragged: item 1 has one number, item 0 has 1 value"),
        ("[[[1,2]],[[3]]]", "ragged: item 1 has shape [1, 1], item 0 has shape [1, 2]"),
        ("1,2\n3", "ragged"),
        ("1,two,3", "'two'"),
        ("[1,two,3]", "'two'"),
        ("[.5, True]", "'True'"),
        ("[None, .5]", "'None'"),
        ("[1, __import__('os')]", "isn't a number"),
        ("[1, ..., 3]", "'...'"),
        ("[0x10]", "'0x10'"),
        ("[1j]", "'1j'"),
        ("[true]", "holds true, which"),
        ("[null]", "holds null, which"),
        ('["1"]', 'holds "1", which'),
        ('[{"a": 1}]', "holds an object, which"),
        ("[1,2", "1 opening and 0 closing brackets"),
        ("[1 2]", "near '[1 2]'"),
        ("[[1, 2],\n [3, 4 5]]", "near ' [3, 4 5]]'"),
        ("[1,,2]", "near '[1,,2]'"),
        ("[[.5][0]]", "near '[0.5][0]'"),
        ("[.5 -1]", "near '0.5 - 1'"),
        ("[1], [2]", "near"),
        ("1,,2", "a cell is empty"),
        ("1,2\n3,x", "'x' in the text, row 1"),
        ("[1\0]", "isn't a number"),
        ("[.5, \udc80]", "isn't a number"),
        ("[" + "9" * 400 + "]", "too large"),
        ("[" + "9" * 5000 + "]", "too large"),
        ("[.5, " + "9" * 5000 + "]", "too large"),
        ("9" * 5000 + ",1", "too large"),
        ("[" * 65 + "1" + "]" * 65, "nested too deeply"),
        ("[" * 300 + ".5" + "]" * 300, "nested too deeply"),
        ("[" * 10**5 + "1" + "]" * 10**5, "nested too deeply"),
        ("[" + "-" * 10**5 + "1]", "isn't a number"),
    ],
    ids=lambda text: text[:20],
)
def test_refusals(text: str, why: str) -> None:
    said = refused(text)
    assert why in said
    assert len(said) < 150


def test_long_lists_must_be_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(literals, "MOST_CHARACTERS", 10)
    assert text_array("[0.5, 0.5, 0.5]", "the text").shape == (3,)
    assert "too long" in refused("[.5, .5, .5]")


def test_whole_numbers_become_floats_in_place() -> None:
    rows = [[1, 2], [3, 4]]
    assert shape_of(rows, "the rows") == (2, 2)
    assert all(isinstance(number, float) for row in rows for number in row)


def test_json_alone_is_json() -> None:
    assert math.isnan(load_json("[NaN]", "the text")[0])
    with pytest.raises(json.JSONDecodeError):
        load_json("[nan]", "the text")
