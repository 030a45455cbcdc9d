"""One version, said everywhere."""

import re
from collections.abc import Callable

import convcli as package
from convcli.version import __version__
from tests.conftest import Ran


def test_the_command_and_the_package_say_the_same(convcli: Callable[..., Ran]) -> None:
    assert package.__version__ == __version__
    assert convcli("--version").out.split()[:2] == ["convcli", __version__]
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
