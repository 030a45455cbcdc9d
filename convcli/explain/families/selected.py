"""Elements that are picked, or put in, by tensors of indices."""

from convcli.explain.rule import Rule, certain, likely

FAMILY = "view"


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


class IndexSource(Rule):
    code = "index-source"
    signatures = (
        "Number of indices ({indices}) should be equal to source.size(dim)",
        "source tensor shape must match self tensor shape, excluding the specified dimension",
        "Source/destination tensor must have same slice shapes",
        "Index is supposed to be a vector",
    )
    says = "an index, and what is put in by it, go together one by one"
    lookalike = "index-shapes"
    example = """
        sums, messages = torch.zeros(5, 3), torch.rand(8, 3)
        # RuntimeError: index_add_(): Number of indices (4) should be equal to source.size(dim): (8), for dim: 0
        sums.index_add_(0, torch.tensor([0, 1, 1, 4]), messages)
    """
    by_message = (
        (
            "Number of indices",
            likely(
                "{indices} indices came for another number of rows: one for each row of the source is taken, as each "
                "edge of a graph has one node that its message goes to",
                "data",
                "print(index.shape, source.shape): both of one selection, edge_index[1] for messages along the edges",
            ),
        ),
        (
            "vector",
            certain("the index has several axes", "call", "index.flatten(), x[index] for any shape, or torch.gather"),
        ),
    )
    usual = (
        likely(
            "the rows of the source have another size than those that they are put into",
            "data",
            "make the destination of the source's size: source.new_zeros(n, source.size(1))",
        ),
    )
