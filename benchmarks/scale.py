"""Does it scale: two workers against one, memory over many cases, and a brief run beside what it has to import?

    python benchmarks/scale.py
    python benchmarks/scale.py --cases 20000 --only memory

Each figure is a ratio of things that were run in turns on the same machine. Two workers are only faster where two
processors are idle: on a busy machine the figure is worth nothing, and the load is printed beside it.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter
from typing import Any

from conformance.contract.case import Case
from conformance.contract.catalogue import rules
from conformance.contract.rule import Permission, Promise
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.suite.drawing import drawn
from conformance.targets.reference import ReferenceTarget
from strategies.batches import breaking_batches, valid_batches
from strategies.recipes import HomeRecipes

_SUITE = [sys.executable, "-m", "conformance", "run"]
_BARE = """
import boto3, moto
with moto.mock_aws():
    client = boto3.client("ssm", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    client.create_maintenance_window(
        Name="bare", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True)
"""


def seconds(words: list[str]) -> float:
    """Give the wall time of a process."""
    begun = perf_counter()
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return perf_counter() - begun


def in_turns(first: list[str], second: list[str], rounds: int) -> tuple[float, float, float]:
    """Give the medians of both, and the median of the ratios of neighbours (first to second)."""
    pairs = [(seconds(first), seconds(second)) for _ in range(rounds)]
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)


def workers(rounds: int) -> None:
    """Print how much faster two workers are than one, on the nightly profile against the reference."""
    with tempfile.TemporaryDirectory() as folder:
        words = [*_SUITE, "reference", "--profile", "nightly", "-q", "--report-dir", folder]
        one, two, ratio = in_turns([*words, "--workers", "1"], [*words, "--workers", "2"], rounds)
    load = os.getloadavg()[0]
    print(
        f"nightly, reference: one worker {one:.1f} s, two {two:.1f} s, {ratio:.2f} times as fast (aim 1.6); "
        f"load {load:.1f} on {os.cpu_count()} processors",
        flush=True,
    )


def start(rounds: int) -> None:
    """Print how long a brief run on moto takes beside importing moto, mocking, a client and a window."""
    with tempfile.TemporaryDirectory() as folder:
        brief = [*_SUITE, "moto", "--profile", "quick", "-q", "--report-dir", folder]
        whole, bare, ratio = in_turns(brief, [sys.executable, "-c", _BARE], rounds)
    print(
        f"quick, moto: {whole:.1f} s against {bare:.1f} s of importing, mocking, client and window: "
        f"{ratio:.2f} times (aim 2)",
        flush=True,
    )


def endless(seed: int = 0, batch: int = 500) -> Iterator[Case]:
    """Yield drawn cases for ever, half of them valid."""
    asked = [
        each
        for each in rules().values()
        if not isinstance(each.check, Permission | Promise) and each.id != "Targets.window-target-ids-quota"
    ]
    while True:
        seed += 1
        for valid in drawn(valid_batches(batch), 1, seed, batch=1):
            yield from (Case(rule="members.valid-together-accepted", label="drawn", request=each) for each in valid)
        for broken in drawn(breaking_batches(asked, batch), 1, seed, batch=1):
            yield from broken


def memory(cases: int, *, trace: bool) -> None:
    """Print how much is held after a tenth of the cases and after all of them; with `trace`, which lines hold more."""
    make: Callable[[], Any] = ReferenceTarget
    desk = Desk(make, run_id="bench", budget=Budget(), recipes=HomeRecipes(), sleep=lambda seconds: None)
    if trace:
        tracemalloc.start()
    sizes, taken = [], []
    for number, _ in enumerate(desk.cases(endless()), start=1):
        desk.asides()  # a run writes them to its log
        if number in (cases // 10, cases):
            gc.collect()
            sizes.append(getrusage(RUSAGE_SELF).ru_maxrss / 1024)
            taken += [tracemalloc.take_snapshot()] if trace else []
            print(f"memory: at most {sizes[-1]:.1f} MiB up to {number:,} cases", flush=True)
        if number == cases:
            break
    print(f"memory: {sizes[1] - sizes[0]:.1f} MiB more from {cases // 10:,} to {cases:,} cases (aim: flat)")
    if trace:
        early, late = taken
        for each in sorted(late.compare_to(early, "lineno"), key=lambda each: -each.size_diff)[:6]:
            print(f"  {each.size_diff / 2**20:6.1f} MiB  {each.count_diff:8,} objects  {each.traceback}")
    desk.close()


def main() -> int:
    """Print a line or more for each figure, with its aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["start", "workers", "memory"])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--trace", action="store_true", help="tell which lines hold more; several times slower")
    parser.add_argument("--rounds", type=int, default=3)
    words = parser.parse_args()
    if words.only in (None, "start"):
        start(words.rounds)
    if words.only in (None, "workers"):
        workers(words.rounds)
    if words.only in (None, "memory"):
        memory(words.cases, trace=words.trace)
    return 0


if __name__ == "__main__":
    sys.exit(main())
