"""The workflow that docs/ offers: its words mean something, and its lines do what they say."""

from __future__ import annotations

import argparse
import configparser
import itertools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.cli import parser

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "github-actions.yml"
WORKFLOW: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
STEPS = [(name, step) for name, job in WORKFLOW["jobs"].items() for step in job["steps"]]


def lines(program: str) -> Iterator[list[str]]:
    """Give each line of the workflow that calls a program, as words."""
    for _, step in STEPS:
        for line in step.get("run", "").splitlines():
            words = shlex.split(line)
            if words and words[0] == program:
                yield words[1:]


def understood(words: list[str]) -> argparse.Namespace:
    """Read words as the command line does; SystemExit where it would refuse them."""
    return parser(words).parse_args(words)


def run_step(name: str, folder: Path, **environment: str) -> None:
    """Run a named step as a runner does: bash, and the first failure ends it."""
    (script,) = {step["run"] for _, step in STEPS if step.get("name") == name and "$TARGET" in step["run"]} or {
        step["run"] for _, step in STEPS if step.get("name") == name
    }
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, **environment}, text=True, capture_output=True, check=False
    )
    assert 0 == done.returncode, done.stderr


def test_every_step_does_one_thing_and_every_action_has_a_version() -> None:
    for _, step in STEPS:
        assert 1 == len({"run", "uses"} & step.keys())
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))


def test_each_matrix_target_is_an_environment_of_tox() -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    named = {name for section in tox.sections() for name in _expanded(section.removeprefix("testenv:"))}
    targets = WORKFLOW["jobs"]["emulators"]["strategy"]["matrix"]["target"]
    assert [] == [name for name in [*targets, "compare"] if name not in named]
    listed = {name for line in tox["tox"]["env_list"].split(",") for name in line.split()}
    assert {name for text in listed for name in _expanded(text)} >= set(targets) - {"moto-5.0", "moto-5.1", "moto-5.2"}


def _expanded(text: str) -> list[str]:
    parts = [part.strip("{}").split(",") for part in re.findall(r"\{[^}]*\}|[^{}]+", text)]
    return ["".join(each).strip() for each in itertools.product(*parts)]


def test_what_tox_hands_on_is_understood_by_run() -> None:
    handed = [words[words.index("--") + 1 :] for words in lines("tox") if "--" in words]
    assert handed
    for words in handed:
        assert understood(["run", "moto", *words]).format


@pytest.mark.parametrize("words", list(lines("mw-conformance")), ids=" ".join)
def test_the_command_line_understands_every_call(words: list[str]) -> None:
    words = [word.replace("$ACCOUNT", "123456789012") for word in words]
    assert words[0] == understood(words).command


def test_the_matrix_of_shards_is_one_run_and_its_lines_are_understood() -> None:
    page = FILE.with_suffix(".md").read_text("utf-8")
    (text,) = (each for each in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "--shard" in each)
    jobs = yaml.safe_load(text)
    shards = jobs["deep"]["strategy"]["matrix"]["shard"]
    told = [shlex.split(step["run"]) for job in jobs.values() for step in job["steps"] if "run" in step]
    run, report = (understood(words[1:]) for words in told if words[0] == "mw-conformance")
    named = [run.shard.replace("${{ matrix.shard }}", str(index)) for index in shards]
    assert [f"{index}/{len(shards)}" for index in range(1, len(shards) + 1)] == named
    assert ["shards/*/run.jsonl"] == report.logs
    assert "deep" == jobs["whole"]["needs"]


def test_nothing_but_the_sandbox_job_can_get_an_identity() -> None:
    assert {"contents": "read"} == WORKFLOW["permissions"]
    granted = {name: job["permissions"] for name, job in WORKFLOW["jobs"].items() if "permissions" in job}
    assert {"badges": {"contents": "write"}, "sandbox": {"contents": "read", "id-token": "write"}} == granted
    assert "schedule" in WORKFLOW["jobs"]["sandbox"]["if"]
    assert "pull_request" not in WORKFLOW["jobs"]["sandbox"]["if"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with an origin, and in it a real report in each form that the workflow asks for."""
    here, origin = tmp_path / "here", tmp_path / "origin"
    for words in (["init", "--quiet", "--bare", str(origin)], ["init", "--quiet", str(here)]):
        subprocess.run(["git", *words], check=True)
    subprocess.run(["git", "remote", "add", "origin", str(origin)], check=True, cwd=here)
    identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
    subprocess.run(["git", *identity, "commit", "--quiet", "--allow-empty", "-m", "a"], check=True, cwd=here)
    (handed,) = [words[words.index("--") + 1 :] for words in lines("tox") if "--" in words]
    options = ["-q", "--profile", "quick", "--rules", "Name.*", "--report-dir", ".tox/reports/moto"]
    subprocess.run([sys.executable, "-m", "conformance", "run", "reference", *options, *handed], check=True, cwd=here)
    return here


def test_the_summary_and_the_badges_are_made_of_a_real_report(repository: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    run_step("Tell it in the summary", repository, TARGET="moto", GITHUB_STEP_SUMMARY=str(summary))
    assert "exercised MUST rule" in summary.read_text("utf-8")
    run_step("Put the badges on a branch of their own", repository)
    words = ["git", "show", "badges:moto.json"]
    shown = subprocess.run(words, cwd=tmp_path / "origin", text=True, capture_output=True, check=True).stdout
    assert '"schemaVersion": 1' in shown
    files = ["git", "ls-tree", "--name-only", "-r", "badges"]
    left = subprocess.run(files, cwd=tmp_path / "origin", text=True, capture_output=True, check=True).stdout
    assert "moto.json\n" == left
