"""A plan as a PyTorch script that runs as it stands and gives the same numbers."""

from math import prod

from convcli.errors import ConvcliError
from convcli.plan import Plan

__all__ = ["script"]

MOST_VALUES = 10_000


def script(plan: Plan) -> str:
    """Python source; it prints the output's shape and values."""
    arrays = [array for array in (plan.input, plan.weight, plan.bias) if array]
    for array in arrays:
        if array.code.startswith("torch.tensor(") and prod(array.shape) > MOST_VALUES:
            raise ConvcliError(
                f"{array.source} has {prod(array.shape):,} values, too many to write into a script",
                "save them as .npy and give that file",
            )
    needed = " ".join(array.code for array in arrays)
    imports = ["import torch", "from torch import nn"]
    if "np." in needed:
        imports.insert(0, "import numpy as np")
    if "Image." in needed:
        imports.insert(-2, "from PIL import Image, ImageOps")
    lines = [*imports, ""]
    if plan.layer.kind.weighted:
        lines.append(f"torch.manual_seed({plan.seed})")
    lines.append(f"layer = {plan.layer.code}")
    for name, given in (("weight", plan.weight), ("bias", plan.bias)):
        if given:
            lines += ["with torch.no_grad():", f"    layer.{name}.copy_({given.code})"]
    lines += ["", f"x = {plan.input.code}  # {list(plan.input.shape)}"]
    if plan.added:
        unsqueeze = ".unsqueeze(0)" * plan.added
        lines.append(f"x = x{unsqueeze}  # {list(plan.shape)}: {', '.join(plan.axis_names)}")
    outputs = "output, indices" if plan.layer.return_indices else "output"
    lines += ["", "with torch.no_grad():", f"    {outputs} = layer(x)"]
    lines += ["print(tuple(output.shape))", "print(output)"]
    return "\n".join(lines) + "\n"
