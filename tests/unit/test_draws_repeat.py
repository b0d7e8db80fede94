"""The same seed draws the same cases in every process, whatever salt Python gives its hashes."""

from __future__ import annotations

import os
import subprocess
import sys

_DRAWS = """
import hashlib, json
from conformance.contract.catalogue import rules
from conformance.contract.rule import Permission, Promise
from conformance.suite.drawing import drawn
from strategies.batches import breaking_batches, valid_batches
from strategies.combinations import combination_cases
asked = [each for each in rules().values() if not isinstance(each.check, Permission | Promise)]
found = [drawn(valid_batches(100), 1, 7, batch=1), drawn(breaking_batches(asked, 100), 1, 7, batch=1)]
for each in (*found, list(combination_cases())):
    print(hashlib.sha256(repr(each).encode()).hexdigest())
"""


def _draws(salt: str) -> str:
    words = [sys.executable, "-c", _DRAWS]
    return subprocess.run(
        words, env={**os.environ, "PYTHONHASHSEED": salt}, capture_output=True, text=True, check=True
    ).stdout


def test_the_same_seed_draws_the_same_in_two_processes() -> None:
    assert _draws("1") == _draws("2")
