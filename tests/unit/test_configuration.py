"""The user's own settings: where they are found, and one sentence for whatever is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.configuration import BadConfiguration, Configuration, read
from conformance.targets.base import TargetError
from conformance.targets.configured import KEYS, emulators
from conformance.targets.emulators import EMULATORS


def settings(folder: Path, text: str, name: str = "mw-conformance.toml") -> Configuration:
    (folder / name).write_text(text, "utf-8")
    return read(folder)


def test_settings_are_read_from_the_nearest_file_above(tmp_path: Path) -> None:
    settings(tmp_path, '[targets.mine]\ncommand = ["mine"]')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\nx = 1", "utf-8")
    assert tmp_path / "mw-conformance.toml" == read(below).path
    nearer = settings(tmp_path / "a", '[tool.mw-conformance.targets.mine]\ncommand = ["other"]', "pyproject.toml")
    assert {"command": ["other"]} == nearer.table("targets", "mine")


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    assert {} == read(tmp_path).table("targets")
    assert EMULATORS == emulators(Configuration())


def test_another_person_s_emulator_needs_no_code(tmp_path: Path) -> None:
    text = """
        [targets.mine]
        command = "my-emulator --port {port}"
        ready = "http://127.0.0.1:{port}/health?deep=1"
        endpoint = "http://localhost:{port}/aws"
        environment = { HOME = "{folder}", LEVEL = 5 }
        reset = "/reset"
        version = "1.2"
    """
    mine = emulators(settings(tmp_path, text))["mine"]
    assert ("my-emulator", "--port", "{port}") == mine.command
    assert ("/health?deep=1", "http://localhost:{port}/aws") == (mine.ready, mine.endpoint)
    assert {"HOME": "{folder}", "LEVEL": "5"} == mine.environment
    assert (("/reset",), "1.2", tmp_path) == (mine.reset, mine.version, mine.cwd)


def test_an_emulator_that_we_know_can_be_given_more(tmp_path: Path) -> None:
    found = emulators(settings(tmp_path, "[targets.localstack.environment]\nDEBUG = 1"))["localstack"]
    known = EMULATORS["localstack"]
    assert {**known.environment, "DEBUG": "1"} == found.environment
    assert (known.command, known.program) == (found.command, found.program)


def test_an_emulator_that_we_know_can_be_started_otherwise(tmp_path: Path) -> None:
    found = emulators(settings(tmp_path, '[targets.localstack]\ncommand = ["./start"]\nready = "/up"'))["localstack"]
    assert (("./start",), "", "/up", {}) == (found.command, found.program, found.ready, found.environment)


def test_an_endpoint_alone_is_not_ours_to_start(tmp_path: Path) -> None:
    found = emulators(settings(tmp_path, '[targets.mine]\nendpoint = "http://127.0.0.1:4566"'))["mine"]
    assert ((), "http://127.0.0.1:4566") == (found.command, found.endpoint)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[targets", "can not be read"),
        ("targets = 5", r"\[targets\] is no table"),
        ("[targets]\nmine = 5", r"\[targets.mine\] is no table"),
        ("[targets.mine]\ncomand = 'x'", f"unknown key 'comand'; expected {', '.join(KEYS)}"),
        ("[targets.mine]\nready = '/'", "neither command nor endpoint"),
        ("[targets.mine]\ncommand = 5", "command=5; expected words"),
        ("[targets.mine]\ncommand = []", "has an empty word"),
        ("[targets.mine]\ncommand = ['x', 5]", "expected words"),
        ("[targets.mine]\nendpoint = '127.0.0.1:5000'", "expected an address"),
        ("[targets.mine]\ncommand = 'x'\nready = 'health'", "expected a path"),
        ("[targets.mine]\ncommand = 'x'\nenvironment = { A = [] }", "expected a table"),
        ("[targets.mine]\ncommand = 'x'\nreset = 5", "expected a path to POST"),
        ("[targets.mine]\ncommand = 'x'\nversion = 5", "expected the version, as text"),
        ('[targets.mine]\ncommand = "x \'y"', "expected words"),
    ],
)
def test_settings_that_mean_nothing_are_refused_in_a_sentence(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(TargetError, match=reason) as refused:
        emulators(settings_or_error(tmp_path, text))
    assert "mw-conformance.toml" in str(refused.value)
    assert "\n" not in str(refused.value)


def settings_or_error(folder: Path, text: str) -> Configuration:
    try:
        return settings(folder, text)
    except BadConfiguration as error:
        raise TargetError(str(error)) from error
