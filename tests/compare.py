"""Draw all reports below a folder side by side, and moto's versions as a ladder; say where one backend has two faces.

``python compare.py FOLDER``; run by ``tox -e compare``. Exit status 1 when LocalStack, localemu or moto's server judge
otherwise than moto where they share its backend.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from conformance.cli import main

OF_MOTO = ("moto-server", "localstack", "localemu", "localstack-2026")
# A front end has a say in these: it reads the body and writes the answer.
OF_THE_FRONT_END = ("wire", "errors")

Report = dict[str, Any]


def verdicts(report: Report) -> dict[str, str]:
    """Give rule -> verdict."""
    return {each["id"]: each["verdict"] for each in report["rules"]}


def faces(report: Report) -> set[str]:
    """Name the rules on which a front end has a say: forms, types, and what comes out as a failure of the server."""
    failed = {each["rule"] for each in report["findings"] if each["kind"] in ("crash", "wire")}
    failed |= {each["rule"] for each in report["findings"] if each["observed"].startswith("crashed")}
    formal = {each["id"] for each in report["rules"] if each["area"] in OF_THE_FRONT_END}
    return failed | formal | {id for id in verdicts(report) if id.endswith((".type", ".base64"))}


def differing(one: Report, other: Report) -> tuple[list[str], list[str]]:
    """Give the rules that are judged differently: where the backend alone answers, and where a front end has a say."""
    here, there = verdicts(one), verdicts(other)
    judged = {"conforms", "diverges"}
    different = [id for id in here if here[id] != there.get(id) and {here[id], there.get(id, "")} <= judged]
    both = faces(one) | faces(other)
    return [id for id in different if id not in both], [id for id in different if id in both]


def figures(name: str, report: Report) -> str:
    """Give a target's line."""
    must = report["scores"]["must"]
    exercised = sum(each["verdict"] in ("conforms", "diverges") for each in report["rules"])
    valid = "" if report["run"]["valid"] else "  not valid"
    told = f"{must['diverging']} of {must['exercised']} MUST diverge, {exercised} of {len(report['rules'])} exercised"
    return f"{name:16} {report['target']['version']:10} {told}{valid}"


def compare(folder: Path) -> int:
    """Print the figures, draw the pages, and give the exit status."""
    reports = {each.parent.name: json.loads(each.read_text("utf-8")) for each in sorted(folder.glob("*/report.json"))}
    reports = {name: each for name, each in reports.items() if (folder / name / "run.jsonl").is_file()}
    if not reports:
        print(f"there is no report in {folder}; run tox -e moto, say, first", file=sys.stderr)
        return 2
    for name, report in reports.items():
        print(figures(name, report))
    status = _agreement(reports)
    ladder = sorted(
        (name for name in reports if name == "moto" or name.startswith("moto-5")), key=lambda n: _key(reports[n])
    )
    if "moto" in ladder and len(ladder) < len(reports):
        _draw(folder, "targets", [name for name in reports if name not in ladder or name == "moto"])
    if len(ladder) > 1:
        _draw(folder, "ladder", ladder)
    return status


def _agreement(reports: dict[str, Report]) -> int:
    apart = 0
    for name in OF_MOTO:
        if name in reports and "moto" in reports:
            behind, before = differing(reports["moto"], reports[name])
            print(f"{name}: otherwise than moto in {len(behind)} rules of the backend, {len(before)} of the front end")
            print(
                "".join(f"  {'backend' if id in behind else 'front end'}: {id}\n" for id in (*behind, *before)), end=""
            )
            apart += len(behind)
    return 1 if apart else 0


def _key(report: Report) -> tuple[int, ...]:
    return tuple(int(part) for part in report["target"]["version"].split(".") if part.isdigit())


def _draw(folder: Path, page: str, names: list[str]) -> None:
    logs = [str(folder / name / "run.jsonl") for name in names]
    main(["report", *logs, "--format", "html", "--report-dir", str(folder / f"compare-{page}")])


if __name__ == "__main__":
    sys.exit(compare(Path(sys.argv[1])))
