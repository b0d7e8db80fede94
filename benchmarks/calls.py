"""How many requests does the suite need: a whole brief run, and from a first failure to the smallest request?

    python benchmarks/calls.py        # not requests.py: that would hide the package of this name
    python benchmarks/calls.py --every 1        # each planted fault of the two operators, not a sample

It counts, so it prints the same on every machine; the last two lines, the drawing of requests, are rates.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import process_time
from typing import Any

from conformance.contract.catalogue import rules
from conformance.contract.rule import Permission, Promise
from conformance.runner import examiner
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.runner.plan import PROFILES
from conformance.runner.sender import REGISTER
from conformance.suite.agenda import everything
from conformance.suite.drawing import drawn
from conformance.targets.mutants import mutants
from conformance.targets.registry import make
from strategies.batches import breaking_batches, valid_batches
from strategies.recipes import HomeRecipes

AIMS = {"reference": 300, "moto": 180}
OPERATORS = ("refuse", "company")


def desk_of(open_target: Callable[[], Any]) -> Desk:
    """Give a desk that never waits."""
    return Desk(open_target, run_id="bench", budget=Budget(), recipes=HomeRecipes(), sleep=lambda seconds: None)


def brief(name: str) -> None:
    """Print how many registrations a quick run sends to a target."""
    desk = desk_of(lambda: make(name))
    for _ in everything(desk, PROFILES["quick"]):
        pass
    desk.close()
    sent = desk.calls[REGISTER]
    print(
        f"quick, {name:10} {sent:5} registrations (aim {AIMS[name]}), {desk.calls.total()} requests in all", flush=True
    )


@contextmanager
def counted(costs: list[tuple[int, int]], desk: Desk) -> Iterator[None]:
    """Note what each search for a smaller request costs: (registrations, requests in all)."""
    kinds = {
        (examiner, "blame"): examiner.blame,
        (examiner, "smallest_showing"): examiner.smallest_showing,
        (examiner.Examiner, "_smaller"): examiner.Examiner._smaller,
    }

    def counting(search: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*words: Any, **more: Any) -> Any:
            before, in_all = desk.calls[REGISTER], desk.calls.total()
            found = search(*words, **more)
            if desk.calls.total() > in_all:
                costs.append((desk.calls[REGISTER] - before, desk.calls.total() - in_all))
            return found

        return asked

    for (owner, name), search in kinds.items():
        setattr(owner, name, counting(search))
    try:
        yield
    finally:
        for (owner, name), search in kinds.items():
            setattr(owner, name, search)


def searches(every: int) -> None:
    """Print how many calls lie between the first failure and its smallest request, over planted faults."""
    for operator in OPERATORS:
        ids = [id for id, each in mutants().items() if each.operator == operator and not each.equivalent][::every]
        first: dict[str, tuple[int, int]] = {}
        for id in ids:
            costs: list[tuple[int, int]] = []
            desk = desk_of(mutants()[id].make)
            with counted(costs, desk):
                for _ in everything(desk, PROFILES["standard"]):
                    if costs:
                        first[id] = costs[0]
                        break
            desk.close()
        if not first:
            print(f"first failure to smallest request, {operator}: none of {len(ids)} planted faults needed a search")
            continue
        sent = [registrations for registrations, _ in first.values()]
        worst = max(sent)
        dearest = max(first, key=lambda id: first[id][0])
        print(
            f"failure to smallest request, {operator:8} {median(sent):4.1f} registrations in the median (aim 25), "
            f"{worst} at most (aim 40: {dearest}), {median(each for _, each in first.values()):.1f} requests in "
            f"all; {len(first)} of {len(ids)} planted faults needed a search",
            flush=True,
        )


def drawing(count: int = 20_000) -> None:
    """Print how many requests are drawn in a second of processor time, once the tables are made."""
    broken = [
        each
        for each in rules().values()
        if not isinstance(each.check, Permission | Promise) and each.id != "Targets.window-target-ids-quota"
    ]
    for name, batches in {"valid": valid_batches(count), "broken": breaking_batches(broken, count)}.items():
        drawn(batches, 1, 0, batch=1)
        rates = []
        for number in range(3):
            begun = process_time()
            # The engine's simplest example is drawn and left out: it counts, as it does in a run.
            drawn(batches, 1, number, batch=1)
            rates.append(2 * count / (process_time() - begun))
        print(f"drawing, {name:7} {median(rates):8,.0f} a second (aim 10,000)", flush=True)


def main() -> int:
    """Print a line for each figure, with its aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=4, help="each n-th planted fault (default 4)")
    words = parser.parse_args()
    for name in AIMS:
        brief(name)
    searches(words.every)
    drawing()
    return 0


if __name__ == "__main__":
    sys.exit(main())
