"""Operations that want a least count of axes."""

from convcli.explain.rule import Rule, likely

FAMILY = "rank"


class AxesFew(Rule):
    code = "axes-few"
    signatures = (
        "must have at least {least} dimensions",
        "requires at least {least} dimensions in the input",
        "Expected at least {least} dimensions for input tensor but received {got}",
        "expects input to have at least {least} dimensions, but got input with {got} dimension",
        "only supports at least {least}D tensors",
        "all be  at least {least} dimensional",
        "Expected {least}D or higher dimensionality input (got {got} dimensions)",
        "Expected tensor to be at least {least}-D",
    )
    says = "{least} axes or more are taken here"
    lookalike = "rank"
    example = """
        norm = nn.GroupNorm(2, 4)
        x = torch.rand(1, 4).squeeze()  # a batch of one loses its axis
        # RuntimeError: Expected at least 2 dimensions for input tensor but received 1
        y = norm(x)
    """
    usual = (
        likely(
            "an axis is missing: the batch of a sample alone, channels, or one that squeeze() or an index took",
            "call",
            "x.unsqueeze(0) for a batch of one, unsqueeze(1) for one channel; squeeze(1) with the axis that is meant",
        ),
    )
    decide = "print(x.shape) before the line: which axis should there be?"
