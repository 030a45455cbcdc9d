"""Commands that take a layer's name, and then the flags of all layers: ``explore conv2d``, ``play conv2d``."""

import inspect
from collections.abc import Callable, Set
from functools import partial
from typing import Annotated, Any

import typer

from convcli.cli.flags import LayerFlags, RunFlags
from convcli.cli.typed import typed_command
from convcli.layers import LAYERS, Windowed
from convcli.matching import same_class

ARGUMENTS = frozenset(LayerFlags.__dataclass_fields__)
FED = frozenset({"input", "size", "seed", "weight", "bias_values", "flip"})  # what goes in, and the weights
Run = Callable[[str, LayerFlags, RunFlags], None]


def layers() -> list[str]:
    """The layers that there is something to see of."""
    return [name for name, layer in LAYERS.items() if issubclass(layer, Windowed)]


def any_layer(run: Run, takes: Set[str]) -> Callable[..., None]:
    """The function that Typer sees: a layer's name, nn.Conv2d or conv2d, and the flags among ``takes``."""

    def command(layer: str, **typed: Any) -> None:
        name = same_class(layer, LAYERS) or layer
        typed_command(partial(run, name), LayerFlags, RunFlags, takes=takes.__contains__)(**typed)

    flags = typed_command(run, LayerFlags, RunFlags, takes=takes.__contains__)
    named = typer.Argument(help="A torch.nn class in lower case.", autocompletion=layers)
    first = inspect.Parameter(
        "layer", inspect.Parameter.POSITIONAL_OR_KEYWORD, default="conv2d", annotation=Annotated[str, named]
    )
    command.__signature__ = inspect.Signature([first, *inspect.signature(flags).parameters.values()])  # type: ignore[attr-defined]
    command.__doc__ = run.__doc__
    return command
