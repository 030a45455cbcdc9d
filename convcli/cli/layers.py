"""The layer commands: one function, given the flags of each torch.nn class."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcli import arrays
from convcli.cli import animation, export, options, steps, terminal
from convcli.errors import ConvcliError
from convcli.filters import FILTERS
from convcli.layers import DEFAULTS, KINDS, Kind
from convcli.plan import make_plan
from convcli.samples import SAMPLES
from convcli.views import code, json, tables

if TYPE_CHECKING:
    from convcli.forward import Result
    from convcli.steps import Use

__all__ = ["command"]

HELP = """nn.{name}: {summary}.

\b
{examples}

Source: torch.nn.{name} in PyTorch's documentation; every flag is an argument of the class.
"""
EXAMPLES: dict[tuple[str, int], tuple[str, ...]] = {
    ("conv", 1): (
        "convcli conv1d --kernel 3 --stride 2",
        "convcli conv1d --input 1,2,3,4,5 --weight 1,0,-1",
        "convcli conv1d --in 2 --out 5 --padding same --json",
    ),
    ("conv", 2): (
        "convcli conv2d --in 3 --out 5",
        "convcli conv2d --input photo.png --kernel 3 --stride 2 --save out.npy",
        "convcli conv2d --size 28x28 --kernel 3x5 --padding 1,2 --code",
    ),
    ("conv", 3): ("convcli conv3d --kernel 1x3x3", "convcli conv3d --size 8x16x16 --padding 1"),
}
FLAGS = {
    "conv": "",
    "convtranspose": "--kernel 3 --stride 2 --output-padding 1",
    "maxpool": "--kernel 2 --ceil-mode",
    "avgpool": "--kernel 3 --padding 1 --no-count-include-pad",
    "lppool": "--kernel 2 --norm-type 1",
}


def examples(family: str, ndim: int) -> str:
    """Commands to begin with, one a line."""
    plain = (f"convcli {family}{ndim}d", f"convcli {family}{ndim}d {FLAGS[family]}")
    return "\n".join(EXAMPLES.get((family, ndim), plain))


def command(name: str) -> Callable[..., None]:
    """The function behind ``conv1d`` and its like, its signature made of the class's arguments."""
    family, ndim = name[:-2], int(name[-2])
    kind = KINDS[family]
    flags = {n: o for n, o in options.LAYER.items() if kind.has(n, ndim)}
    if not kind.weighted:
        flags |= {n: o for n, o in options.RUN.items() if n not in options.WEIGHTED}
    else:
        flags |= options.RUN

    def run(**given: Any) -> None:
        run_layer(family, ndim, given)

    run.__doc__ = HELP.format(name=f"{kind.name}{ndim}d", summary=kind.summary, examples=examples(family, ndim))
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for n, (annotation, default) in flags.items()
        ]
    )
    run.__annotations__ = {n: annotation for n, (annotation, _) in flags.items()}
    return run


def run_layer(family: str, ndim: int, given: dict[str, Any]) -> None:
    """Work out the layer, show its head, run it, show the rest."""
    if given["as_json"] and given["as_code"]:
        raise ConvcliError("--json and --code both take all of stdout", "choose one")
    animation.check(given)
    target = Path(given["save"]) if given["save"] else None
    if target:
        arrays.check_target(target, tuple(arrays.WRITERS), given["force"])
    picture = Path(given["export"]) if given["export"] else None
    if picture:
        arrays.check_target(picture, export.SUFFIXES, given["force"])
    plan = make_plan(
        family,
        ndim,
        layer_arguments(KINDS[family], ndim, given),
        input=array(given["input"]) if given["input"] is not None else None,
        size=options.numbers(given["size"], "--size"),
        **weights(given),
    )
    for text in plan.warnings:
        terminal.warn(text)
    if given["as_code"]:
        terminal.write(code.script(plan))
        return
    if not given["as_json"]:
        terminal.show(tables.head(plan))
    with terminal.loading_torch():
        from convcli.forward import run

        result = run(plan)
    found = steps.chosen(given, result)
    if target:
        written = arrays.save(target, result.output, given["force"])
        terminal.warn(f"wrote {target}: {written}")
    if picture:
        export.export(result, picture, found, given["region"], given["force"])
    if given["animate"]:
        animation.play(result, steps.chosen(given | {"steps": given["steps"] or "all"}, result), given["speed"])
        return
    if given["as_json"]:
        inside = json.inside_object(found, *uses(given, result)) if steps.asked(given) else {}
        if given["coverage"]:
            inside["coverage"] = [axis.coverage() for axis in plan.axes]
        terminal.write(json.dump(json.result_object(result) | inside) + "\n")
        return
    width = terminal.out.width
    if not steps.asked(given):
        terminal.show(*tables.body(result, width, given["full"]))
        return
    from convcli.views import steps as view

    if found:
        terminal.show(*view.drawn(found, width))
    if given["coverage"]:
        terminal.show(*tables.coverage(plan, width, given["full"]))
    for title, among in zip(("the input cell", "the weight"), uses(given, result), strict=True):
        if among is not None:
            terminal.show(*view.uses(title, among, len(among)))


def uses(given: dict[str, Any], result: "Result") -> "tuple[list[Use] | None, list[Use] | None]":
    """What ``--from`` and ``--of`` ask for; None where they don't."""
    from convcli.steps import uses_of_input, uses_of_weight

    cell, weight = given["from_cell"], given.get("of_weight")
    of_cell = of_weight = None
    if cell:
        of_cell = list(uses_of_input(result, steps.index(cell, result.input.shape, "--from")))
    if weight and result.weight is not None:
        of_weight = list(uses_of_weight(result, steps.index(weight, result.weight.shape, "--of")))
    return of_cell, of_weight


def layer_arguments(kind: Kind, ndim: int, given: dict[str, Any]) -> dict[str, Any]:
    """The constructor arguments that were typed; a flag that takes no value turns its argument round."""
    typed = {n: given[n] for n in options.LAYER if kind.has(n, ndim)}
    typed = {n: not DEFAULTS[n] if v is True else v for n, v in typed.items() if v is not None and v is not False}
    return options.constructor(typed)


def weights(given: dict[str, Any]) -> dict[str, Any]:
    """Seed, weight and bias, for layers that have them."""
    if "seed" not in given:
        return {}
    if given["bias_values"] is not None and given["bias"]:
        raise ConvcliError("--bias and --no-bias contradict each other", "leave one out")
    if not -(2**63) <= given["seed"] < 2**64:
        raise ConvcliError(f"--seed {given['seed']} is beyond 64 bits", "try --seed 0")
    weight, bias = given["weight"], given["bias_values"]
    return {
        "seed": given["seed"],
        "weight": None if weight is None else array(weight),
        "depthwise": weight in FILTERS,
        "bias": None if bias is None else array(bias),
    }


def array(text: str) -> arrays.Array:
    """An array the user named; a .pt file needs torch to be read at all."""
    named = SAMPLES | {name: found.array for name, found in FILTERS.items()}
    if text.endswith((".pt", ".pth")):
        with terminal.loading_torch():
            return arrays.read(text, named)
    return arrays.read(text, named)
