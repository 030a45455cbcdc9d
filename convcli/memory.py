"""What a layer needs to run, memory and time, held against what there is before anything of that size is allocated."""

import os
from math import prod

from convcli.picks import Picks, terms_of
from convcli.plan import Plan
from convcli.refusals import Memory, TooMuchWork
from convcli.wording import bytes_in_words, count_in_words

ALWAYS_THERE = 2**28  # bytes that no machine is asked about
PER_TERM = 600  # bytes that one product takes on its way to the screen
PER_COUNT = 40  # and how often one cell is read
MOST_WORK = 200_000_000_000  # products, or cells that are compared or added
LONG_WORK = 1_000_000_000
A_SECOND = (200_000_000, 10_000_000_000)  # so much of it is done in a second: small kernels, or many channels


def bytes_needed(plan: Plan, picks: Picks = Picks()) -> int:  # noqa: B008  (frozen)
    """What goes in and comes out, and the larger of what torch holds while it runs and of what is shown afterwards.

    A maximum's indices are of 64 bits.
    """
    out = prod(plan.output_shape) * (3 if plan.layer.returns_indices else 1)
    counts = (sum(plan.shape[2:]) + prod(plan.shape[2:])) * picks.coverage
    shown = 4 * out + PER_TERM * terms_of(plan, picks) + PER_COUNT * counts
    return 4 * (prod(plan.shape) + out) + max(4 * plan.layer.workspace(plan.shape), shown)


def check_memory(plan: Plan, picks: Picks = Picks()) -> None:  # noqa: B008
    """Refuse what could not fit.

    Raises:
        Memory: torch would need more than is free.
    """
    needed = bytes_needed(plan, picks)
    if needed > ALWAYS_THERE and needed > (free := available_memory()):
        raise Memory(needed=needed, free=free, shape=plan.shape, output_shape=plan.output_shape)


def check_work(plan: Plan) -> None:
    """Refuse what nobody would wait for.

    Raises:
        TooMuchWork: torch, which can't be asked how far it is, would be at it for many minutes.
    """
    if plan.work > MOST_WORK:
        raise TooMuchWork(work=plan.work, most=MOST_WORK, code=plan.layer.code)


def long_words(plan: Plan) -> str:
    """How long torch will be at it, where that is long; empty where it isn't."""
    held = bytes_needed(plan)
    work = plan.work + held  # a byte that is new takes as long as a product
    if work < LONG_WORK:
        return ""
    slow, fast = (max(1, round(work / speed)) for speed in A_SECOND)
    amount = f"{count_in_words(plan.work)} products, {bytes_in_words(held)} of memory"
    return f"{amount}: torch may take from {fast:,} to {slow:,} seconds"


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
