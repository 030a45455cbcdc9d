"""Arguments that are numbers, and got something else."""

from convcli.explain.rule import Rule, certain, likely

FAMILY = "arguments"


class NumberArgument(Rule):
    code = "argument-number"
    signatures = tuple(
        f"{{function:word}}(): argument '{{argument:word}}'{place} must be {wanted}, not {{given:word}}"
        for wanted in ("int", "Number", "float", "bool")
        for place in (" (position {place})", "")
    )
    says = "{argument} of {function} is a number, and {given} came"
    lookalike = "float-size"
    example = """
        scores = torch.rand(8, 10)
        # TypeError: topk(): argument 'k' (position 1) must be int, not float
        best = scores.topk(10 / 2)
    """
    by_message = (
        ("not float", certain("/ divides to a float, even where nothing is left over", "call", "//, or int(…)")),
        ("not Tensor", likely("a tensor of one number isn't taken for it", "call", "x.item(), or int(x)")),
        (
            "'dim'",
            likely(
                "one axis is taken here, and {given} came",
                "call",
                "one after the other, or flatten those axes first: x.flatten(2).softmax(-1); amax takes several",
            ),
        ),
    )
    usual = (
        likely(
            "another argument stands in its place, or the value was never made a number",
            "call",
            "hand it over by name, {argument}=…; int(…) for what an option or a file gives",
        ),
    )
