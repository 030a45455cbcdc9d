"""The layers without windows are there once a chain asks for one."""

import subprocess
import sys

SCRIPT = """
from convcli.layers import LAYERS, Layer
before = len(LAYERS)
assert "batchnorm2d" not in LAYERS
assert Layer.of("BatchNorm2d", num_features=3).parameters == 6
assert len(LAYERS) > before
"""


def test_they_are_entered_when_they_are_asked_for() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True)
