"""How often is the suite wrong? Generated requests to the reference and to every open reading of it; none may diverge.

    python benchmarks/false_alarms.py --requests 1000000 --processes 2

Requests are dealt out evenly over the targets. Half of them are valid, half break one rule; windows are read back.
With no MUST divergence in n requests, the rate is below 3 / n with 95 % confidence (the rule of three).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from multiprocessing import Pool
from time import perf_counter

from conformance.contract.case import Case
from conformance.contract.catalogue import rules
from conformance.contract.rule import Permission, Promise
from conformance.events import CaseFinished
from conformance.runner.examiner import Examiner
from conformance.runner.sender import REGISTER, Sender
from conformance.runner.windows import Windows
from conformance.suite.drawing import drawn
from conformance.targets.readings import readings
from conformance.targets.reference import ReferenceTarget
from strategies.batches import breaking_batches, valid_batches
from strategies.recipes import HomeRecipes

REFERENCE = "the reference"
BREAKABLE = [
    each
    for each in rules().values()
    if not isinstance(each.check, Permission | Promise) and each.id != "Targets.window-target-ids-quota"
]
_BATCH = 500


def judged(name: str, requests: int, seed: int) -> tuple[str, int, Counter[str]]:
    """Send at least `requests` registrations to one target; give its name, how many were sent, and what diverged."""
    target = ReferenceTarget() if name == REFERENCE else readings()[name].make()
    sender = Sender(target, run_id="alarm", sleep=lambda seconds: None)
    examiner = Examiner(sender, Windows(sender, run_id="alarm"), HomeRecipes())
    examiner.learn()
    found: Counter[str] = Counter()
    while sender.calls[REGISTER] < requests:
        seed += 1
        for case in _cases(seed):
            for event in (examiner.examine(case), *examiner.asides()):
                found.update(_alarms(event))
    examiner.retire()
    for event in examiner.asides():
        found.update(_alarms(event))
    examiner.windows.close()
    return name, sender.calls[REGISTER], found


def _cases(seed: int) -> list[Case]:
    (valid,) = drawn(valid_batches(_BATCH), 1, seed, batch=1)
    (broken,) = drawn(breaking_batches(BREAKABLE, _BATCH), 1, seed, batch=1)
    return [Case(rule="members.valid-together-accepted", label="generated", request=each) for each in valid] + broken


def _alarms(event: CaseFinished) -> list[str]:
    charges = [f"{charge.level} {charge.rule} {charge.kind}" for charge in event.charges]
    return charges + ([f"inconclusive {event.case}"] if event.verdict == "inconclusive" else [])


def main() -> int:
    """Print a line for each target that was accused, and the bound; 1 where any was accused at MUST."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--reference-only", action="store_true", help="no open readings")
    words = parser.parse_args()
    names = [REFERENCE] if words.reference_only else [REFERENCE, *readings()]
    parts = max(words.processes, 1) if words.reference_only else 1
    each = -(-words.requests // (len(names) * parts))
    jobs = [(name, each, 1_000 * (1 + number)) for number, name in enumerate(names * parts)]
    begun, sent, alarms = perf_counter(), 0, 0
    with Pool(words.processes) as pool:
        for name, count, found in pool.starmap(judged, jobs, chunksize=1):
            sent += count
            alarms += sum(number for what, number in found.items() if not what.startswith("SHOULD"))
            for what, number in found.most_common():
                print(f"{name}: {what}, {number} times")
    print(f"{sent:,} registrations to {len(names)} targets in {perf_counter() - begun:.0f} s")
    print(
        f"false alarms at MUST: {alarms}"
        + ("" if alarms else f"; below {3 / sent:.1e} a request at 95 % (rule of three)")
    )
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
