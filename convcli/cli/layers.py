"""The layer commands: one function, given the flags of each torch.nn class."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convcli import arrays
from convcli.cli import animation, export, options, steps, terminal
from convcli.errors import ConvcliError
from convcli.filters import FILTERS
from convcli.layers import DEFAULTS, KINDS, Kind
from convcli.plan import make_plan
from convcli.samples import SAMPLES
from convcli.views import code, json, tables

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
ARGUMENTS = {
    "conv": "",
    "convtranspose": "--kernel 3 --stride 2 --output-padding 1",
    "maxpool": "--kernel 2 --ceil-mode",
    "avgpool": "--kernel 3 --padding 1 --no-count-include-pad",
    "lppool": "--kernel 2 --norm-type 1",
}
# Each of these has stdout to itself.
ALONE = {"as_json": "--json", "as_code": "--code", "animate": "--animate", "show": "--show"}


def examples(family: str, ndim: int) -> str:
    """Commands to begin with, one a line."""
    plain = (f"convcli {family}{ndim}d", f"convcli {family}{ndim}d {ARGUMENTS[family]}")
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
    """Work out the layer, show its head, run it, show the rest. Nothing is written before all is known to work."""
    check(given)
    plan = make_plan(
        family,
        ndim,
        layer_arguments(KINDS[family], ndim, given),
        input=array(given["input"]) if given["input"] is not None else None,
        size=options.numbers(given["size"], "--size"),
        **weights(given),
    )
    places = steps.chosen(given, plan)
    cell, weight = steps.uses(given, plan)
    shown = export.chosen(plan, places, given["region"]) if given["export"] else []
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
    from convcli.steps import step, uses_of_input, uses_of_weight
    from convcli.views import maps
    from convcli.views import steps as words
    from convcli.views.scene import make_scene

    found = [step(result, place) for place in places]
    scene = None
    if shown:
        drawn = found or [step(result, place) for place in terminal.tracked(shown, len(shown), "working out the steps")]
        scene = make_scene(result, drawn, given["region"] is not None)
    if given["save"]:
        written = arrays.save(Path(given["save"]), result.output, given["force"])
        terminal.warn(f"wrote {given['save']}: {written}")
    if scene:
        export.write(scene, Path(given["export"]), given["force"])
    if given["animate"]:
        animation.play(result, found, given["speed"])
        return
    uses = ([uses_of_input(result, cell)] if cell else []) + ([uses_of_weight(result, weight)] if weight else [])
    if given["as_json"]:
        inside = json.steps_object(found) | json.uses_object(uses)
        if given["coverage"]:
            inside["coverage"] = [axis.coverage() for axis in plan.axes]
        terminal.write(json.dump(json.result_object(result) | inside) + "\n")
        return
    width, colour, full = terminal.out.width, terminal.in_colour(), given["full"]
    if found:
        terminal.show(*words.drawn(found, width, full))
    if given["coverage"]:
        terminal.show(*maps.coverage(plan, width, colour, full))
    for each in uses:
        terminal.show(*words.uses(each, full))
    if given["show"]:
        terminal.show(*maps.maps(result, width, colour, full))
    elif not steps.asked(given):
        terminal.show(*tables.body(result, width, full))


def check(given: dict[str, Any]) -> None:
    """Refuse flags that contradict each other, and files that can't be written."""
    for name, value in given.items():
        if value == "":
            flag = options.spelled(name)
            raise ConvcliError(f"{flag} was given an empty text", f"give {flag} a value, or leave it out")
    alone = [flag for name, flag in ALONE.items() if given[name]]
    if len(alone) > 1:
        raise ConvcliError(f"{alone[0]} and {alone[1]} both take all of stdout", "choose one")
    if given["as_code"]:
        for name, flag in ({"save": "--save", "export": "--export"} | steps.FLAGS).items():
            if given.get(name):
                raise ConvcliError(f"--code writes a script and runs nothing: no numbers for {flag}", "leave one out")
    if given["region"] and not given["export"]:
        raise ConvcliError("--region is the part that --export draws", "add --export steps.svg, or leave --region out")
    if given["animate"]:
        for name, flag in steps.FLAGS.items():
            if given.get(name) and name not in ("steps", "at"):
                raise ConvcliError(f"--animate and {flag} both take all of the screen", "choose one")
    if given["input"] is not None and given["size"] is not None:
        raise ConvcliError("--input and --size both say what goes in", "choose one")
    animation.check(given["animate"], given["speed"])
    for name, suffixes in (("save", tuple(arrays.WRITERS)), ("export", export.SUFFIXES)):
        if given[name]:
            arrays.check_target(Path(given[name]), suffixes, given["force"])
    if given["save"] and given["export"] and Path(given["save"]).absolute() == Path(given["export"]).absolute():
        raise ConvcliError("--save and --export name the same file", "give the picture a name of its own")


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
