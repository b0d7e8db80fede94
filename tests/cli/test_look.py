"""`list`, `explain` and `diff` look alike: drawn where somebody looks, the plain text of always where nobody does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment

pty = pytest.importorskip("pty")
GOLDEN = str(Path(__file__).parents[1] / "golden")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LOOKED_AT = [
    (("list", "--rules", "Name.*"), "Name.pattern"),
    (("list", "--sentences", "--rules", "Name.*"), "An optional name for the task."),
    (("explain", "--rule", "Name.pattern"), "AWS says"),
    (("explain", "request.json"), "expect: reject"),
    (("diff", GOLDEN, GOLDEN), "nothing changed"),
]


def on_a_terminal(folder: Path, *words: str, **variables: str) -> str:
    """Run ``mw-conformance`` with a terminal of its own and give what it wrote there."""
    (folder / "request.json").write_text(json.dumps({"WindowId": "mw-0123456789abcdef0"}), "utf-8")
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in environment().items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", *words],
        stdout=theirs,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**kept, "TERM": "xterm-256color", **variables},
    )
    os.close(theirs)
    told = b""
    try:
        while part := _read(ours):
            told += part
        assert b"" == process.communicate(timeout=60)[1]
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return told.decode("utf-8").replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux says so when the other side has gone
        return b""


@pytest.mark.parametrize(("words", "said"), LOOKED_AT)
def test_a_terminal_gets_colours_and_the_same_words(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    told = on_a_terminal(tmp_path, *words)
    assert COLOUR.search(told)
    assert said in COLOUR.sub("", told)


@pytest.mark.parametrize(("words", "said"), LOOKED_AT)
def test_who_wants_no_colour_gets_plain_text(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    told = on_a_terminal(tmp_path, *words, NO_COLOR="1")
    assert "\x1b" not in told
    assert said in told
    assert "─" not in told
