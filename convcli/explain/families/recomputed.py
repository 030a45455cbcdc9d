"""Activation checkpoints, which compute a part of the forward once more for the backward."""

from convcli.explain.rule import Rule, likely, possible

FAMILY = "autograd"


class Recomputed(Rule):
    code = "checkpoint-recomputed"
    signatures = (
        "A different number of tensors was saved during the original forward and recomputation",
        "Recomputed values for the following tensors have different metadata than during the forward pass",
        "trying to save more tensors during recomputation than during the original forward pass",
    )
    says = "a checkpointed part computes something else the second time"
    lookalike = "backward-twice"
    example = """
        from torch.utils.checkpoint import checkpoint
        calls = []
        def block(x):
            calls.append(x)
            return x.square().sin() if len(calls) == 1 else x.square()
        loss = checkpoint(block, torch.rand(3, requires_grad=True), use_reentrant=False).sum()
        # CheckpointError: torch.utils.checkpoint: A different number of tensors was saved during the original forward
        # and recomputation.
        loss.backward()
    """
    usual = (
        likely(
            "what runs there depends on something that changed between: a cache (use_cache=True), a counter, a flag, "
            "random numbers, autocast around one of them",
            "model",
            "make it depend on its arguments alone; use_cache=False in training; autocast around both",
        ),
        possible(
            "a weight is frozen, sharded or moved between forward and backward",
            "model",
            "change the model before the step; the option of use_reentrant that the framework names",
        ),
    )
    decide = "torch.utils.checkpoint.set_checkpoint_debug_enabled(True) tells which operation differs"
