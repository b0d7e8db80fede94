"""``replay`` asks a finding again, and tells whether it is still there, fixed, or changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.cli import main

RULES = ("Name.pattern", "token.replay-same-id", "acceptance.reads-work", "wire.not-an-object", "Priority.type")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("moto")
    words = [word for rule in RULES for word in ("--rules", rule)]
    assert 0 == main(["run", "moto", "-q", "--report-dir", str(folder), *words])
    found = json.loads((folder / "report.json").read_text())["findings"]
    assert set(RULES) <= {each["rule"] for each in found}
    return folder


def test_every_finding_of_moto_is_still_there(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["replay", "--report", str(report)])
    lines = capsys.readouterr().out.splitlines()
    assert [] == [line for line in lines[:-1] if not line.startswith("still there")]


def test_every_finding_is_fixed_at_a_conforming_target(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["replay", "--report", str(report), "--target", "reference"])
    lines = capsys.readouterr().out.splitlines()
    assert [] == [line for line in lines[:-1] if not line.startswith("fixed")]


def test_a_finding_whose_outcome_is_another_now_has_changed(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((report / "report.json").read_text())
    document["findings"] = [
        each | {"outcome": "accepted:other"} for each in document["findings"] if each["rule"] == "Name.pattern"
    ]
    (tmp_path / "report.json").write_text(json.dumps(document))
    assert 1 == main(["replay", "Name.pattern", "--report", str(tmp_path / "report.json")])
    assert capsys.readouterr().out.startswith("changed: accepted")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nosuch"], "is not in the report"),
        (["--target", "nosuch"], "is unknown"),
        (["--report", "/nowhere/at/all"], "can not be read"),
        (["--target", "http://127.0.0.1:9"], "nothing answers"),
    ],
)
def test_wrong_words_give_one_sentence(
    report: Path, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [] if "--report" in words else ["--report", str(report)]
    assert 2 == main(["replay", *where, *words])
    told = capsys.readouterr().err
    assert sentence in told
    assert 1 == len(told.strip().splitlines())
