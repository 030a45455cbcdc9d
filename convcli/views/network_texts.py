"""A network as a text for a program: JSON, CSV, a Markdown table, or a script that builds and runs it."""

import csv
import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from convcli.network.chain import Chain, Row
from convcli.network.counting import CONVENTIONS, counted
from convcli.network.remedies import remedies
from convcli.network.study import Study
from convcli.refusals import in_python
from convcli.views.as_json import as_text

HEADINGS = ("name", "layer", "output", "parameters", "macs", "receptive_field", "jump", "activation_bytes")


def network_object(chain: Chain, convention: str = "") -> dict[str, Any]:
    """The object of ``--json``; the layer that fails isn't among the layers."""
    failed, sees = chain.failed, chain.sees
    found: dict[str, Any] = {
        "model": chain.model.name,
        "input_shape": list(chain.input_shape),
        "output_shape": _listed(chain.output_shape),
        "layers": [row_object(chain, row) for row in chain.worked],
        "parameters": chain.parameters,
        "macs": chain.macs,
        "receptive_field": [count for count, _ in sees.seen] if sees else None,
        "receptive_field_at": sees.name if sees else None,
        "memory": {
            "weights": 4 * chain.parameters,
            "activations": chain.peak_bytes,
            "training": chain.training_bytes,
        },
        "failed": None,
        "notes": list(chain.notes),
    }
    if convention:
        unit = CONVENTIONS[convention].unit
        found["convention"] = {"name": convention, "count": counted(chain, convention), "unit": unit}
    if failed:
        why, fix = failed.refusal.words(in_python)
        changes = [{"code": remedy.code, "says": remedy.says} for remedy in remedies(chain)]
        found["failed"] = {
            "name": failed.name,
            "code": failed.code,
            "input_shape": list(failed.input_shape),
            "message": why,
            "fix": changes[0]["code"] if changes else fix,
            "fixes": changes,
        }
    return found


def row_object(chain: Chain, row: Row) -> dict[str, Any]:
    """One layer; null is what isn't known."""
    seen = row.seen
    sliding = row.sight is not None and row.slides
    jumps = [number(field.jump) for field in row.sight.fields] if row.sight and sliding else None
    return {
        "name": row.name,
        "code": row.code,
        "input_shape": _listed(row.input_shape if row.output_shape else None),
        "output_shape": _listed(row.output_shape),
        "parameters": row.parameters,
        "macs": row.macs,
        "receptive_field": [count for count, _ in seen] if row.sight else None,
        "receptive_field_status": [sure for _, sure in seen] if row.sight else None,
        "jump": jumps,
        "activation_bytes": row.activation_bytes,
        "note": row.note or None,
    }


def number(value: Fraction) -> int | float:
    """A whole number where it is one."""
    return value.numerator if value.denominator == 1 else float(value)


def _listed(shape: Sequence[int] | None) -> list[int] | None:
    return None if shape is None else list(shape)


def network_text(study: Study) -> str:
    """The text of ``--json``."""
    return as_text(network_object(study.chain, study.convention))


def _cells(chain: Chain, row: Row) -> list[str]:
    each = row_object(chain, row)
    values = (each["output_shape"], each["parameters"], each["macs"], each["receptive_field"], each["jump"])
    return [row.name, row.code, *map(_cell, values), _cell(row.activation_bytes)]


def _cell(value: Any) -> str:
    return "" if value is None else "x".join(map(str, value)) if isinstance(value, list) else str(value)


def as_csv(study: Study) -> str:
    """A line for each layer, the headings first."""
    chain = study.chain
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(_cells(chain, row) for row in chain.worked)
    return stream.getvalue()


def as_markdown(study: Study) -> str:
    """A table, and the sums below it."""
    chain = study.chain
    lines = [
        "| name | layer | output | parameters | MACs | receptive field | jump |",
        "| --- " * 3 + "| ---: " * 4 + "|",
    ]
    for row in chain.worked:
        name, code, output, parameters, macs, field, jump, _ = (text.replace("|", r"\|") for text in _cells(chain, row))
        counts = (f"{int(count):,}" if count else "" for count in (parameters, macs))
        lines.append(f"| {' | '.join([name, f'`{code}`', _times(output), *counts, _times(field), _times(jump)])} |")
    lines.append(f"| **{len(chain.worked)} layers** | | | **{chain.parameters:,}** | **{chain.macs:,}** | | |")
    if chain.failed:
        lines += ["", f"Fails at `{chain.failed.name}`: {chain.failed.refusal.words(in_python)[0]}."]
    return "\n".join(lines) + "\n"


def _times(text: str) -> str:
    return text.replace("x", " × ")


def network_script(study: Study) -> str:
    """Python source that builds the layers and runs them, one after the other, on an input of zeros."""
    chain = study.chain
    lines = ["import torch", "from torch import nn", "", "layers = ["]
    for row in chain.rows:
        if row.layer is None:
            lines.append(f"    # {row.name}: {row.code}, which isn't known here")
        elif row.unused:
            lines.append(f"    # {row.name}: {row.layer.code}, made, but never called")
        else:
            code = f"lambda x: {row.code}" if row.code.startswith("x.") else row.layer.code
            lines.append(f"    ({row.name!r}, {code}),")
    whole = "torch.long" if chain.positions == 1 else "torch.float32"
    shape = ", ".join(map(str, chain.input_shape))
    lines += [
        "]",
        "modules = nn.ModuleList(layer for _, layer in layers if isinstance(layer, nn.Module)).eval()",
        f"x = torch.zeros({shape}, dtype={whole})",
        "with torch.no_grad():",
        "    for name, layer in layers:",
        "        x = layer(x)",
        "        print(name, tuple(x.shape))",
        'print(sum(p.numel() for p in modules.parameters()), "parameters")',
    ]
    return "\n".join(lines) + "\n"
