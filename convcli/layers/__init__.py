"""What a layer is: its torch.nn class, its arguments, its windows and its counts. No torch here.

A new layer is one class, entered by ``named`` or ``for_axes``; every command and every view follows from it.
"""

from convcli.layers import convolutions, poolings, unfold  # noqa: F401  (they enter their layers)
from convcli.layers.base import LAYERS, Layer
from convcli.layers.windowed import Sliding, Windowed

__all__ = ["LAYERS", "Layer", "Sliding", "Windowed"]
