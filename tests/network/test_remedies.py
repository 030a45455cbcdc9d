"""Every change that is suggested gets through."""

import re
from typing import Any

import pytest

from convcli.network.chain import work_out
from convcli.network.fitting import shape_of
from convcli.network.notation import read_text
from convcli.network.remedies import arithmetic, remedies

LENET = "Conv2d(1, 6, 5); MaxPool2d(2); Conv2d(6, 16, 5); MaxPool2d(2); Flatten(); Linear(400, 10)"
FAILING = [
    (LENET, (36, 36), ["Linear(576, 10)", "an input of 32 × 32"]),
    (LENET, (8, 8), ["an input of 32 × 32"]),
    ("Conv2d(1, 6, 5); Linear(3456, 10)", (28, 28), ["Flatten()"]),
    ("Conv2d(1, 6, 5); Linear(400, 10)", (28, 28), ["Flatten(), Linear(3456, 10)"]),
    ("Conv2d(1, 6, 5); BatchNorm2d(7)", (28, 28), ["BatchNorm2d(6)"]),
    ("Conv2d(1, 6, 5); Conv2d(7, 8, 3)", (28, 28), ["Conv2d(6, 8, kernel_size=3)"]),
    ("Conv2d(1, 6, 5); GroupNorm(2, 8)", (28, 28), ["GroupNorm(2, 6)"]),
    ("Conv2d(1, 6, 5); LayerNorm(7)", (28, 28), ["LayerNorm((24,))"]),
    ("Conv2d(1, 6, 5); PReLU(3)", (28, 28), ["PReLU(num_parameters=6)"]),
    ("Linear(4, 5); Linear(6, 2)", (4,), ["Linear(5, 2)"]),
]


@pytest.mark.parametrize(("text", "size", "codes"), FAILING)
def test_changes_get_through(text: str, size: tuple[int, ...], codes: list[str]) -> None:
    model = read_text(text)
    chain = work_out(model, shape_of(model, size))
    assert chain.failed is not None
    found = remedies(chain)
    assert [remedy.code for remedy in found] == codes
    calls = text.split("; ")
    for remedy in found:
        if sizes := re.fullmatch(r"an input of (.*)", remedy.code):
            shape: Any = (*chain.input_shape[:2], *map(int, sizes[1].split(" × ")))
            changed = text
        else:
            shape = chain.input_shape
            kept = calls[chain.failed.index] if remedy.code == "Flatten()" else ""
            new = [remedy.code.replace("), ", "); "), kept]
            changed = "; ".join(filter(None, [*calls[: chain.failed.index], *new, *calls[chain.failed.index + 1 :]]))
        again = work_out(read_text(changed), shape)
        assert again.failed is None or again.failed.index > chain.failed.index


def test_where_the_number_comes_from() -> None:
    model = read_text(LENET)
    assert arithmetic(work_out(model, (1, 1, 36, 36))) == "576 = 16 · 6 · 6"
    assert arithmetic(work_out(model, (1, 1, 32, 32))) == ""
    assert remedies(work_out(model, (1, 1, 32, 32))) == []
