"""Losses that compare embeddings with each other."""

from convcli.explain.rule import Rule, likely

FAMILY = "targets"


class PairAxes(Rule):
    code = "pair-axes"
    signatures = (
        "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
        "{axes:words} inputs",
        "1D target tensor expects 2D input tensors, but found inputs with sizes {one:shape} and {other:shape}",
        "0D target tensor expects 1D input tensors, but found inputs with sizes {one:shape} and {other:shape}",
    )
    says = "embeddings that are compared are [batch, features], all of them"
    lookalike = "target-axes"
    example = """
        anchor, positive, negative = torch.rand(4, 8), torch.rand(4, 8), torch.rand(4, 1, 8)
        # RuntimeError: The anchor, positive, and negative tensors are expected to have the same number of dimensions,
        # but got: anchor 2D, positive 2D, and negative 3D inputs
        loss = F.triplet_margin_loss(anchor, positive, negative)
    """
    usual = (
        likely(
            "one of them has an axis more or less: a sample alone, steps or maps that weren't pooled, or squeeze() "
            "that took a batch of one",
            "call",
            "print the shapes; x.flatten(1) or x.mean(1) for maps and steps, squeeze(1) with its axis, x.unsqueeze(0) "
            "for one sample",
        ),
    )
    decide = "print the shapes of all that the loss gets"
