"""A fifth of all requests is disturbed: nothing that the road did is laid on the target, and its faults are found."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from conformance.targets.mutants import mutants
from conformance.targets.reference import ReferenceTarget
from tests.road.bad import KINDS, BadRoad
from tests.road.running import FEW, mwc, report, words
from tests.road.serving import Handler, Served, served

WHOLE = bool(os.environ.get("MW_WHOLE"))
RULES = () if WHOLE else FEW


def test_a_conforming_target_behind_a_bad_road_is_not_accused(tmp_path: Path) -> None:
    with served() as server:
        server.disturb = road = BadRoad(0.2, seed=1)
        done = mwc(tmp_path, *words(server.address, rules=RULES))
        found = report(tmp_path)
        assert [] == found["findings"]
        # At worst something stays unknown, and is named.
        assert done.returncode in (0, 3), done.stdout + done.stderr
        assert found["run"]["valid"] is (done.returncode == 0)
        assert set(KINDS) == set(road.seen)
        assert [] == server.windows


def test_every_verdict_is_there_in_spite_of_the_road(tmp_path: Path) -> None:
    verdicts = []
    for share in (0.0, 0.2):
        with served() as server:
            server.disturb = BadRoad(share, seed=5)
            folder = tmp_path / str(share)
            folder.mkdir()
            mwc(folder, *words(server.address, "-q", rules=RULES))
            verdicts.append({each["id"]: each["verdict"] for each in report(folder)["rules"]})
    good, bad = verdicts
    assert {} == {id: (good[id], bad[id]) for id in good if bad[id] not in (good[id], "inconclusive")}


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("drop:Name.pattern", "Name.pattern"),
        ("state:quota of 19", "quota.tasks-per-window-accepted"),
        *((("lost:get.Name", "read-back.get.Name"), ("state:listed twice", "listing.once")) if WHOLE else ()),
    ],
)
def test_a_planted_fault_is_found_behind_a_bad_road(tmp_path: Path, fault: str, rule: str) -> None:
    found = []
    for share in (0.0, 0.2):
        server = Served(mutants()[fault].make())
        try:
            server.disturb = BadRoad(share, seed=2)
            mwc(tmp_path, *words(server.address, "-q", rules=RULES))
            found.append({each["rule"] for each in report(tmp_path)["findings"]})
        finally:
            server.close()
    good, bad = found
    assert rule in bad
    assert bad <= good


class Forgetful(ReferenceTarget):
    """A service that ignores tokens, as several emulators do: whatever is repeated is done twice."""

    def replayed(self, window: object, request: object) -> str | None:
        return None


def test_a_registration_that_was_done_twice_is_not_laid_on_a_target_that_ignores_tokens(tmp_path: Path) -> None:
    server = Served(Forgetful())
    try:
        server.disturb = BadRoad(0.2, seed=3, kinds=("reset done", "503 done", "cut"))
        mwc(tmp_path, *words(server.address, "-q", rules=RULES))
        found = {each["rule"] for each in report(tmp_path)["findings"]}
        assert [] == server.windows
    finally:
        server.close()
    assert {id for id in found if not id.startswith("token.")} == set()
    assert "token.replay-same-id" in found


def test_a_target_that_is_started_anew_in_the_middle_is_not_accused(tmp_path: Path) -> None:
    class Anew:
        """All state is gone before these requests are answered."""

        def __call__(self, handler: Handler, number: int) -> bool:
            if number in (90, 150, 151, 230, 300):
                server.target.windows.clear()  # type: ignore[attr-defined]
            return False

    target = ReferenceTarget()
    ids = random.Random(4)
    target.new_id = lambda: f"{ids.getrandbits(32):08x}-0000-4000-8000-{ids.getrandbits(48):012x}"  # type: ignore[method-assign]
    with served(target) as server:
        server.disturb = Anew()
        done = mwc(tmp_path, *words(server.address, rules=RULES))
        found = report(tmp_path)
        assert [] == found["findings"]
        assert done.returncode in (0, 3)
        if done.returncode == 3:
            assert "was it restarted?" in " ".join((done.stdout + done.stderr).split())
            server.disturb = None
            resumed = mwc(tmp_path, *words(server.address, rules=RULES), "--resume")
            assert 0 == resumed.returncode, resumed.stdout + resumed.stderr


def test_a_server_error_that_is_repeated_is_a_finding_and_one_that_is_not_is_none(tmp_path: Path) -> None:
    class Failing:
        """Fails for requests that hold these words: always for one, and every other time for the other."""

        turn = 0

        def __call__(self, handler: Handler, number: int) -> bool:
            if b'"Priority": "' in handler.body:
                handler.say(500, {"__type": "InternalServerError"})
                return True
            if b'"Name"' in handler.body and b"RegisterTask" in str(handler.headers).encode():
                self.turn += 1
                if self.turn % 2:
                    handler.say(500, {"__type": "InternalServerError"})
                    return True
            return False

    with served() as server:
        server.disturb = Failing()
        done = mwc(tmp_path, *words(server.address, "-q", rules=("Name.*", "Priority.*")))
    assert 1 == done.returncode
    assert {("Priority.type", "crash")} == {(each["rule"], each["kind"]) for each in report(tmp_path)["findings"]}


@pytest.mark.parametrize("limit", [30, 75, 200])
def test_no_request_goes_over_the_limit_and_nothing_is_left(tmp_path: Path, limit: int) -> None:
    with served() as server:
        server.disturb = BadRoad(0.05, seed=6, kinds=("throttled", "reset"))
        done = mwc(tmp_path, *words(server.address, "--max-requests", str(limit)))
        arrived = server.requests
        assert 3 == done.returncode
        assert f"--max-requests {limit} is spent" in " ".join((done.stdout + done.stderr).split())
        assert arrived <= limit
        assert arrived == report(tmp_path)["run"]["requests"]
        assert [] == server.windows


def test_two_workers_share_the_limit(tmp_path: Path) -> None:
    with served() as server:
        done = mwc(tmp_path, *words(server.address, "--max-requests", "90", "--workers", "2"))
        assert 3 == done.returncode
        assert server.requests <= 90
        assert [] == server.windows


def test_a_target_that_dies_halfway_is_told_with_what_was_judged(tmp_path: Path) -> None:
    class Dying:
        def __call__(self, handler: Handler, number: int) -> bool:
            if number > 120:
                handler.drop()
                return True
            return False

    with served() as server:
        server.disturb = Dying()
        done = mwc(tmp_path, *words(server.address, rules=RULES))
        told = " ".join((done.stdout + done.stderr).split())
        assert 3 == done.returncode
        assert "the target stopped answering after" in told
        assert "go on with --resume" in told
        assert "windows may be left behind: remove them with `mw-conformance sweep" in told
        assert "Traceback" not in told
        found = report(tmp_path)
        assert not found["run"]["valid"]
        assert any(each["verdict"] == "conforms" for each in found["rules"])
        server.disturb = None
        assert 0 == mwc(tmp_path, *words(server.address, "-q", rules=RULES), "--resume").returncode
        assert 0 == mwc(tmp_path, "sweep", f"it={server.address}").returncode
        assert [] == server.windows
