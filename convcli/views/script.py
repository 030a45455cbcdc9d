"""A plan as a PyTorch script that runs as it stands and gives the same numbers."""

from convcli.plan import Plan
from convcli.report import Report


def script(report: Report) -> str:
    """Python source; it prints the output's shape and values."""
    return script_of(report.plan)


def script_of(plan: Plan) -> str:
    """The same of a plan; a report may not have run."""
    arrays = [array for array in (plan.input, plan.weight, plan.bias) if array]
    imports = [*dict.fromkeys(line for array in arrays for line in array.imports)]
    numpy = [line for line in imports if "numpy" in line]
    others = [line for line in imports if "numpy" not in line]
    lines = [*numpy, *others, "import torch", "from torch import nn", ""]
    if plan.layer.weight_shape:
        lines.append(f"torch.manual_seed({plan.seed})")
    lines.append(f"layer = {plan.layer.code}")
    for name, array in (("weight", plan.weight), ("bias", plan.bias)):
        if array:
            lines += ["with torch.no_grad():", f"    layer.{name}.copy_({array.code})"]
    lines += ["", f"x = {plan.input.code}  # {list(plan.input.shape)}"]
    if plan.added:
        unsqueeze = ".unsqueeze(0)" * plan.added
        lines.append(f"x = x{unsqueeze}  # {list(plan.shape)}: {', '.join(plan.axis_names)}")
    outputs = "output, indices" if plan.layer.returns_indices else "output"
    lines += ["", "with torch.no_grad():", f"    {outputs} = layer(x)"]
    lines += ["print(tuple(output.shape))", "print(output)"]
    return "\n".join(lines) + "\n"
