"""The page's arithmetic, arithmetic.js, against torch: shapes, values, and what both refuse."""

import json
import os
import random
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Browser

from convcli.layers import LAYERS, Windowed
from convcli.views import page as page_module
from convcli.views.page import OTHERS, PER_AXIS
from convcli.wording import short

SOURCE = Path(page_module.__file__).with_name("arithmetic.js").read_text()
NAMES = sorted(name for name, layer in LAYERS.items() if issubclass(layer, Windowed))
COUNT = 500


def drawn(rng: random.Random, name: str) -> tuple[dict[str, Any], int, tuple[int, ...]]:
    """Constructor arguments, some of them wrong, channels, and the size of an input."""
    layer, ndim = LAYERS[name], LAYERS[name].ndim

    def sizes(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randint(low, high) for _ in range(ndim))

    transposed = "transpose" in name
    options: dict[str, Any] = {
        "kernel_size": sizes(1, 4),
        "output_size": sizes(1, 7),
        "stride": sizes(1, 4),
        "padding": sizes(0, 3),
        "dilation": sizes(1, 3),
        "groups": rng.randint(1, 3),
        "bias": rng.random() < 0.5,
        "padding_mode": "zeros" if transposed else rng.choice(["zeros", "zeros", "reflect", "replicate", "circular"]),
        "output_padding": sizes(0, 3),
        "ceil_mode": rng.random() < 0.5,
        "count_include_pad": rng.random() < 0.5,
        "divisor_override": rng.choice([None, None, 3, -2]),
        "norm_type": rng.choice([1.0, 2.0, 3.0, float("inf")]),
    }
    if name.startswith("conv") and not transposed and rng.random() < 0.2:
        options["padding"] = rng.choice(["same", "valid"])
    always = ("kernel_size", "norm_type", "output_size")
    takes = [argument for argument in layer.defaults() if argument in options]
    arguments = {argument: options[argument] for argument in takes if argument in always or rng.random() < 0.6}
    channels = rng.randint(1, 2)
    if "out_channels" in layer.defaults():
        groups = arguments.get("groups", 1) if rng.random() < 0.7 else 1
        channels *= groups
        arguments |= {"in_channels": channels, "out_channels": rng.randint(1, 3) * groups}
    return arguments, channels, sizes(1, {1: 12, 2: 7, 3: 4}[ndim])


def case(rng: random.Random, name: str) -> dict[str, Any]:
    """A layer as the page has it, its tensors, and what torch makes of them: an output, or a refusal."""
    layer, ndim = LAYERS[name], LAYERS[name].ndim
    arguments, channels, size = drawn(rng, name)
    known = {argument: value for argument, value in layer.defaults().items() if isinstance(value, int | str | None)}
    page: dict[str, Any] = {
        "family": layer.__name__.removesuffix(f"{ndim}d"),
        "size": size,
        "in_channels": channels,
        **OTHERS,
        **{argument: [value] * ndim for argument, value in PER_AXIS.items()},
        **{argument: [value] * ndim if argument in PER_AXIS else value for argument, value in known.items()},
        **arguments,
    }
    if "stride" not in arguments and "Pool" in layer.__name__:
        page["stride"] = page["kernel_size"]
    if ndim == 1:
        arguments = {key: value[0] if isinstance(value, tuple) else value for key, value in arguments.items()}
    x = np.random.default_rng(rng.randint(0, 10**6)).normal(size=(1, channels, *size)).astype(np.float32)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            module = getattr(torch.nn, layer.__name__)(**arguments)
            output = module(torch.from_numpy(x))
            if not output.numel():
                raise RuntimeError("no output")
    except (RuntimeError, ValueError) as error:
        return {"s": page, "refused": str(error)}
    held = {key: parameter.detach().flatten().tolist() for key, parameter in module.named_parameters()}
    tensors = {"x": x.ravel().tolist(), "w": held.get("weight", []), "b": held.get("bias", [])}
    return {"s": page, **tensors, "shape": list(output.shape[1:]), "output": output.flatten().double().tolist()}


RUN = """text => JSON.parse(text).map(({ s, x, w, b }) => {
  const why = refusal(s);
  if (why || !x) return { why };
  const outputs = cells(outputShape(s)), made = outputs.map(output => terms(s, x, w, output));
  const output = made.map((found, i) => String(combined(s, found, biasOf(s, b, outputs[i][0]))));
  return { why, shape: outputShape(s), output,
    sums: made.map(found => found.reduce((sum, term) => sum + Math.abs(term.product), 0)) };
})"""


def test_against_torch(browser: Browser) -> None:
    torch.manual_seed(0)
    exploring = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
    rng = random.Random() if exploring else random.Random(0)
    cases: list[dict[str, Any]] = []
    ran = 0
    while ran < COUNT * (1 + 9 * exploring):
        cases.append(case(rng, NAMES[len(cases) % len(NAMES)]))
        ran += "refused" not in cases[-1]
    text = json.dumps([{key: each.get(key) for key in ("s", "x", "w", "b")} for each in cases])
    page = browser.new_page()
    page.add_script_tag(content=SOURCE)
    found = page.evaluate(RUN, text.replace("Infinity", "1e999"))
    page.close()
    for each, theirs in zip(cases, found, strict=True):
        assert bool(theirs["why"]) == ("refused" in each), (each["s"], theirs["why"], each.get("refused"))
        if theirs["why"]:
            continue
        assert theirs["shape"] == each["shape"], each["s"]
        ours, expected = np.array(theirs["output"], float), np.array(each["output"])
        with np.errstate(invalid="ignore"):  # one infinity less another
            close = np.abs(ours - expected) <= 1e-5 * (1 + np.array(theirs["sums"]))
        same = close | (np.isnan(ours) & np.isnan(expected)) | (ours == expected)
        if each["s"]["family"] == "LPPool":  # the root of a sum near zero magnifies its rounding
            same |= np.abs(ours**3 - expected**3) <= 1e-4
        assert same.all(), each["s"]
    refused = len(cases) - ran
    assert refused > 50


def test_numbers_are_written_alike(browser: Browser) -> None:
    """Both as Python's ``short``; the languages differ in the last of an exact half alone."""
    rng = random.Random(0)
    values = [rng.uniform(-1, 1) * 10.0 ** rng.randint(-6, 8) for _ in range(300)] + [0.0, 3.0, -7.0, 123456.0]
    page = browser.new_page()
    page.add_script_tag(content=SOURCE)
    theirs = page.evaluate("values => values.map(short)", values)
    page.close()
    assert [float(text) for text in theirs] == [float(short(value)) for value in values]
    assert theirs[-4:] == ["0", "3", "-7", "123456"]
