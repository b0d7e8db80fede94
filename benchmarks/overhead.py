"""What does the suite cost beside bare sending? The same requests, by the suite and by a bare boto3 client, in turns.

    python benchmarks/overhead.py                     # in process, then over HTTP
    python benchmarks/overhead.py --where process --profile quick
    python benchmarks/overhead.py --where process --alike     # boto3 unsigned, too, as the suite asks in process

The suite asks some cases; then boto3 sends the very same bodies, built before the clock starts, to a state of its own
(another region, or another server) that was seeded alike, so that ids are the same; then the suite asks again. In
process the figures are processor time, over HTTP wall time. Drawing, judging and reading back count as the suite's.
"""

from __future__ import annotations

import argparse
import cProfile
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from time import perf_counter, process_time
from typing import Any

from conformance.events import CaseFinished, TargetFacts
from conformance.observation import Accepted, Observation
from conformance.runner.budget import Budget
from conformance.runner.desk import Desk
from conformance.runner.plan import PROFILES, Profile
from conformance.suite import agenda
from conformance.targets.base import Body
from conformance.targets.boto import _METHODS, BotoTarget, _for_boto, _is_for_users, _raw
from strategies.recipes import HomeRecipes

CHUNK = 20
AIMS = {"process": {"deterministic": 1.15, "generated": 1.4}, "http": {"deterministic": 1.1, "generated": 1.2}}


@dataclass
class Recorder:
    """A target that keeps what it was asked, and whether it took it."""

    target: Any
    asked: list[tuple[str, Body, bool, bool]] = field(default_factory=list)

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Ask, and keep what was asked."""
        found: Observation = self.target.ask(operation, body, valid=valid)
        self.asked.append((operation, body, valid, isinstance(found, Accepted)))
        return found

    @property
    def facts(self) -> TargetFacts:
        """Say what is behind."""
        facts: TargetFacts = self.target.facts
        return facts

    def close(self) -> None:
        """Close what is behind."""
        self.target.close()


class Bare:
    """A boto3 client that checks nothing, and a hook that puts bytes in place where boto3 could not make them."""

    def __init__(self, endpoint: str | None, *, alike: bool = False) -> None:
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        session = boto3.Session("testing", "testing", region_name="us-west-2")  # a state of its own in process
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=32)
        if alike:
            config = config.merge(Config(user_agent="bare", **({} if endpoint else {"signature_version": UNSIGNED})))
        self.client = session.client("ssm", endpoint_url=endpoint, config=config)
        self.client.meta.events.register("before-call.ssm", self._put_in_place)
        self.call: Any = None

    def prepared(self, operation: str, body: Body, valid: bool) -> Callable[[], bool]:
        """Give the call, with all that can be built before the clock starts."""
        method = getattr(self.client, _METHODS[operation])
        if valid and isinstance(body, dict) and _is_for_users(operation, body):
            return partial(self._sent, method, None, _for_boto(body))
        return partial(self._sent, method, _raw(body), {})

    def _sent(self, method: Callable[..., Any], raw: Any, words: dict[str, Any]) -> bool:
        self.call = raw
        try:
            method(**words)
        except Exception:  # noqa: BLE001 - whatever it was: it was sent
            return False
        return True

    def _put_in_place(self, params: dict[str, Any], **_: Any) -> None:
        if self.call is None:
            return
        params["body"], params["method"] = self.call.body, self.call.method
        params["url"] = params["url"].rstrip("/") + self.call.path
        changed = {name.lower() for name in self.call.headers}
        kept = {name: value for name, value in params["headers"].items() if name.lower() not in changed}
        params["headers"] = kept | {name: value for name, value in self.call.headers.items() if value is not None}


@dataclass
class InProcess:
    """moto in this process: two regions, two states of its generator of ids."""

    alike: bool
    clock: Callable[[], float] = process_time

    def open(self, stack: ExitStack) -> tuple[Recorder, Bare]:
        """Start the mock."""
        from moto.moto_api._internal import mock_random

        from conformance.targets.moto import MotoTarget

        recorder, bare = Recorder(MotoTarget(seed=0)), Bare(None, alike=self.alike)
        stack.callback(recorder.close)
        # What moto reads from files at a first call is nobody's: read it before the clock starts.
        window = bare.client.create_maintenance_window(
            Name="warm", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True
        )["WindowId"]
        bare.client.describe_maintenance_window_tasks(WindowId=window)
        bare.client.delete_maintenance_window(WindowId=window)
        mock_random.seed(0)
        self._random, self._states = mock_random, {"suite": mock_random.getstate(), "bare": mock_random.getstate()}
        return recorder, bare

    def turn(self, who: str, work: Callable[[], Any]) -> tuple[float, Any]:
        """Let one of the two work, and time it."""
        self._random.setstate(self._states[who])
        begun = self.clock()
        found = work()
        taken = self.clock() - begun
        self._states[who] = self._random.getstate()
        return taken, found


@dataclass
class OverHttp:
    """Two servers of moto, seeded alike."""

    alike: bool
    clock: Callable[[], float] = perf_counter

    def open(self, stack: ExitStack) -> tuple[Recorder, Bare]:
        """Start the servers."""
        from conformance.targets.registry import make

        ours, theirs = (make("moto-server", seed=0) for _ in range(2))
        stack.callback(ours.close)
        stack.callback(theirs.close)
        address = ours.program.endpoint  # type: ignore[attr-defined]
        asked = BotoTarget(TargetFacts(name="moto", kind="http", endpoint=address), endpoint=address)
        return Recorder(asked), Bare(theirs.program.endpoint, alike=self.alike)  # type: ignore[attr-defined]

    def turn(self, who: str, work: Callable[[], Any]) -> tuple[float, Any]:
        """Let one of the two work, and time it."""
        begun = self.clock()
        found = work()
        return self.clock() - begun, found


def deterministic(desk: Desk, profile: Profile) -> Iterator[CaseFinished]:
    """Ask all but what is drawn (one history is left)."""
    yield from agenda.everything(desk, replace(profile, generated=0, histories=0))


def generated(desk: Desk, profile: Profile) -> Iterator[CaseFinished]:
    """Ask what is drawn."""
    planned = frozenset(agenda.rules())
    for name, ask in (
        ("valid", agenda.generated_valid),
        ("broken", agenda.generated_broken),
        ("histories", agenda.played_histories),
    ):
        for part in range(agenda.PARTS[name]):
            yield from ask(desk, profile, planned, 0, part)
            yield from desk.asides()


def compared(where: str, profile: Profile, *, alike: bool, profiler: cProfile.Profile | None = None) -> None:
    """Run both parts in one place, and print their ratios."""
    place: Any = InProcess(alike) if where == "process" else OverHttp(alike)
    with ExitStack() as stack:
        recorder, bare = place.open(stack)
        desk = Desk(
            lambda: recorder, run_id="bench", budget=Budget(), recipes=HomeRecipes(), sleep=lambda seconds: None
        )
        agenda.rules()  # the contract is read once a process, whoever asks
        _ = desk.examiner
        for part in (deterministic, generated) if profile.generated else (deterministic,):
            ours = theirs = 0.0
            calls = differing = 0
            events, going = part(desk, profile), True
            while going:
                recorder.asked.clear()
                if profiler:
                    profiler.enable()
                taken, found = place.turn("suite", lambda events=events: list(islice(events, CHUNK)))
                if profiler:
                    profiler.disable()
                ours += taken
                going = bool(found)
                ready = [bare.prepared(*asked[:3]) for asked in recorder.asked]
                taken, answers = place.turn("bare", lambda ready=ready: [send() for send in ready])
                theirs += taken
                calls += len(answers)
                differing += sum(each[3] != answer for each, answer in zip(recorder.asked, answers, strict=True))
            aim = AIMS[where][part.__name__]
            print(
                f"{where:8} {part.__name__:14} {ours / theirs:5.2f} x bare sending (aim {aim}); {calls} calls, "
                f"{1000 * ours / calls:.2f} against {1000 * theirs / calls:.2f} ms each; {differing} answers differ",
                flush=True,
            )


def main() -> int:
    """Print a line for each place and part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--where", choices=[*AIMS, "both"], default="both")
    parser.add_argument("--profile", choices=list(PROFILES), default="standard")
    parser.add_argument("--alike", action="store_true", help="let the bare client be made as the suite's own is")
    parser.add_argument("--stats", help="write a profile of the suite's turns here, for pstats")
    words = parser.parse_args()
    profiler = cProfile.Profile() if words.stats else None
    for where in AIMS if words.where == "both" else (words.where,):
        compared(where, PROFILES[words.profile], alike=words.alike, profiler=profiler)
    if profiler:
        profiler.dump_stats(words.stats)
    return 0


if __name__ == "__main__":
    sys.exit(main())
