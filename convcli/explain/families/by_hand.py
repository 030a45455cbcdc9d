"""Kernels that are made by hand and handed to a function, F.conv2d(x, kernel), where a layer has weights of its own."""

import ast
import re

from convcli.explain.evidence.lines import NAME
from convcli.explain.rule import Rule

FUNCTIONS = r"(?:^|\.)(?:conv\w*\dd|linear)$"
# The last line of a call that takes several, which older versions of Python name.
CONTINUED = r"(?:bias|stride|padding|dilation|groups)\s?=[^=].*[,)]$"


def kernel(rule: Rule) -> str:
    """The tensor, no layer's weight, that the user's line convolves or multiplies with; empty where it has none."""
    if call := rule.line.call(FUNCTIONS):
        name = rule.line.text(rule.line.argument(call, 1, "weight"))
        known = NAME.fullmatch(name) and not re.search(r"(?:^|\.)(?:weight|w)$", name)
        return name if known and not is_parameter(rule, name) else ""
    continued = re.match(CONTINUED, rule.line.code) and rule.case.frame and rule.case.frame.file
    return "the kernel" if continued and not rule.case.deeper else ""


def is_parameter(rule: Rule, name: str) -> bool:
    """Whether the user's file makes a parameter of it, which moves with the model."""
    frame, names = rule.case.frame, rule.case.source.names
    made = names.assigned(name, frame.file, frame.number) if frame else []
    return any("Parameter(" in ast.unparse(value) for _, value in made)
