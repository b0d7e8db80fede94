"""A command loads what it needs and nothing else: help comes at once, and no other command is imported for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from conformance import cli, version

HEAVY = {"moto", "boto3", "pytest", "hypothesis", "rich", "jinja2"}


def loaded(*words: str) -> set[str]:
    """Give the modules that a command has loaded when it ends."""
    code = (
        "import sys, contextlib, io\n"
        "from conformance.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({list(words)!r})\n"
        "print('\\n'.join(sys.modules))"
    )
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("words", [("--help",), ("list", "--help"), ("run", "--help")])
def test_help_reads_no_model_and_no_metadata(words: tuple[str, ...]) -> None:
    assert set() == loaded(*words) & (HEAVY | {"botocore", "regex", "importlib.metadata"})


@pytest.mark.parametrize("words", [("list",), ("explain", "--rule", "Name.pattern"), ("drift",)])
def test_a_command_that_sends_nothing_loads_nothing_that_sends(words: tuple[str, ...]) -> None:
    assert set() == loaded(*words) & HEAVY


def test_no_other_command_is_loaded() -> None:
    commands = {name for name in loaded("list") if name.startswith("conformance.commands.")}
    assert {"conformance.commands.list"} == commands


@pytest.mark.parametrize("name", cli._COMMANDS)
def test_every_command_has_options_of_its_own_and_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([name, "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert f"example: mw-conformance {name}" in told
    assert told.count("--") > 1, "its own options, beside --help"


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert f"mw-conformance {version()}\n" == capsys.readouterr().out
