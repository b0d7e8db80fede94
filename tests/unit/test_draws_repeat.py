"""The same seed draws the same cases in every process, whatever salt Python gives its hashes, and on every machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_DRAWS = """
import hashlib, json
from conformance.contract.catalogue import rules
from conformance.contract.rule import Permission, Promise
from conformance.suite.drawing import drawn
from strategies.batches import breaking_batches, valid_batches
from strategies.combinations import combination_cases
from strategies.histories import histories
asked = [each for each in rules().values() if not isinstance(each.check, Permission | Promise)]
found = [drawn(valid_batches(1), 1, number, batch=1) for number in range(300)]
found += [drawn(breaking_batches(asked, 1), 1, number, batch=1) for number in range(300)]
found += [drawn(histories(longest=12), 1, number, batch=1) for number in range(50)]
for each in (*found, list(combination_cases())):
    print(hashlib.sha256(repr(each).encode()).hexdigest())
"""


def _draws(folder: Path, salt: str = "1") -> str:
    """Draw in a process of its own, in which `folder` is a place of modules."""
    words = [sys.executable, "-c", f"import neighbour{_DRAWS}" if (folder / "neighbour.py").exists() else _DRAWS]
    environment = {**os.environ, "PYTHONHASHSEED": salt, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout


def test_the_same_seed_draws_the_same_in_two_processes(tmp_path: Path) -> None:
    assert _draws(tmp_path, "1") == _draws(tmp_path, "2")


def test_what_else_is_loaded_does_not_change_what_is_drawn(tmp_path: Path) -> None:
    """Hypothesis draws constants that it finds in modules which are not installed: our own, in a clone."""
    alone = _draws(tmp_path)
    numbers = ", ".join(str(7**power % 2**62) for power in range(20, 400))
    (tmp_path / "neighbour.py").write_text(f"NUMBERS = ({numbers}, 1, 2, 3)\n", "utf-8")
    assert alone == _draws(tmp_path)
