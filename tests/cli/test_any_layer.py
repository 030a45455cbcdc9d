"""Commands that take any layer's name: how it may be typed, and which flags follow it."""

from collections.abc import Callable
from typing import Any

import pytest

from convcli.cli import load
from convcli.cli.any_layer import any_layer, layers
from convcli.cli.flags import LayerFlags, RunFlags


@pytest.mark.parametrize("typed", ["conv2d", "Conv2d", "nn.Conv2d", "torch.nn.Conv2d"])
def test_a_name_in_every_spelling(typed: str) -> None:
    asked: list[tuple[str, Any]] = []

    def run(name: str, arguments: LayerFlags, flags: RunFlags) -> None:
        """What it does."""
        asked.append((name, arguments.kernel_size))

    command: Callable[..., None] = any_layer(run, {"kernel_size"})
    command(typed, kernel_size="5")
    assert asked == [("conv2d", (5,))]
    assert command.__doc__ == "What it does."


def test_what_a_shell_completes() -> None:
    assert "maxpool2d" in layers()
    assert "relu" not in layers()
    for name, its_own in (("play", "--at"), ("explore", "--speed")):
        flags = {flag for param in load(name).params for flag in param.opts}
        assert {"layer", "--kernel", "--ceil-mode", "--weight", its_own} <= flags
        assert "--export" not in flags
