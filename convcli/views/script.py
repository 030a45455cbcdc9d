"""A plan as a PyTorch script that runs as it stands and gives the same numbers."""

from convcli.report import Report


def script(report: Report) -> str:
    """Python source; it prints the output's shape and values. Nothing has to run for it."""
    plan = report.plan
    arrays = [array for array in (plan.input, plan.weight, plan.bias) if array]
    imports = dict.fromkeys(line for array in arrays for line in array.imports)
    lines = [*sorted(imports, key=lambda line: "numpy" not in line), "import torch", "from torch import nn", ""]
    if setup := dict.fromkeys(line for array in arrays for line in array.setup):
        lines += [*setup, ""]
    if plan.layer.weight_shape and not plan.weight:
        lines.append(f"torch.manual_seed({plan.seed})")
    lines.append(f"layer = {plan.layer.code}")
    filled = [("weight", plan.weight.code)] if plan.weight else []
    filled += [("bias", plan.bias.code)] if plan.bias else []
    filled += [("weight", f"layer.{plan.turned}")] if plan.flip else []
    if filled:
        lines += ["with torch.no_grad():", *(f"    layer.{name}.copy_({code})" for name, code in filled)]
    lines += ["", f"x = {plan.input.code}  # {list(plan.input.shape)}"]
    if plan.added:
        lines.append(f"x = x{'.unsqueeze(0)' * plan.added}  # {list(plan.shape)}: {', '.join(plan.axis_names)}")
    outputs = "output, indices" if plan.layer.returns_indices else "output"
    lines += ["", "with torch.no_grad():", f"    {outputs} = layer(x)"]
    lines += ["print(tuple(output.shape))", "print(output)"]
    return "\n".join(lines) + "\n"
