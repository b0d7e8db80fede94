"""The command line: what it prints, how it ends, and one sentence for whatever is wrong with its words."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.contract.catalogue import rules

Run = Callable[..., "subprocess.CompletedProcess[str]"]
COMMANDS = ("run", "list", "explain", "plan", "targets", "report", "ledger", "serve")
VALID = {"WindowId": "mw-0123456789abcdef0", "TaskArn": "AWS-RestartEC2Instance", "TaskType": "AUTOMATION"}


def one_sentence(done: subprocess.CompletedProcess[str], status: int = 2) -> str:
    """Give what was said, which must be one line, no traceback, and the exit status `status`."""
    assert status == done.returncode, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert 1 == len(lines), done.stderr
    assert "" == done.stdout
    return lines[0]


# --- help, list, targets


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example(mwc: Run, command: str) -> None:
    done = mwc(command, "--help")
    assert 0 == done.returncode
    assert f"example: mw-conformance {command}" in " ".join(done.stdout.split())
    assert "" == done.stderr


def test_the_help_of_all_names_every_command_and_has_an_example(mwc: Run) -> None:
    done = mwc("--help")
    assert 0 == done.returncode
    assert [] == [command for command in COMMANDS if command not in done.stdout]
    assert "example: " in done.stdout


def test_the_rules_are_listed_as_json(mwc: Run) -> None:
    done = mwc("list", "--format", "json")
    found = json.loads(done.stdout)
    assert (0, list(rules())) == (done.returncode, [each["id"] for each in found])
    assert {"id", "level", "area", "evidence", "statement", "source"} == set(found[0])


def test_the_rules_are_listed_as_a_table_and_as_markdown(mwc: Run) -> None:
    for form in ("table", "markdown"):
        done = mwc("list", "--format", form)
        assert 0 == done.returncode
        assert [] == [id for id in rules() if id.replace("|", "\\|") not in done.stdout]


def test_each_documented_sentence_is_listed_with_what_claims_it(mwc: Run) -> None:
    done = mwc("list", "--format", "json", "--sentences")
    found = json.loads(done.stdout)
    assert len(found) > 150
    assert [] == [each for each in found if each["status"] == "unclaimed"]
    assert "<p>" not in done.stdout
    table = mwc("list", "--sentences").stdout
    assert [] == [each["sentence"] for each in found if each["sentence"] not in table]
    assert f"{len(found)} sentences" in table


def test_the_sentences_that_one_rule_rests_on_are_listed(mwc: Run) -> None:
    found = json.loads(mwc("list", "--format", "json", "--rules", "targeted.*", "--sentences").stdout)
    assert ["MaxConcurrency", "MaxErrors"] == [each["place"].rpartition(".")[2] for each in found]


def test_brackets_in_the_name_of_a_rule_are_not_wild(mwc: Run) -> None:
    done = mwc("list", "--format", "json", "--rules", "Targets[].Key.pattern")
    assert ["Targets[].Key.pattern"] == [each["id"] for each in json.loads(done.stdout)]


def test_the_targets_are_told_with_their_versions(mwc: Run) -> None:
    from moto import __version__

    found = {each["name"]: each for each in json.loads(mwc("targets", "--json").stdout)}
    assert __version__ == found["moto"]["installed"]
    assert {"moto", "reference", "http://HOST:PORT"} <= found.keys()
    assert "moto" in mwc("targets").stdout


# --- explain


@pytest.mark.parametrize(
    ("request_", "status", "expected"),
    [
        (VALID, 0, {"expect": "accept", "codes": [], "rules": [], "open": []}),
        (
            {**VALID, "Name": "ab"},
            1,
            {
                "expect": "reject",
                "codes": ["SerializationException", "ValidationException"],
                "rules": ["Name.min-length"],
                "open": [],
            },
        ),
        (
            {**VALID, "ServiceRoleArn": "my-role"},
            0,
            {"expect": "open", "codes": [], "rules": [], "open": ["arn.role-form"]},
        ),
    ],
    ids=["accept", "reject", "open"],
)
def test_a_request_is_explained(mwc: Run, request_: dict[str, Any], status: int, expected: dict[str, Any]) -> None:
    done = mwc("explain", "--json", "-", stdin=json.dumps(request_))
    assert (status, expected) == (done.returncode, json.loads(done.stdout))
    assert ["expect", "codes", "rules", "open"] == list(json.loads(done.stdout))
    told = mwc("explain", "-", stdin=json.dumps(request_))
    assert status == told.returncode
    assert told.stdout.startswith(f"expect: {expected['expect']}")


def test_a_request_is_read_from_a_file(mwc: Run, tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text(json.dumps(VALID), "utf-8")
    assert "expect: accept\n" == mwc("explain", "request.json").stdout


def test_a_rule_is_explained_with_its_source_and_aws_s_words(mwc: Run) -> None:
    done = mwc("explain", "--rule", "Name.pattern")
    assert 0 == done.returncode
    for word in ("Name.pattern", "MUST", "botocore:", "ValidationException", "AWS says"):
        assert word in done.stdout


@pytest.mark.parametrize("odd", [{}, {"WindowId": 5}, {"Targets": [[]]}, {"TaskInvocationParameters": {"Lambda": 5}}])
def test_a_request_of_any_shape_is_explained_without_a_traceback(mwc: Run, odd: dict[str, Any]) -> None:
    done = mwc("explain", "--json", "-", stdin=json.dumps(odd))
    assert (1, "", "reject") == (done.returncode, done.stderr, json.loads(done.stdout)["expect"])


# --- bad input


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (("run", "reference", "--rules", "Nmae.*"), "", "rules='Nmae.*' names no rule"),
        (("list", "--rules", "Nmae.*"), "", "rules='Nmae.*' names no rule"),
        (("explain", "--rule", "Name.patern"), "", "did you mean 'Name.pattern'"),
        (("run", "no-such-target"), "", "target='no-such-target' is unknown; expected moto"),
        (("run", "ftp://127.0.0.1"), "", "target='ftp://127.0.0.1' is unknown"),
        (("explain", "-"), "{", "is no JSON"),
        (("explain", "-"), "[1]", "is a JSON list; expected an object"),
        (("explain", "-"), "[" * 100_000, "is no JSON"),
        (("explain", "none.json"), "", "can not be read"),
        (("explain",), "", "give one of"),
        (("run", "reference", "--ledger", "none.toml"), "", "ledger 'none.toml' can not be read"),
        (("ledger", "check", "no-such-target"), "", "target='no-such-target' is unknown"),
        (("report", "none.jsonl"), "", "log='none.jsonl' can not be read"),
    ],
)
def test_bad_input_gets_one_sentence(mwc: Run, words: tuple[str, ...], stdin: str, says: str) -> None:
    sentence = one_sentence(mwc(*words, stdin=stdin))
    assert sentence.startswith("mw-conformance: ")
    assert says in sentence


def test_a_ledger_with_an_unknown_key_gets_one_sentence(mwc: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[[divergence]]\nrule = "Name.pattern"\nresaon = "x"\n', "utf-8")
    assert "unknown key 'resaon'" in one_sentence(mwc("run", "reference", "--ledger", "mine.toml"))


@pytest.mark.parametrize("folder", ["in-the-way", "in-the-way/below"])
def test_a_folder_that_can_not_be_written_gets_one_sentence(mwc: Run, tmp_path: Path, folder: str) -> None:
    """A file in the way: permissions mean nothing to root."""
    (tmp_path / "in-the-way").write_text("")
    sentence = one_sentence(mwc("run", "reference", "--profile", "quick", "--report-dir", folder))
    assert "can not be written" in sentence
    assert "in-the-way" in sentence


def test_a_log_that_broke_off_gets_one_sentence(mwc: Run, tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").write_text("{}\n", "utf-8")
    assert "no event" in one_sentence(mwc("report", "run.jsonl"))


@pytest.mark.parametrize(
    "words",
    [("run", "--workers", "0"), ("run", "--rate", "0"), ("run", "--profile", "deep"), ("run", "--seed", "x"), ()],
)
def test_a_wrong_option_is_wrong_usage_and_no_traceback(mwc: Run, words: tuple[str, ...]) -> None:
    done = mwc(*words)
    assert 2 == done.returncode
    assert "usage: " in done.stderr
    assert "Traceback" not in done.stderr


# --- run


def report(folder: Path) -> dict[str, Any]:
    """Give a run's report.json, which must keep its schema."""
    found: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    files = [each for each in (resources.files("reports") / "schema").iterdir() if each.name.startswith("report")]
    jsonschema.validate(found, json.loads(files[0].read_text("utf-8")))
    return found


def test_the_reference_passes_and_leaves_a_valid_report(mwc: Run, tmp_path: Path) -> None:
    done = mwc("run", "reference", "--profile", "quick")
    assert (0, "") == (done.returncode, done.stderr)
    assert "valid run" in done.stdout
    found = report(tmp_path / "conformance-report")
    assert found["run"]["valid"]
    assert [] == found["findings"]
    assert found["run"]["negatives"]["sent"] == found["run"]["negatives"]["withAcceptedTwin"] > 100
    assert {"run.jsonl", "report.json", "report.html"} <= {
        each.name for each in (tmp_path / "conformance-report").iterdir()
    }


def test_a_quiet_run_says_nothing(mwc: Run) -> None:
    done = mwc("run", "reference", "--profile", "quick", "-q", "--rules", "Name.*")
    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_each_form_of_report_is_written_and_drawn_again(mwc: Run, tmp_path: Path) -> None:
    forms = [word for form in ("json", "html", "junit", "markdown", "badge") for word in ("--format", form)]
    assert (
        0
        == mwc(
            "run", "reference", "-q", "--profile", "quick", "--rules", "Name.*", "--report-dir", "a", *forms
        ).returncode
    )
    first = {each.name: each.read_bytes() for each in (tmp_path / "a").iterdir()}
    done = mwc("report", "a/run.jsonl", "--report-dir", "b", *forms)
    assert (0, "") == (done.returncode, done.stderr)
    again = {each.name: each.read_bytes() for each in (tmp_path / "b").iterdir()}
    assert {name: body for name, body in first.items() if name != "run.jsonl"} == again


def test_several_targets_leave_a_folder_each(mwc: Run, tmp_path: Path) -> None:
    done = mwc("run", "reference", "moto", "-q", "--profile", "quick", "--rules", "Name.max-length", "--ledger", "none")
    assert 1 == done.returncode
    folder = tmp_path / "conformance-report"
    assert "conforms" == _verdict(report(folder / "reference"), "Name.max-length")
    assert "diverges" == _verdict(report(folder / "moto"), "Name.max-length")
    assert "Name.max-length" in (folder / "compare.html").read_text("utf-8")
    compared = json.loads((folder / "compare.json").read_text("utf-8"))
    assert ["reference", "moto"] == [each["name"] for each in compared["targets"]]
    assert ["Name.max-length"] == [each["id"] for each in compared["rules"] if each["differs"]]
    assert "" == done.stdout


def _verdict(found: dict[str, Any], id: str) -> str:
    return next(each["verdict"] for each in found["rules"] if each["id"] == id)


def test_a_known_divergence_is_green_and_one_that_has_gone_is_red(mwc: Run, tmp_path: Path) -> None:
    entry = '[[divergence]]\nrule = "Name.max-length"\nkind = "too-lenient"\noutcome = "accepted"\n'
    (tmp_path / "mine.toml").write_text(entry, "utf-8")
    words = ("-q", "--rules", "Name.max-length", "--ledger", "mine.toml")
    assert 0 == mwc("run", "moto", *words).returncode
    assert report(tmp_path / "conformance-report")["findings"][0]["known"]
    assert 1 == mwc("run", "reference", *words).returncode
    # A brief run asks one value a rule, so that nothing is proven gone by it.
    assert 0 == mwc("run", "reference", "--profile", "quick", *words).returncode


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def test_a_target_that_is_not_there_is_inconclusive_and_says_what_to_do(mwc: Run, tmp_path: Path) -> None:
    done = mwc("run", f"http://127.0.0.1:{_closed_port()}", "--profile", "quick")
    assert 3 == done.returncode
    assert "nothing answers at" in done.stdout + done.stderr
    assert "Start the emulator" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not report(tmp_path / "conformance-report")["run"]["valid"]


def test_a_budget_is_kept_to_the_last_request(mwc: Run, tmp_path: Path) -> None:
    done = mwc("run", "reference", "--profile", "quick", "--max-requests", "5")
    assert 3 == done.returncode
    assert "--max-requests 5 is spent" in " ".join((done.stdout + done.stderr).split())
    found = report(tmp_path / "conformance-report")
    assert not found["run"]["valid"]
    assert found["run"]["requests"] <= 5


def test_the_user_s_own_pytest_options_do_not_reach_the_run(mwc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    assert 0 == mwc("run", "reference", "-q", "--profile", "quick", "--rules", "Name.*").returncode
