"""Finds a report by what a person names: a run.jsonl, a report.json, or a folder that holds one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.events import BadLog, Log, read_log
from reports.jsonreport import SCHEMA_VERSION, report
from reports.text import jsonable


def find(name: str, names: tuple[str, ...] = ("run.jsonl", "report.json")) -> Path:
    """Give the file that `name` means; FileNotFoundError when a folder holds none of `names`."""
    path = Path(name)
    if not path.is_dir():
        return path
    for each in names:
        if (path / each).is_file():
            return path / each
    raise FileNotFoundError(2, f"there is no {' or '.join(names)} in it", name)


def load_report(name: str) -> Mapping[str, Any]:
    """Give the value of a ``report.json``, also where `name` is a log; BadLog or OSError when there is none."""
    path = find(name)
    if path.suffix == ".jsonl":
        found: Mapping[str, Any] = jsonable(report(read_log(path)))
        return found
    try:
        held = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadLog(f"it is no JSON: {error}") from error
    if not isinstance(held, dict) or held.get("schemaVersion") != SCHEMA_VERSION or "rules" not in held:
        raise BadLog(f"it is no report.json of schemaVersion {SCHEMA_VERSION}; is it a run.jsonl under another name?")
    return held


def load_log(name: str) -> Log:
    """Give the log that `name` means; BadLog or OSError when there is none."""
    return read_log(find(name, ("run.jsonl",)))
