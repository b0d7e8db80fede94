"""Canaries: altered answers are caught in every run, cost a handful of requests, and never look like findings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.events import CaseFinished, TargetFacts, read_log, to_json
from conformance.observation import Observation, Rejected
from conformance.oracle import Conforms
from conformance.runner import inspector as inspector_module
from conformance.runner import registrar as registrar_module
from conformance.runner.budget import Budget
from conformance.runner.closing import INCONCLUSIVE
from conformance.runner.desk import Desk
from conformance.targets.base import Body, Target
from conformance.targets.reference import ReferenceTarget
from strategies.recipes import HomeRecipes
from tests.road.running import mwc, report


def desk(make: Callable[[], Target] = ReferenceTarget) -> Desk:
    return Desk(make, run_id="0" * 8, budget=Budget(), recipes=HomeRecipes())


def flown(at: Desk) -> dict[str, str]:
    """Give each canary's name and the verdict that it got."""
    events = list(at.canaries())
    assert all(event.canary for event in events)
    return {event.label: event.verdict for event in events}


ALL = ("code swapped", "member dropped", "id doubled", "status flipped")


def test_each_canary_is_caught() -> None:
    assert dict.fromkeys(ALL, "diverges") == flown(desk())


def test_canaries_cost_a_handful_of_requests_and_leave_nothing() -> None:
    target = ReferenceTarget()
    at = desk(lambda: target)
    list(at.cases(()))
    at.examiner.learn()
    before = at.calls.total()
    flown(at)
    assert at.calls.total() - before <= 25
    at.close()
    assert {} == target.windows


def test_what_a_canary_taught_does_not_reach_the_cases() -> None:
    from conformance.contract.catalogue import rule
    from strategies.plan import cases_of

    at = desk()
    flown(at)
    cases = list(at.cases(cases_of(rule("TaskType.enum"))))
    at.last_words()
    assert {"conforms"} == {event.verdict for event in cases}
    assert [] == [event for event in at.asides() if event.charges]


def blind_to_answers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(registrar_module, "judge", lambda *_, **__: Conforms())


def blind_to_read_back(patch: pytest.MonkeyPatch) -> None:
    from conformance.readback import compare

    def see_nothing(*words: object) -> object:
        found = compare(*words)  # type: ignore[arg-type]
        return type(found)(looked_at=found.looked_at, differences=(), answers=())

    patch.setattr(inspector_module, "compare", see_nothing)


def blind_to_ids(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(registrar_module.Registrar, "_given_again", lambda *_: False)


@pytest.mark.parametrize(
    ("blind", "missed"),
    [
        (blind_to_answers, {"code swapped", "status flipped"}),
        (blind_to_read_back, {"member dropped"}),
        (blind_to_ids, {"id doubled"}),
    ],
)
def test_a_judge_that_is_blind_misses_its_canary(
    monkeypatch: pytest.MonkeyPatch, blind: Callable[[pytest.MonkeyPatch], None], missed: set[str]
) -> None:
    blind(monkeypatch)
    assert missed == {name for name, verdict in flown(desk()).items() if verdict != "diverges"}


class Nothing:
    """A target that implements nothing."""

    facts = TargetFacts(name="nothing", kind="in-process")

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        return Rejected(status=400, code="UnknownOperationException")

    def close(self) -> None:
        """Nothing to let go of."""


def test_a_target_that_implements_nothing_has_no_canaries() -> None:
    assert {} == flown(desk(Nothing))


def test_a_run_tells_its_canaries_and_counts_them_nowhere_else(tmp_path: Path) -> None:
    done = mwc(tmp_path, "run", "reference", "--profile", "quick", "--rules", "Name.pattern")
    assert 0 == done.returncode
    found = report(tmp_path)
    assert {"planted": 4, "caught": 4} == found["run"]["canaries"]
    assert [] == found["findings"]
    verdicts = {each["id"]: each["verdict"] for each in found["rules"]}
    assert ("conforms", "not-exercised") == (verdicts["Name.pattern"], verdicts["TaskType.enum"])
    log = read_log(tmp_path / "conformance-report" / "run.jsonl")
    assert len(ALL) == sum(case.canary for case in log.cases)


def test_a_run_whose_judge_is_blind_is_not_valid(tmp_path: Path, recorder: Callable[[Path], object]) -> None:
    made = recorder(tmp_path)
    missed = CaseFinished(
        case="canary/id doubled",
        rule="WindowTaskId.unique",
        label="id doubled",
        verdict="conforms",
        expect="accept",
        outcome="accepted",
        request={},
        canary=True,
    )
    made.take([to_json(missed)])  # type: ignore[attr-defined]
    assert INCONCLUSIVE == made.finish(interrupted=False)  # type: ignore[attr-defined]
    finished = read_log(tmp_path / "run.jsonl").finished
    assert (1, 0, False) == (finished.canaries_planted, finished.canaries_caught, finished.valid)
    assert "the judge is blind: of 1 answers altered on purpose it missed id doubled" in finished.reasons[0]
