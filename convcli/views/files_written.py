"""A report as a file: its output's values, or a picture of its steps."""

from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from math import prod
from typing import Any, BinaryIO

from convcli.data.saving import write_values
from convcli.limits import check_page
from convcli.plan import Plan
from convcli.refusals import ConvcliError
from convcli.report import Report

# What writes a picture of each kind, ``write(scene, stream, theme, tracked)``, which returns how many
# moments it shows; a page is no scene.
FORMATS = {
    ".svg": ("svg", "write_svg"),
    ".gif": ("raster", "write_gif"),
    ".png": ("raster", "write_png"),
    ".pdf": ("pdf", "write_pdf"),
    ".tex": ("tikz", "write_tex"),
}
NEEDED = {".pdf": "fpdf"}  # by the formats that need a package which comes with an extra of their name
PICTURES = (*FORMATS, ".html")

# Passes items on, and may tell how many of so many it has seen.
Tracked = Callable[[Iterable[Any], int, str], Iterable[Any]]


def saved(report: Report, stream: BinaryIO, suffix: str, tracked: Tracked) -> str:
    """The output's values; returns what was written, in words."""
    return write_values(report.output, stream, suffix)


def check_format(suffix: str, plan: Plan) -> None:
    """Refuse a format whose package isn't there, and a layer that it can't show."""
    if suffix == ".html":
        check_page(plan)
    package = NEEDED.get(suffix)
    if package and find_spec(package) is None:
        extra = suffix.removeprefix(".")
        raise ConvcliError(f"{suffix} needs {package}2, which isn't installed", f"pip install 'convcli[{extra}]'")


def exported(report: Report, stream: BinaryIO, suffix: str, tracked: Tracked, theme: str = "light") -> str:
    """The drawn steps; returns how many there are, in words."""
    if suffix == ".html":
        from convcli.views.page import page

        stream.write(page(report).encode())
        steps = prod(report.output_shape[1:])
        return f"{steps:,} step{'s' * (steps > 1)}"
    from convcli.views.scene import Scene

    module, function = FORMATS[suffix]
    scene = Scene(report)
    write = getattr(import_module(f"convcli.views.{module}"), function)
    shown = write(scene, stream, theme, lambda pictures: tracked(pictures, len(scene.moments), "drawing"))
    return scene.told(shown)
