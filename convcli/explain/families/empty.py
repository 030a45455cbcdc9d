"""Tensors without elements, and more of them asked for than there are."""

from convcli.explain.rule import Rule, certain, likely, possible

FAMILY = "view"


class Empty(Rule):
    code = "tensor-empty"
    signatures = (
        "Expected reduction dim to be specified for input.numel() == 0",
        "Expected reduction dim {axis} to have non-zero size",
        "cannot perform reduction function {function:word} on {} tensor with no elements",
        "cannot reshape tensor of 0 elements into shape {shape:shape}",
        "Non-empty {} data tensor expected but got a tensor with sizes {shape:shape}",
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


class IndexShapes(Rule):
    code = "index-shapes"
    signatures = (
        "shape mismatch: indexing tensors could not be broadcast together with shapes {one:shape}, {other:shape}",
    )
    says = "index tensors are taken element by element, side by side"
    lookalike = "mask-size"
    example = """
        scores, rows, classes = torch.rand(4, 5), torch.tensor([0, 1, 2]), torch.tensor([0, 1])
        # IndexError: shape mismatch: indexing tensors could not be broadcast together with shapes [3], [2]
        picked = scores[rows, classes]
    """
    usual = (
        certain(
            "x[rows, columns] takes one element for each pair, so both have one shape; these have {one} and {other}",
            "call",
            "make both of one length; for every row with every column: x[rows[:, None], columns]",
        ),
    )
    decide = "print the indices' shapes: is one of another batch, or a mask of True and False among them?"
