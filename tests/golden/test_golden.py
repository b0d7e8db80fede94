"""The same log gives the same bytes in every format, and what ships as a schema holds for both files.

``python tests/golden/regenerate.py`` draws the files again; what it changes is what a reader will see.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.events import read_log

HERE = Path(__file__).parent
_SPEC = importlib.util.spec_from_file_location("regenerate", HERE / "regenerate.py")
assert _SPEC is not None
assert _SPEC.loader is not None
regenerate = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(regenerate)
NAMES = sorted(path.name for path in HERE.iterdir() if path.suffix in (".html", ".json", ".md", ".xml", ".txt"))


def schema(name: str) -> Any:
    return json.loads(resources.files("reports").joinpath("schema", name).read_text("utf-8"))


def test_there_is_a_golden_file_for_each_format() -> None:
    assert set(NAMES) == set(regenerate.drawn(read_log(HERE / "run.jsonl")))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_log_gives_the_same_bytes(name: str) -> None:
    drawn = regenerate.drawn(read_log(HERE / "run.jsonl"))[name]
    assert (HERE / name).read_text("utf-8") == drawn, "run tests/golden/regenerate.py and read the difference"


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    script = f"import runpy; m = runpy.run_path({str(HERE / 'regenerate.py')!r})"
    script += f"; d = m['drawn'](m['read_log'](m['Path']({str(HERE / 'run.jsonl')!r}))); print(sorted(d.items()))"
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert 1 == len(told)


def test_the_golden_files_keep_the_schemas_that_ship() -> None:
    jsonschema.Draft202012Validator(schema("report.schema.json")).validate(
        json.loads((HERE / "report.json").read_text("utf-8"))
    )
    checker = jsonschema.Draft202012Validator(schema("run.schema.json"))
    lines = (HERE / "run.jsonl").read_text("utf-8").splitlines()
    assert len(lines) > 20
    for line in lines:
        checker.validate(json.loads(line))
