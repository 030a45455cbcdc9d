"""Understand convolution: real PyTorch layers, explained number by number.

``run`` and ``shapes`` are what the commands do, ``Layer`` and ``Axis`` what they are built from.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from convcli.version import __version__

if TYPE_CHECKING:
    from convcli.api import run, shapes
    from convcli.arithmetic.axis import Axis
    from convcli.layers.base import Layer

__all__ = ["Axis", "Layer", "__version__", "run", "shapes"]

# Imported when they are asked for, so that the command line starts without them.
HOMES = {"Axis": "arithmetic.axis", "Layer": "layers", "run": "api", "shapes": "api"}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'convcli' has no attribute {name!r}")
    return getattr(import_module(f"convcli.{HOMES[name]}"), name)
