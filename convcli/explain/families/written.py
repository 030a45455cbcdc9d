"""Writing into tensors that share their memory with others, and flags of what was computed."""

from convcli.explain.rule import Rule, certain, likely

FAMILY = "autograd"


class ViewInPlace(Rule):
    code = "view-inplace"
    signatures = (
        "is a view and is being modified inplace",
        "is a view and its base or another view of its base has been modified inplace",
        "A view was created in {mode:word} mode and is being modified inplace",
        "Can't detach views in-place",
    )
    says = "a view shares its memory with its tensor, and not every view may be written over"
    lookalike = "leaf-inplace"
    example = """
        x = nn.Linear(3, 4)(torch.rand(2, 3))
        first, second = x.chunk(2)
        # RuntimeError: Output 0 of Split is a view and is being modified inplace. This view is the output of a function
        # that returns multiple views. Such functions do not allow the output views to be modified inplace. You should
        # replace the inplace operation by an out-of-place one.
        first += 1
    """
    by_message = (
        (
            "Hook",
            likely(
                "a hook on the whole module (register_full_backward_hook, as for Grad-CAM) hands values on as views, "
                "and a layer writes over them",
                "model",
                "ReLU(inplace=False) and x = x + y in that module; or a hook on the tensor: out.register_hook(…)",
            ),
        ),
        (
            "multiple views",
            certain(
                "chunk, split and unbind (and a loop over a tensor) give views of one tensor, and one is written over",
                "call",
                "make a new one, part = part + 1, or part = part.clone() before",
            ),
        ),
        (
            "custom Function",
            likely(
                "a function of your own returns its input, or a part of it, and that is written over",
                "call",
                "return x.clone() from its forward; x = x + y in the place of x += y",
            ),
        ),
        ("detach", certain("detach_() is asked of a view", "call", "x = x.detach(), without the underscore")),
    )
    usual = (
        likely(
            "the view was made in no_grad or inference mode, and is written over outside of it",
            "call",
            "both within the with, or both outside of it; x.clone() cuts them apart",
        ),
    )


class MemoryShared(Rule):
    code = "memory-shared"
    signatures = (
        "more than one element of the written-to tensor refers to a single memory location",
        "some elements of the input tensor and the written-to tensor refer to a single memory location",
    )
    says = "what is written over has one memory for several elements"
    lookalike = "view-inplace"
    example = """
        mask = torch.zeros(1, 3).expand(2, 3)
        # RuntimeError: unsupported operation: more than one element of the written-to tensor refers to a single memory
        # location. Please clone() the tensor before performing the operation.
        mask += 1
    """
    by_message = (
        (
            "input tensor",
            certain(
                "a part of the tensor is written over with another part of it, which overlaps",
                "call",
                "copy first: x[1:] = x[:-1].clone()",
            ),
        ),
    )
    usual = (
        likely(
            "expand() (expand_as, broadcast_to) repeats without copying: a write to one row would be one to all",
            "call",
            "x = x.expand(…).clone() or repeat(…) before it is written to; or x = x + y, which makes a new one",
        ),
    )


class GradientFlag(Rule):
    code = "gradient-flag"
    signatures = ("you can only change requires_grad flags of leaf variables",)
    says = "requires_grad is set for what is learned, not for what is computed"
    lookalike = "optimizer-leaf"
    example = """
        features = nn.Linear(3, 4)(torch.rand(2, 3))
        # RuntimeError: you can only change requires_grad flags of leaf variables. If you want to use a computed
        # variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().
        features.requires_grad = False
    """
    usual = (
        certain(
            "the tensor was computed, and carries a graph",
            "call",
            "x = x.detach() cuts it off; to freeze layers: for p in layer.parameters(): p.requires_grad = False",
        ),
    )
