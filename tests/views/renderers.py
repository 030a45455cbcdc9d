"""Two programs that draw SVG and are no browsers; each gives a PNG."""

from typing import Any

import pytest

from convcli.views.raster import FONTS


def by_cairo(svg: str, width: int | None = None) -> bytes:
    try:
        import cairosvg
    except OSError:
        pytest.skip("no libcairo here")
    return bytes(cairosvg.svg2png(bytestring=svg.encode(), output_width=width))


def by_resvg(svg: str, width: int | None = None) -> bytes:
    import resvg_py

    more: dict[str, Any] = {"width": width, "font_files": [str(path) for path in FONTS.glob("*.ttf")]}
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, **more))
