"""pytest's side: the suite runs without the command line, in one process or two, and a repeated run repeats."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.events import read_log
from conformance.runner.merge import Named, put_together
from conformance.tally import tally_rules
from tests.shared import made_once

SEED = ("--seed", "7")


def run_pytest(folder: Path, *words: str, suite: str = "conformance.suite") -> subprocess.CompletedProcess[str]:
    """Run pytest in `folder`, with the plugin and without anything of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "conformance.plugin", "-p", "no:cacheprovider", "-q", *words, suite],
        cwd=folder,
        env=kept,
        text=True,
        capture_output=True,
        check=False,
        timeout=600,
    )


def run_suite(folder: Path, *words: str, target: str = "reference", profile: str = "quick") -> int:
    done = run_pytest(
        folder, "--pyargs", "--target", target, "--profile", profile, "--report-dir", "out", "-p", "no:randomly", *words
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def log_lines(folder: Path) -> list[Any]:
    """Give the log's lines, the clock's figures left out."""
    lines = [json.loads(line) for line in (folder / "out" / "run.jsonl").read_text("utf-8").splitlines()]
    for line in lines:
        line.pop("seconds", None)
        line.pop("started", None)
    return lines


def verdicts(folder: Path) -> dict[str, tuple[str, bool]]:
    """Give each rule's verdict, and whether it was known."""
    found = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    return {each["id"]: (each["verdict"], each["known"]) for each in found["rules"]}


def test_the_suite_runs_by_its_name(tmp_path: Path) -> None:
    assert 0 == run_suite(tmp_path)
    log = read_log(tmp_path / "out" / "run.jsonl")
    assert log.finished.valid
    assert {"conforms", "open"} == {case.verdict for case in log.cases if not case.canary}
    assert len({case.rule for case in log.cases}) > 200
    assert sum(case.sent for case in log.cases) <= log.finished.requests


@pytest.fixture(params=["reference", "moto"])
def target(request: pytest.FixtureRequest) -> str:
    """A target that keeps everything, and one that keeps little."""
    name: str = request.param
    return name


@pytest.fixture
def plain(target: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole run in one process, to hold others against; its exit status is 0, since moto's is known."""

    def make(folder: Path) -> None:
        assert 0 == run_suite(folder, *SEED, target=target)

    return made_once(tmp_path_factory, f"plain-{target}", make)


def test_two_processes_and_one_give_the_same_verdicts(tmp_path: Path, target: str, plain: Path) -> None:
    assert 0 == run_suite(tmp_path, *SEED, "-n", "2", target=target)
    assert verdicts(plain) == verdicts(tmp_path)


def test_three_shards_that_are_merged_give_the_verdicts_and_findings_of_the_whole(
    tmp_path: Path, target: str, plain: Path
) -> None:
    parts = []
    for part in (1, 2, 3):
        (tmp_path / f"{part}").mkdir()
        assert 0 == run_suite(tmp_path / f"{part}", *SEED, "--shard", f"{part}/3", target=target)
        parts.append(read_log(tmp_path / f"{part}" / "out" / "run.jsonl"))
    whole = read_log(plain / "out" / "run.jsonl")
    (merged,) = put_together([Named(name=str(each.started.shard), log=each) for each in parts])
    told = [
        (
            [(line.rule.id, line.verdict, line.known) for line in tally_rules(log)],
            {(each.rule, each.kind) for each in log.findings},
            (log.finished.valid, log.finished.exit_status, log.finished.stale),
        )
        for log in (whole, merged.log)
    ]
    assert told[0] == told[1]


def test_a_shuffled_run_gives_the_same_verdicts(tmp_path: Path, target: str, plain: Path) -> None:
    pytest.importorskip("pytest_randomly")
    run_suite(tmp_path, *SEED, "-p", "randomly", "-p", "no:xdist", target=target)
    assert verdicts(plain) == verdicts(tmp_path)


def test_the_same_seed_gives_the_same_log(tmp_path: Path, target: str, plain: Path) -> None:
    run_suite(tmp_path, *SEED, target=target)
    assert log_lines(plain) == log_lines(tmp_path)


def test_a_divergence_fails_its_test_in_words_that_need_no_knowledge_of_it(tmp_path: Path) -> None:
    words = ("--pyargs", "--target", "moto", "--ledger", "none", "--rules", "Name.max-length", "--profile", "quick")
    done = run_pytest(tmp_path, *words)
    assert 1 == done.returncode
    for word in (" (MUST, ", "expected:", "observed:", "request:"):
        assert word in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_test_with_nothing_to_ask_is_skipped(tmp_path: Path) -> None:
    words = ("--pyargs", "--target", "reference", "--rules", "Name.pattern", "--profile", "quick", "-p", "no:randomly")
    done = run_pytest(tmp_path, *words, suite="conformance.suite.test_rules")
    # One violation of the rule is asked; its company and its neighbours belong to deeper profiles.
    assert "1 passed, 2 skipped" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--target", "no-such-target"), "target='no-such-target' is unknown"),
        (("--rules", "Nmae.*"), "names no rule"),
        (("--ledger", "none.toml"), "can not be read"),
    ],
)
def test_a_wrong_word_is_wrong_usage(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = run_pytest(tmp_path, "--pyargs", *words)
    assert pytest.ExitCode.USAGE_ERROR == done.returncode
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_session_that_is_not_the_suite_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("def test_mine():\n    pass\n", "utf-8")
    done = run_pytest(tmp_path, "--target", "no-such-target", suite="test_mine.py")
    assert 0 == done.returncode, done.stdout + done.stderr
    assert not (tmp_path / "conformance-report").exists()


def test_collecting_alone_asks_nothing(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "--pyargs", "--collect-only")
    assert 0 == done.returncode, done.stdout + done.stderr
    assert not (tmp_path / "conformance-report").exists()


def test_each_package_is_imported_from_one_place() -> None:
    """All three names belong to other projects, too."""
    import conformance
    import reports
    import strategies

    folders = {Path(str(each.__file__)).parents[1] for each in (conformance, reports, strategies)}
    assert 1 == len(folders)
    assert (folders.pop() / "conformance" / "contract" / "contract.lock.json").is_file()
