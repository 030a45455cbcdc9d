"""Training in several processes: what torch.distributed refuses before any tensor is looked at."""

from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, likely, possible

FAMILY = "device"


class ProcessGroup(Rule):
    code = "process-group"
    signatures = (
        "Default process group has not been initialized, please make sure to call init_process_group",
        "Default process group is not initialized",
    )
    says = "something speaks to other processes before there are any"
    lookalike = "unused-parameter"
    example = """
        import torch.distributed as dist
        # ValueError: Default process group has not been initialized, please make sure to call init_process_group.
        rank = dist.get_rank()
    """
    decide = "how it was started: python train.py, or torchrun"

    def hypotheses(self) -> Iterator[Hypothesis]:
        launch = "torchrun --nproc_per_node=1 train.py, with dist.init_process_group() before the model is made"
        launched = ("the script is for several processes, and was started as one", "call", launch)
        single = "nn.BatchNorm2d instead of SyncBatchNorm, and no distributed sampler or barrier"
        alone = (
            "one GPU is used, and a part of the model (SyncBatchNorm) or of the script is for several",
            "model",
            single,
        )
        of_norm = self.case.through(r"(?i)sync_?b(?:atch_?)?n(?:orm)?|batchnorm")
        first, second = (alone, launched) if of_norm else (launched, alone)
        yield likely(*first)
        yield possible(*second)
