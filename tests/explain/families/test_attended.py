"""Types of query, key and value."""

import pytest

from tests.explain import at, first

MESSAGE = (
    "RuntimeError: Expected query, key, and value to have the same dtype, but got query.dtype: {} key.dtype: {} and "
    "value.dtype: {} instead."
)


@pytest.mark.parametrize(
    ("types", "line", "code"),
    [
        (
            ("struct c10::Half", "float", "float"),
            "v = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)",
            "v = F.scaled_dot_product_attention(q, k.to(q.dtype), v.to(q.dtype), attn_mask=mask)",
        ),
        (
            ("float", "float", "c10::BFloat16"),
            "y = F.scaled_dot_product_attention(q + p, key=k, value=v)",
            "y = F.scaled_dot_product_attention((q + p).to(v.dtype), key=k.to(v.dtype), value=v)",
        ),
        (
            ("float", "double", "float"),
            "y = F.scaled_dot_product_attention(q, k, v)",
            "y = F.scaled_dot_product_attention(q, k.to(q.dtype), v)",
        ),
    ],
)
def test_the_odd_ones_are_cast(types: tuple[str, str, str], line: str, code: str) -> None:
    rule, answer = first(at(line, MESSAGE.format(*types)))
    assert (rule, [fix.code for fix in answer.fixes]) == ("attention-dtype", [code])


def test_without_the_line_the_three_are_named() -> None:
    answer = first(MESSAGE.format("c10::Half", "float", "float"))[1]
    assert "query is half, key is float, value is float" in answer.says
    assert "key.to(query.dtype)" in answer.advice
