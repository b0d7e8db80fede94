"""The emulators as data: each entry says all that is needed, and is found where it is installed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from conformance.targets.base import TargetError
from conformance.targets.emulators import EMULATORS, FOLDERS, Emulator, find, found

WORDS = {"port", "folder", "seed", "bin", "python"}


@pytest.mark.parametrize("emulator", EMULATORS.values(), ids=list(EMULATORS))
def test_an_entry_says_all_that_is_needed(emulator: Emulator) -> None:
    texts = [*emulator.command, *emulator.environment.values(), *emulator.reset, emulator.endpoint]
    assert WORDS >= {word for text in texts for word in re.findall(r"\{(\w+)\}", text)}
    assert any("{port}" in text for text in texts)
    assert any("127.0.0.1" in text for text in [*emulator.command, *emulator.environment.values()])
    assert emulator.program
    assert emulator.distributions
    assert emulator.install.startswith("pip install ")
    assert all(path.startswith("/") for path in (emulator.ready, *emulator.reset))


@pytest.fixture(autouse=True)
def nothing_else_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.delenv(FOLDERS, raising=False)


def install(home: Path, program: str, **distributions: str) -> Path:
    """Make an environment that holds a program and distributions; give its folder of programs."""
    site = home / "lib" / "python3.11" / "site-packages"
    for name, version in distributions.items():
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (home / "bin").mkdir(parents=True)
    (home / "bin" / program).write_text("#!/bin/sh\n")
    (home / "bin" / program).chmod(0o755)
    return home / "bin"


def test_an_emulator_is_found_on_the_path_with_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin = install(tmp_path / "roto", "roto-server", roto_aws="0.10.1")
    monkeypatch.setenv("PATH", str(bin))
    there = find(EMULATORS["roto"])
    assert there is not None
    assert (bin, bin / "python", "0.10.1") == (there.bin, there.python, there.version)


def test_a_link_on_the_path_leads_to_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin = install(tmp_path / "tool", "ministack", ministack="1.5.33")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "ministack").symlink_to(bin / "ministack")
    monkeypatch.setenv("PATH", str(tmp_path / "links"))
    there = find(EMULATORS["ministack"])
    assert there is not None
    assert (bin, "1.5.33") == (there.bin, there.version)


def test_a_program_without_its_distributions_is_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto brings its server's program without flask, and moto-ext brings one of the same name."""
    half = install(tmp_path / "half", "localstack-supervisor", localstack_core="4.14.0")
    whole = install(tmp_path / "whole", "localstack-supervisor", localstack_core="4.13.0", moto_ext="5.1")
    monkeypatch.setenv("PATH", str(half))
    assert find(EMULATORS["localstack"]) is None
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (half, whole))))
    there = find(EMULATORS["localstack"])
    assert there is not None
    assert (whole, "4.13.0") == (there.bin, there.version)


def test_named_folders_come_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(install(tmp_path / "new", "roto-server", roto_aws="2")))
    monkeypatch.setenv(FOLDERS, str(install(tmp_path / "old", "roto-server", roto_aws="1")))
    there = find(EMULATORS["roto"])
    assert there is not None
    assert "1" == there.version


def test_what_is_not_installed_says_how_to_install_it() -> None:
    with pytest.raises(TargetError, match=r"roto is not installed: .*`pip install roto-aws`") as refused:
        found(EMULATORS["roto"])
    assert "\n" not in str(refused.value)


def test_a_user_s_own_program_is_found_beside_their_settings(tmp_path: Path) -> None:
    bin = install(tmp_path, "mine")
    there = find(Emulator(name="mine", command=("bin/mine",), version="3", cwd=tmp_path))
    assert there is not None
    assert (bin, "3") == (there.bin, there.version)


def test_a_user_s_own_program_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(TargetError, match="mine can not be started: there is no program 'no-such-program'"):
        found(Emulator(name="mine", command=("no-such-program",)))
