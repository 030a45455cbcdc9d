"""A page's address is typed by anybody: whatever it says, the page shows a layer that torch would build."""

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import time_ns

import pytest
import torch
from playwright.sync_api import Page

from tests.fuzz.addresses import address

EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
SEED = time_ns() if EXPLORING else 0
COUNT = 10_000 if EXPLORING else 25  # addresses of each page
HANGS = 30  # seconds, on however busy a machine
# What the page is after it has read an address, and how long that took.
READ = """address => {
  history.replaceState(null, '', '#' + address);
  const began = performance.now();
  recall();
  return { code: python(), size: shapeOf(s), shape: outputShape(s), why: refusal(s), note: $('note').textContent,
    seconds: (performance.now() - began) / 1000, count: count(), now,
    held: [x.length, w.length, b.length], wanted: [product(shapeOf(s)), product(weightShape(s) ?? [0])] };
}"""


@pytest.mark.parametrize(
    "arguments", ["conv1d --in 2", "conv2d --size 6x6", "maxpool3d --size 4x4x4", "unfold --size 4x4"]
)
def test_whatever_an_address_says(export: Callable[..., Path], visit: Callable[..., Page], arguments: str) -> None:
    page = visit(export(arguments))
    for number in range(COUNT):
        said = address(Random(f"{arguments} {SEED} {number}"))
        check(page.evaluate(READ, said), f"{arguments} #{said[:300]}")


def check(page: dict, where: str) -> None:
    assert page["why"] == "", where
    assert page["seconds"] < HANGS, where
    assert 0 <= page["now"] < page["count"], where
    assert len(page["note"]) < 300, where
    assert page["held"][0] == page["wanted"][0], where
    built = eval(page["code"], {"nn": torch.nn, "inf": float("inf")})
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of even kernels with padding 'same'
        assert list(built.to("meta")(torch.empty(1, *page["size"])).shape[1:]) == page["shape"], where
    if page["wanted"][1]:
        assert page["held"][1] == page["wanted"][1] == built.weight.numel(), where
