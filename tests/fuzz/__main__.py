"""``python -m tests.fuzz KIND COUNT --seed N --jobs N``: draws inputs for as long as it takes, and tells what it finds.

Each process writes down the number of the case that it is at, so that one that dies or hangs is told as well, and
another goes on behind it.
"""

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from threading import Thread

from tests.fuzz import KINDS, drawn
from tests.fuzz.runner import bench, faults, tidy, warm_up

STALLED = 300  # seconds without a case
MOST_ADDRESSES = 12 * 2**30  # bytes that a process may ask for


def work(kind: str, seed: int, first: int, last: int, progress: str) -> None:
    """Run cases in this process; a line of JSON on stdout for each fault."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    at, out = os.open(progress, os.O_WRONLY), os.fdopen(os.dup(1), "w")
    with bench() as place:
        warm_up(place)
        for number in range(first, last):
            os.pwrite(at, number.to_bytes(8, "little"), 0)
            case = drawn(kind, seed, number)
            ending = place.run(case)
            for fault in faults(case, ending):
                said = {"number": number, "fault": fault, "case": str(case), "err": ending.err[-900:]}
                print(json.dumps(said), file=out, flush=True)
            tidy(number)
    os.pwrite(at, last.to_bytes(8, "little"), 0)


def watch(kind: str, seed: int, first: int, last: int, found: list[dict[str, object]]) -> None:
    """Run cases in a process of its own, and in another behind whatever ends it."""
    while first < last:
        with tempfile.NamedTemporaryFile() as progress, tempfile.NamedTemporaryFile("r") as lines:
            progress.write(first.to_bytes(8, "little"))
            progress.flush()
            arguments = ["--work", progress.name, "--first", str(first), "--seed", str(seed), kind, str(last)]
            with open(lines.name, "w") as out:
                process = subprocess.Popen(
                    [sys.executable, "-m", "tests.fuzz", *arguments], stdout=out, stderr=subprocess.PIPE
                )
            number, since, told = first, time.monotonic(), ""
            while process.poll() is None and time.monotonic() - since < STALLED:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(1)
                now = int.from_bytes(Path(progress.name).read_bytes(), "little")
                number, since = now, since if now == number else time.monotonic()
                for line in lines:
                    found.append(json.loads(line))
                    print(line, end="", flush=True)
            process.kill()
            told = (process.communicate()[1] or b"").decode(errors="replace")[-500:]
            number = int.from_bytes(Path(progress.name).read_bytes(), "little")
        if number < last:
            found.append({"number": number, "fault": f"the process ended with {process.returncode}: {told}"})
            print(json.dumps(found[-1] | {"case": str(drawn(kind, seed, number))}), flush=True)
        first = number + 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("count", type=int, help="how many inputs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the number of the first, to see one find again")
    parser.add_argument("--jobs", type=int, default=1, help="processes beside one another")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(asked.kind, asked.seed, asked.first, asked.count, asked.work)
        return
    started, found = time.monotonic(), []  # type: ignore[var-annotated]
    bounds = [asked.first + asked.count * job // asked.jobs for job in range(asked.jobs + 1)]
    jobs = [Thread(target=watch, args=(asked.kind, asked.seed, *pair, found)) for pair in pairwise(bounds)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    print(f"{asked.count:,} {asked.kind}, seed {asked.seed}, {minutes} min {seconds} s: {len(found)} found")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
