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
    held = load(name)
    return report_of(held) if isinstance(held, Log) else held


def report_of(log: Log) -> Mapping[str, Any]:
    """Give the value of the ``report.json`` that is drawn from a log."""
    found: Mapping[str, Any] = jsonable(report(log))
    return found


def load(name: str) -> Log | Mapping[str, Any]:
    """Give the log that `name` means, else the value of its ``report.json``; BadLog or OSError when there is none."""
    path = find(name)
    if path.suffix == ".jsonl":
        return read_log(path)
    try:
        held = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadLog(f"it is no JSON: {error}") from error
    if not isinstance(held, dict) or held.get("schemaVersion") != SCHEMA_VERSION or "rules" not in held:
        raise BadLog(f"it is no report.json of schemaVersion {SCHEMA_VERSION}; is it a run.jsonl under another name?")
    return held


def part_of(report: Mapping[str, Any]) -> str:
    """Say in words which part of a run a ``report.json`` tells of; empty where it is the whole."""
    shard = report["run"].get("shard")
    return f"shard {shard['index']} of {shard['of']}" if shard else ""


def load_log(name: str) -> Log:
    """Give the log that `name` means; BadLog or OSError when there is none."""
    return read_log(find(name, ("run.jsonl",)))
