"""This suite beside Schemathesis at the same served target: requests, seconds, faults found, false alarms.

    python benchmarks/schemathesis_beside.py                 # needs schemathesis; `tox -e bench-schemathesis` has it
    python benchmarks/schemathesis_beside.py --sample 6      # every sixth fault of `input`, every twelfth of the rest

A fault is found by a tool that fails on something which it does not fail on at the conforming reference. Schemathesis
gets the best that we know: a live window that is as new before each request, the combination rules written into the
document by hand, its failures told from its false alarms by asking the reference the same. benchmarks/README.md says
what is unfair all the same. Seconds are wall time, beside the processor time of the tool's own process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from multiprocessing import Pool
from pathlib import Path
from time import monotonic, perf_counter
from typing import final

from asked_by_schemathesis import Failure, NoReport, failures
from rich.console import Console
from rich.table import Table
from served_twice import AsNew, as_it_is, served

from conformance.contract.catalogue import rules
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.runner.plan import PROFILES
from conformance.suite.agenda import everything
from conformance.targets.base import RawCall
from conformance.targets.faults.fault import Mutant
from conformance.targets.mutants import mutants
from conformance.targets.reference import ReferenceTarget
from strategies.recipes import HomeRecipes

ALL_PHASES = "examples,coverage,fuzzing,stateful"
AIMED_AT = "input"
_SECONDS = 300


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one whole run at the conforming reference took, and what it wrongly failed on there."""

    tool: str
    settings: str
    requests: int
    seconds: float
    processor: float
    alarms: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Which settings told one planted fault; `shown` says whether any answer to Schemathesis was another one at all."""

    id: str
    area: str
    shown: bool
    coverage: bool
    phases: bool
    quick: bool
    standard: bool
    trouble: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What Schemathesis does at the reference: every request that it sends, and the checks that fail there."""

    calls: tuple[RawCall, ...]
    checks: frozenset[str]
    examples: int


# --- at the conforming reference


def costs_of_schemathesis(examples: int, *, only_last: bool) -> tuple[list[Cost], Known]:
    """Run it with the model alone, then with the combination rules, coverage alone and all phases."""
    found, known = [], None
    runs = (
        ("the model alone, coverage", False, "coverage"),
        ("combinations by hand, coverage", True, "coverage"),
        (f"combinations by hand, all phases, -n {examples}", True, ALL_PHASES),
    )
    for settings, by_hand, phases in runs[-1:] if only_last else runs:
        reference = AsNew(ReferenceTarget())
        with served(reference.answer) as port:
            begun, used = perf_counter(), _used()
            failed = failures(port.address, reference.window, by_hand=by_hand, phases=phases, examples=examples)
            taken, used = perf_counter() - begun, _used() - used
        assert not reference.apart
        alarms = _alarms(failed)
        found.append(
            Cost(
                tool="schemathesis",
                settings=settings,
                requests=port.requests,
                seconds=taken,
                processor=used,
                alarms=alarms,
            )
        )
        known = Known(calls=tuple(reference.calls), checks=frozenset(each.check for each in failed), examples=examples)
    assert known is not None
    return found, known


def _used() -> float:
    """Processor time of the processes that ended, and so not of the server, which lives in this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _alarms(failed: Sequence[Failure]) -> str:
    counts = Counter(each.check for each in failed)
    return ", ".join(f"{number} {check}" for check, number in counts.most_common()) or "none"


def costs_of_the_suite() -> Iterator[Cost]:
    """Run the suite as a user does, at the reference behind the same port."""
    for profile in ("quick", "standard"):
        with served(as_it_is(ReferenceTarget())) as port, tempfile.TemporaryDirectory() as folder:
            words = ["run", f"beside={port.address}", "--profile", profile, "-q", "--ledger", "none"]
            begun, used = perf_counter(), _used()
            done = subprocess.run(
                [sys.executable, "-m", "conformance", *words, "--report-dir", folder],
                timeout=_SECONDS,
                check=False,
            )
            taken, used = perf_counter() - begun, _used() - used
            report = json.loads((Path(folder) / "report.json").read_text("utf-8"))
            alarms = len(report["findings"])
        assert done.returncode in (0, 1), f"mw-conformance ended with {done.returncode}"
        yield Cost(
            tool="mw-conformance",
            settings=profile,
            requests=port.requests,
            seconds=taken,
            processor=used,
            alarms=f"{alarms} findings" if alarms else "none",
        )


# --- at planted faults


def area_of(mutant: Mutant) -> str:
    """The area of the first rule that should tell a fault."""
    return next((str(rule.area) for id, rule in rules().items() if id in mutant.expects), "several")


def sample_of(every: int) -> list[str]:
    """Give every n-th fault of the area that Schemathesis aims at, and every 2n-th of each other, in a fixed order.

    Left out are those that no client can see, and the few that exist in this process alone, without HTTP.
    """
    areas: dict[str, list[str]] = {}
    for id, mutant in mutants().items():
        if not mutant.equivalent and type(mutant.make()).ask is ReferenceTarget.ask:
            areas.setdefault(area_of(mutant), []).append(id)
    chosen = {area: ids[:: every if area == AIMED_AT else 2 * every] for area, ids in areas.items()}
    # The areas take turns, each as often as it has faults: so a run that is cut short has a fair part of each.
    turns = [(number / len(ids), area, id) for area, ids in sorted(chosen.items()) for number, id in enumerate(ids)]
    return [id for _, _, id in sorted(turns, key=lambda turn: turn[:2])]


def told(job: tuple[str, Known, float]) -> Told | None:
    """Let all settings ask one planted fault; None where the time is up."""
    id, known, end = job
    if monotonic() > end:
        return None
    mutant = mutants()[id]
    shown, trouble, found = _shown(mutant.make, known), "", frozenset[str]()
    try:
        # What it sends follows from the document and the seed alone: where nothing shows, nothing can be found.
        found = _phases(mutant.make, known) if shown else found
    except NoReport as error:
        trouble = str(error)
    return Told(
        id=id,
        area=area_of(mutant),
        shown=shown,
        coverage="coverage" in found,
        phases=bool(found),
        quick=_told_by_the_suite(mutant.make, "quick"),
        standard=_told_by_the_suite(mutant.make, "standard"),
        trouble=trouble,
    )


def _shown(make: Callable[[], ReferenceTarget], known: Known) -> bool:
    faulty = AsNew(make())
    for number, call in enumerate(known.calls, start=1):
        faulty.answer(call, number)
        if faulty.apart:
            return True
    return False


def _phases(make: Callable[[], ReferenceTarget], known: Known) -> frozenset[str]:
    """Give the phases of Schemathesis in which a check fails that does not fail on the reference's own answer."""
    faulty = AsNew(make())
    with served(faulty.answer) as port:
        failed = failures(port.address, faulty.window, by_hand=True, phases=ALL_PHASES, examples=known.examples)
    return frozenset(each.phase for each in failed if each.number in faulty.otherwise or each.check not in known.checks)


def _told_by_the_suite(make: Callable[[], ReferenceTarget], profile: str) -> bool:
    """Ask until the first divergence, in this process, as `mw-conformance power` does.

    Behind a port the verdicts are the same (tests/cli/test_serve.py), and the sample would be smaller by half.
    """

    def at_once(seconds: float) -> None:
        return None

    desk = Desk(make, run_id="beside", budget=Budget(sleep=at_once), recipes=HomeRecipes(), sleep=at_once)
    try:
        return any(event.charges for event in everything(desk, PROFILES[profile]))
    finally:
        desk.close()


# --- tables


def show_costs(costs: Sequence[Cost], console: Console) -> None:
    """Print a line for each setting."""
    table = Table("tool", "settings", box=None, pad_edge=False)
    for heading in ("requests", "seconds", "of processor"):
        table.add_column(heading, justify="right")
    table.add_column("false alarms at the reference")
    for each in costs:
        numbers = (f"{each.requests:,}", f"{each.seconds:.1f}", f"{each.processor:.1f}")
        table.add_row(each.tool, each.settings, *numbers, each.alarms)
    console.print(table, "")


def show_faults(found: Sequence[Told], known: Known, console: Console) -> None:
    """Print faults found by area and setting, then those on which the tools differ."""
    table = Table("area", "faults", box=None, pad_edge=False)
    for heading in ("shown to schemathesis", "coverage", f"all phases, -n {known.examples}", "quick", "standard"):
        table.add_column(heading, justify="right")
    areas = {each.area: [one for one in found if one.area == each.area] for each in found}
    rest = [each for each in found if each.area != AIMED_AT]
    for area, ones in (*areas.items(), (f"all but {AIMED_AT}", rest)):
        columns = ("shown", "coverage", "phases", "quick", "standard")
        counts = [str(sum(getattr(one, column) for one in ones)) for column in columns]
        table.add_row(area, str(len(ones)), *counts)
    console.print(table, "")
    for each in found:
        if each.trouble:
            console.print(f"no end: {each.id}: {each.trouble}", markup=False)
        if each.phases != each.standard:
            console.print(f"{'schemathesis' if each.phases else 'standard'} alone told {each.id}", markup=False)
        elif not each.standard:
            console.print(f"nobody told {each.id}", markup=False)
        if each.shown and not each.phases:
            console.print(f"shown to schemathesis, not told: {each.id}", markup=False)


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=12, metavar="N", help="every N-th fault of input (default 12)")
    parser.add_argument("--examples", type=int, default=100, metavar="N", help="-n of schemathesis (default 100)")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="faults at a time (default 2)")
    parser.add_argument("--max-time", type=float, default=480, metavar="SECONDS", help="begin no fault after (480)")
    parser.add_argument("--only", choices=["costs", "faults"])
    words = parser.parse_args()
    end = monotonic() + words.max_time
    console = Console(width=140)
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("schemathesis", "hypothesis", "botocore"))
    console.print(f"{versions}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    costs, known = costs_of_schemathesis(words.examples, only_last=words.only == "faults")
    show_costs([*costs, *(costs_of_the_suite() if words.only != "faults" else ())], console)
    if words.only != "costs":
        jobs = [(id, known, end) for id in sample_of(words.sample)]
        with Pool(words.processes) as pool:
            found = [each for each in map(_watched, pool.imap_unordered(told, jobs, chunksize=1)) if each]
        found.sort(key=lambda each: each.id)
        late = f"; the time was up for {len(jobs) - len(found)} more" if len(found) < len(jobs) else ""
        console.print(f"{len(found)} planted faults asked{late}")
        show_faults(found, known, console)
    return 0


def _watched(each: Told | None) -> Told | None:
    print(each, file=sys.stderr, flush=True)
    return each


if __name__ == "__main__":
    sys.exit(main())
