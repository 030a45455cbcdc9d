"""A report as one live page that needs nothing else: PyTorch's values, and the arithmetic to change the layer with."""

import json
import re
import shlex
from base64 import b64encode
from html import escape
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcli.data.arrays import Array
from convcli.data.filters import FILTERS
from convcli.data.samples import SAMPLES, sample_for
from convcli.plan import Plan
from convcli.report import Report
from convcli.views.tints import variables

if TYPE_CHECKING:
    import numpy as np

HERE = Path(__file__).parent
SCRIPTS = ("arithmetic.js", "layout.js", "state.js", "picture.js", "words.js", "controls.js", "page.js")
# What stands between a script's words: quoted text, comments, signs and the air around them, air alone.
BETWEEN = re.compile(r"""('[^']*'|"[^"]*"|`[^`]*`)|\s*//.*\s*|[;\s]*(})\s*|\s*([-+{()\[\],;:?=<>|&!*%/])\s*|(\s)\s*""")
# What a reader who changes to another layer begins with.
PER_AXIS = {"kernel_size": 2, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0, "output_size": 1}
OTHERS = {
    "groups": 1,
    "bias": False,
    "padding_mode": "zeros",
    "ceil_mode": False,
    "count_include_pad": True,
    "norm_type": 2,
}
LISTED = 400  # numbers that may be shorter as a list than packed
WRITTEN = 64  # numbers of an output written out for readers without scripts


def page(report: Report) -> str:
    """The whole file; it opens at the first step that is drawn."""
    import numpy as np

    plan, values = report.plan, report.values
    item = report.picks.drawn[0][0] if report.picks.drawn else 0
    data = {
        "layer": settings(plan),
        "code": plan.layer.code,
        "input": _input_flag(plan),
        "weights": _weight_flags(plan),
        "x": _drawn(values.input[item]),
        "w": _packed(values.weight),
        "b": _packed(values.bias),
        "y": _packed(values.output[item]),
        "step": _first_step(report),
        "filters": {each.name: (each.rows, each.divisor) for each in FILTERS.values() if each.ndim == plan.layer.ndim},
        "samples": {
            name: (each.shape, _drawn(np.array(each.data)))
            for name, each in SAMPLES.items()
            if name.startswith("input_") and len(each.shape) in (plan.layer.ndim, plan.layer.ndim + 1)
        },
    }
    filled = {
        "title": escape(plan.layer.code),
        "colours": variables(),
        "style": re.sub(
            r"[;\s]*(})\s*|\s*([{;,])\s*|(?<=:) ", r"\1\2", (HERE / "page.css").read_text(encoding="utf-8")
        ),
        "numbers": escape(_numbers(report.output[item])),
        # JSON has no infinity; what overflows becomes one.
        "data": json.dumps(data, separators=(",", ":")).replace("Infinity", "1e999").replace("</", "<\\/"),
        "script": "\n".join(_squeezed((HERE / name).read_text(encoding="utf-8")) for name in SCRIPTS),
    }
    template = (HERE / "page.html").read_text(encoding="utf-8").replace(">\n<", "><")
    return re.sub(r"@(\w+)@", lambda name: filled[name[1]], template)


def settings(plan: Plan) -> dict[str, Any]:
    """A layer and the size of its input, as the page's arithmetic takes them; what the layer has no argument for, too.

    >>> from convcli.plan import make_plan
    >>> lppool = settings(make_plan("lppool1d", {"kernel_size": 3}))
    >>> lppool["family"], lppool["stride"], lppool["dilation"]
    ('LPPool', [3], [1])
    """
    layer, channels = plan.layer, plan.shape[1]
    each = {name: [value] * layer.ndim for name, value in PER_AXIS.items()}
    arguments = {name: list(value) if isinstance(value, tuple) else value for name, value in layer.arguments().items()}
    return {
        "family": layer.type.removesuffix(f"{layer.ndim}d"),
        "size": list(plan.shape[2:]),
        "in_channels": channels,
        "out_channels": channels,
        **each,
        **OTHERS,
        **arguments,
    }


def _first_step(report: Report) -> int:
    """Which output, counted through the item's, is the first to be drawn."""
    if not report.picks.drawn:
        return 0
    step = 0
    for size, index in zip(report.output_shape[1:], report.picks.drawn[0][1:], strict=True):
        step = step * size + index
    return step


def _input_flag(plan: Plan) -> str | None:
    """The flag that gives this input; None where there is no typing it."""
    if plan.input is sample_for(plan.layer.ndim, None):
        return ""
    if plan.input.data is None:
        return f"--size {'x'.join(map(str, plan.input.shape))}"
    return _flag("input", plan.input)


def _weight_flags(plan: Plan) -> str | None:
    """The flags that give these weights."""
    flags = [_flag(name, array) for name, array in (("weight", plan.weight), ("bias", plan.bias)) if array]
    if plan.weight is None and plan.seed:
        flags.append(f"--seed {plan.seed}")
    if plan.flip:
        flags.append("--flip")
    return None if None in flags else " ".join(flag for flag in flags if flag)


def _flag(name: str, array: Array) -> str | None:
    """An array as a flag: by the name that it has, or number by number."""
    if array.source in SAMPLES or array.source in FILTERS:
        return f"--{name} {array.source}"
    if not array.spelled_out:
        return f"--{name} {shlex.quote(array.source)}" if array.recipe else None
    numbers = json.dumps(array.data, separators=(",", ":"))
    return f'--{name} "{re.sub(r"[.]0(?=[],])", "", numbers)}"'


def _squeezed(script: str) -> str:
    """JavaScript without its comments and the air that says nothing; what is quoted stays.

    The scripts are written for it: statements end with a semicolon, comments follow a sign, no quote is escaped, no
    template stands within a template, no two signs of numbers stand beside each other. ``let``
    is shorter than ``const``.

    >>> _squeezed("// All of it\\nif (a && b) {  // or not\\n  say(`${a} + b`, 'a && b');\\n}")
    "if(a&&b){say(`${a} + b`,'a && b')}"
    """
    return BETWEEN.sub(r"\1\2\3\4", script.replace("const ", "let ")).strip()


def _packed(values: "np.ndarray | None") -> Any:
    """Numbers as a list where that is shorter, else as base64 of float32."""
    if values is None:
        return []
    import numpy as np

    packed = b64encode(values.astype("<f4").tobytes()).decode()
    if values.size <= LISTED and np.isfinite(values).all():
        listed = [int(v) if float(v).is_integer() else float(v) for v in values.ravel()]
        return min(listed, packed, key=lambda written: len(json.dumps(written)))
    return packed


def _drawn(values: "np.ndarray") -> Any:
    """Numbers, or None where they are the ramp that the page draws by itself."""
    import numpy as np

    return None if (values == 1 + np.arange(values.shape[-1])).all() else _packed(values)


def _numbers(output: "np.ndarray") -> str:
    if prod(output.shape) > WRITTEN:
        return f"{list(output.shape)}, too many numbers to write out here"
    import numpy as np

    return np.array2string(output, precision=4, threshold=WRITTEN)
