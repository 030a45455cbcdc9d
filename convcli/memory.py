"""What a layer needs to run, held against what there is, before anything of that size is allocated."""

import os
from math import prod

from convcli.plan import Plan
from convcli.refusals import Memory

ALWAYS_THERE = 2**28  # bytes that no machine is asked about


def check_memory(plan: Plan) -> None:
    """Refuse what could not fit.

    Raises:
        Memory: torch would need more than is free.
    """
    numbers = prod(plan.shape) + prod(plan.output_shape) + plan.layer.workspace(plan.shape)
    needed = 4 * numbers
    if needed > ALWAYS_THERE and needed > (free := available_memory()):
        raise Memory(needed=needed, free=free, shape=plan.shape, output_shape=plan.output_shape)


def available_memory() -> int:
    """Bytes a new array may take; without /proc, all the machine's memory; else a guess of 8 GiB."""
    try:
        with open("/proc/meminfo") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 * 2**30
