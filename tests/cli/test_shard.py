"""A run in shards: each is valid and says that it is a part; `report` makes the whole run of them, or says why not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.events import Log, read_log
from tests.cli.conftest import environment

Run = Callable[..., "subprocess.CompletedProcess[str]"]
RULES = ("--profile", "quick", "--rules", "Name.*", "--rules", "targetless.*")
FORMS = ("--format", "json", "--format", "html", "--format", "markdown", "--format", "junit", "--format", "badge")
PARTS = ("a/run.jsonl", "b/run.jsonl", "c/run.jsonl")


def mw(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "conformance", *words],
        text=True,
        capture_output=True,
        check=False,
        cwd=folder,
        env=environment(),
        timeout=300,
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three shards (a, b, c) of a run against moto, and the same run as a whole (whole)."""
    folder = tmp_path_factory.mktemp("shards")
    words = ("run", "moto", "-q", *RULES, *FORMS, "--ledger", "none")
    for index, name in enumerate("abc", 1):
        done = mw(folder, *words, "--shard", f"{index}/3", "--report-dir", name)
        assert (1, "") == (done.returncode, done.stderr)
    assert 1 == mw(folder, *words, "--report-dir", "whole").returncode
    return folder


@pytest.fixture
def here(played: Path, tmp_path: Path) -> Path:
    """A copy of what was played."""
    shutil.copytree(played, tmp_path / "here")
    return tmp_path / "here"


def report(folder: Path) -> dict[str, Any]:
    """Give a report.json, which must keep its schema."""
    found: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    schema = json.loads(resources.files("reports").joinpath("schema", "report.schema.json").read_text("utf-8"))
    jsonschema.validate(found, schema)
    return found


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert (2, "") == (done.returncode, done.stdout)
    (line,) = done.stderr.strip().splitlines()
    assert "Traceback" not in line
    return line


def verdicts(found: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {each["id"]: (each["verdict"], each["known"]) for each in found["rules"]}


def findings(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["rule"], each["kind"]) for each in found["findings"]}


# --- the words


@pytest.mark.parametrize("word", ["0/3", "4/3", "x", "1/0"])
def test_a_word_that_names_no_shard_gets_one_sentence(tmp_path: Path, word: str) -> None:
    assert (
        f"mw-conformance: shard={word!r} names no shard; expected I/N, as 2/3 for the second of three"
        == one_sentence(mw(tmp_path, "run", "reference", "--shard", word))
    )
    assert "names no shard" in one_sentence(mw(tmp_path, "plan", "reference", "--shard", word))


# --- a shard by itself


def test_each_shard_is_valid_with_canaries_of_its_own_and_says_that_it_is_a_part(played: Path) -> None:
    for index, name in enumerate("abc", 1):
        found = report(played / name)
        assert found["run"]["valid"]
        assert {"planted": 4, "caught": 4} == found["run"]["canaries"]
        assert {"index": index, "of": 3} == found["run"]["shard"]
        assert [] == found["run"]["stale"]
        for form in ("report.html", "report.md"):
            assert f"Shard {index} of 3." in (played / name / form).read_text("utf-8")
        assert f"shard {index} of 3" in (played / name / "junit.xml").read_text("utf-8")
        assert f"shard {index} of 3: " in json.loads((played / name / "badge.json").read_text("utf-8"))["message"]


def test_what_other_shards_ask_is_not_exercised_and_says_where_it_was_left(played: Path) -> None:
    rules = {each["id"]: each for each in report(played / "a")["rules"]}
    others = [each for each in rules.values() if each["reason"] == "not in shard 1 of 3"]
    assert others
    assert {"not-exercised"} == {each["verdict"] for each in others}


def test_the_log_of_a_whole_run_is_no_shard(played: Path) -> None:
    assert "shard" not in report(played / "whole")["run"]
    assert read_log(played / "whole" / "run.jsonl").started.shard is None


def test_every_line_of_a_shard_s_log_keeps_the_schema(played: Path) -> None:
    schema = json.loads(resources.files("reports").joinpath("schema", "run.schema.json").read_text("utf-8"))
    first = json.loads((played / "a" / "run.jsonl").read_text("utf-8").splitlines()[0])
    jsonschema.Draft202012Validator(schema).validate(first)
    assert {"index": 1, "of": 3, "strict": False, "ledger": []} == first["shard"]


def test_the_summary_says_that_it_is_a_part(tmp_path: Path) -> None:
    done = mw(tmp_path, "run", "reference", "--profile", "quick", "--rules", "Name.type", "--shard", "2/3")
    assert 0 == done.returncode
    told = " ".join(done.stdout.split())
    assert "seed 0, shard 2 of 3" in told
    assert "`mw-conformance report` merges all shards" in told


def test_the_same_shard_has_the_same_items_in_two_processes(here: Path) -> None:
    words = ("run", "moto", "-q", *RULES, "--ledger", "none", "--shard", "2/3", "--report-dir", "two", "--workers", "2")
    assert 1 == mw(here, *words).returncode
    assert items(here / "b") == items(here / "two")
    assert verdicts(report(here / "b")) == verdicts(report(here / "two"))


def items(folder: Path) -> set[str]:
    """Give the items that sent something; one that was skipped may end the reading of a window."""
    lines = [json.loads(line) for line in (folder / "run.jsonl").read_text("utf-8").splitlines()]
    return {line["item"] for line in lines if line["event"] == "ItemFinished" and line["calls"]} - {""}


def settled(folder: Path) -> set[str]:
    """Give the items that sent nothing, since one request beside others had shown what they ask."""
    found = report(folder)["findings"]
    told = {each["rule"] for each in found if "other violations in one request" in each["observed"]}
    return {f"test_rules.py::test_rule[{rule}]" for rule in told}


def folders(played: Path) -> list[Path]:
    return [played / name for name in "abc"]


def test_no_item_is_asked_by_two_shards_but_the_canaries(played: Path) -> None:
    shards = [items(folder) for folder in folders(played)]
    assert items(played / "whole") | settled(played / "whole") == set.union(*shards, *map(settled, folders(played)))
    assert (
        {"test_canaries.py::test_canaries"} == shards[0] & shards[1] == shards[1] & shards[2] == shards[0] & shards[2]
    )


def test_a_limit_holds_for_all_shards_together(tmp_path: Path) -> None:
    words = ("run", "reference", "-q", *RULES, "--max-requests", "30", "--shard", "1/3")
    assert 3 == mw(tmp_path, *words).returncode
    assert report(tmp_path / "conformance-report")["run"]["requests"] <= 10


def test_a_shard_is_resumed_as_the_same_shard_only(here: Path) -> None:
    lines = (here / "b" / "run.jsonl").read_text("utf-8").splitlines(keepends=True)
    whole = items(here / "b")
    (here / "b" / "run.jsonl").write_text("".join(lines[: len(lines) // 2]), "utf-8")
    words = ("run", "moto", "-q", *RULES, "--ledger", "none", "--report-dir", "b", "--resume")
    assert (
        "--shard is not the same ('shard 2 of 3' then, 'shard 3 of 3' now)" in mw(here, *words, "--shard", "3/3").stderr
    )
    assert "('shard 2 of 3' then, 'the whole' now)" in mw(here, *words).stderr
    assert 1 == mw(here, *words, "--shard", "2/3").returncode
    assert whole == items(here / "b")
    assert 1 == mw(here, "report", *PARTS).returncode


# --- all of them


def test_all_shards_make_the_run(here: Path) -> None:
    done = mw(here, "report", *PARTS, "--format", "summary", "--format", "json", "--report-dir", "all")
    assert (1, "") == (done.returncode, done.stderr)
    assert "valid run: 12 of 12 canaries caught" in done.stdout
    assert "shard" not in done.stdout
    whole, found = report(here / "whole"), report(here / "all")
    assert verdicts(whole) == verdicts(found)
    assert findings(whole) == findings(found)
    assert whole["run"].keys() == found["run"].keys()
    parts = [report(here / name)["run"] for name in "abc"]
    assert sum(each["requests"] for each in parts) == found["run"]["requests"] == sum(found["run"]["calls"].values())
    assert 1 == found["run"]["exitStatus"]


def test_what_was_merged_is_a_log_that_every_command_reads(here: Path) -> None:
    mw(here, "report", *PARTS, "--report-dir", "all")
    log: Log = read_log(here / "all" / "run.jsonl")
    assert (None, True) == (log.started.shard, log.finished.valid)
    assert 0 == mw(here, "report", "all").returncode
    done = mw(here, "diff", "all", "whole", "--format", "json")
    told = json.loads(done.stdout)
    assert (0, False) == (done.returncode, told["broke"])
    assert [] == [*told["only_left"], *told["only_right"], *told["fixed"]]


def test_the_exit_status_is_that_of_the_run(tmp_path: Path) -> None:
    for index in ("1", "2"):
        words = ("run", "reference", "-q", "--profile", "quick", "--rules", "Name.*", "--shard", f"{index}/2")
        assert 0 == mw(tmp_path, *words, "--report-dir", index).returncode
    assert 0 == mw(tmp_path, "report", "1", "2").returncode


def test_a_missing_or_doubled_shard_is_an_error_that_names_it(here: Path) -> None:
    told = one_sentence(mw(here, "report", PARTS[0], PARTS[2]))
    assert "shard 2 of 3 (moto, quick) is missing" in told
    assert "shards 1, 3 of 3 (moto, quick) are missing" in one_sentence(mw(here, "report", PARTS[1]))
    assert "'b/run.jsonl' and 'b' hold shard 2" in one_sentence(mw(here, "report", *PARTS, "b"))


def test_the_report_of_a_shard_can_not_be_merged_and_says_what_can(here: Path) -> None:
    told = one_sentence(mw(here, "report", *PARTS, "a/report.json"))
    assert "is the report of shard 1 of 3; give the run.jsonl of every shard" in told


def test_no_shard_is_overwritten_by_what_they_make(here: Path) -> None:
    assert "holds one of the shards" in one_sentence(mw(here, "report", *PARTS, "--report-dir", "b"))
    assert read_log(here / "b" / "run.jsonl").started.shard is not None


def test_a_merged_run_stands_beside_others(here: Path) -> None:
    done = mw(here, "report", *PARTS, "whole/report.json", "--format", "json", "--report-dir", "side")
    assert (1, "") == (done.returncode, done.stderr)
    found = json.loads((here / "side" / "compare.json").read_text("utf-8"))
    assert ["moto", "moto"] == [each["name"] for each in found["targets"]]
    assert [] == [each["id"] for each in found["rules"] if each["differs"]]
    assert "shard 3 of 3 (moto, quick) is missing" in one_sentence(mw(here, "report", *PARTS[:2], "whole"))


def test_a_lone_shard_is_named_where_it_is_compared_or_asked_again(here: Path) -> None:
    assert "shard 1 of 3" in mw(here, "diff", "a", "whole").stdout
    assert (
        "a is shard 1 of 3: what the other shards found was not asked again"
        in mw(here, "replay", "--report", "a").stdout
    )


def test_several_targets_in_shards_are_compared_part_by_part(tmp_path: Path) -> None:
    words = ("run", "reference", "moto", "-q", "--profile", "quick", "--rules", "Name.*", "--shard", "1/2")
    done = mw(tmp_path, *words)
    assert (0, "") == (done.returncode, done.stderr)
    found = json.loads((tmp_path / "conformance-report" / "compare.json").read_text("utf-8"))
    assert ["shard 1 of 2", "shard 1 of 2"] == [each["part"] for each in found["targets"]]


# --- without the command line


def collected(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in environment().items() if not name.startswith(("PYTEST_", "COV_"))}
    plugin = ("-p", "conformance.plugin", "-p", "no:cacheprovider", "-q", "--collect-only")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugin, "--target", "reference", *words, "--pyargs", "conformance.suite"],
        text=True,
        capture_output=True,
        check=False,
        cwd=folder,
        env=kept,
        timeout=300,
    )


def test_a_shuffled_shard_has_the_same_items_in_another_order(tmp_path: Path) -> None:
    pytest.importorskip("pytest_randomly")
    told = []
    for words in (("-p", "no:randomly"), ("--randomly-seed=1",)):
        lines = collected(tmp_path, "--shard", "2/3", *words).stdout.splitlines()
        told.append([line for line in lines if "::" in line])
    assert told[0] != told[1]
    assert sorted(told[0]) == sorted(told[1])


def test_pytest_says_the_same_sentence(tmp_path: Path) -> None:
    done = collected(tmp_path, "--shard", "4/3")
    assert pytest.ExitCode.USAGE_ERROR == done.returncode
    assert "shard='4/3' names no shard" in done.stderr
    assert "Traceback" not in done.stderr
