"""Tensors without elements, and more of them asked for than there are."""

from convcli.explain.rule import Rule, likely, possible

FAMILY = "view"


class Empty(Rule):
    code = "tensor-empty"
    signatures = (
        "Expected reduction dim to be specified for input.numel() == 0",
        "Expected reduction dim {axis} to have non-zero size",
        "cannot perform reduction function {function:word} on {} tensor with no elements",
        "cannot reshape tensor of 0 elements into shape {shape:shape}",
        "Non-empty {} data tensor expected but got a tensor with sizes {shape:shape}",
        "is invalid for input of size 0",
        "Expected input batch_size (0) to match target batch_size ({targets})",
        "index is out of bounds for dimension with size 0",
        "Expected sequence length to be larger than 0 in RNN",
        "input tensor must be non-empty",
    )
    says = "the tensor has no elements"
    lookalike = "data-empty"
    example = """
        scores = torch.rand(5)
        found = scores[scores > 2]
        # RuntimeError: max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim
        # with the 'dim' argument.
        best = found.max()
    """
    usual = (
        likely(
            "a mask, a threshold or an index left nothing over: no box, no token, no sample of a class",
            "data",
            "treat it apart, if x.numel() == 0; and print how many are left after each choice",
        ),
        possible(
            "the data are empty or cut to nothing: a slice beyond the end, an empty file, a batch that was filtered",
            "data",
            "print the shapes from the dataset on: where does a 0 come in?",
        ),
    )
    decide = "print(x.shape) before the line: which axis is 0?"


class TopRange(Rule):
    code = "topk-range"
    signatures = ("selected index k out of range", "selected number k out of range for dimension {axis}")
    says = "the k largest are asked for, and there are fewer than k"
    lookalike = "gather-range"
    example = """
        scores = torch.rand(8, 3)
        # RuntimeError: selected index k out of range
        best = scores.topk(5)
    """
    usual = (
        likely(
            "the axis has fewer elements than k: a top-5 accuracy for fewer than five classes, or fewer candidates",
            "call",
            "k = min(k, scores.size(-1)), or topk=(1,) for few classes; topk(k, dim=…) if another axis is meant",
        ),
    )
