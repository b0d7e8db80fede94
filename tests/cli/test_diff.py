"""``diff`` from the outside: its exit status is what a build looks at."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

GOLDEN = Path(__file__).parents[1] / "golden"
Run = Callable[..., "CompletedProcess[str]"]


def conforming(folder: Path) -> Path:
    """Write the golden report with one finding fewer."""
    value = json.loads((GOLDEN / "report.json").read_text("utf-8"))
    for rule in value["rules"]:
        if rule["id"] == "Name.max-length":
            rule["verdict"] = "conforms"
    value["findings"] = [each for each in value["findings"] if each["rule"] != "Name.max-length"]
    (folder / "report.json").write_text(json.dumps(value), "utf-8")
    return folder


def test_nothing_broke_is_zero_and_something_broke_is_one(mwc: Run, tmp_path: Path) -> None:
    better = conforming(tmp_path)
    same = mwc("diff", str(GOLDEN), str(GOLDEN / "report.json"))
    assert (0, "") == (same.returncode, same.stderr)
    assert "nothing changed" in same.stdout
    assert 0 == mwc("diff", str(GOLDEN), str(better)).returncode
    broken = mwc("diff", str(better), str(GOLDEN), "--format", "json")
    assert 1 == broken.returncode
    assert ["Name.max-length"] == [each["rule"] for each in json.loads(broken.stdout)["broken"]]
    assert "Broken: 1" in mwc("diff", str(better), str(GOLDEN), "--format", "markdown").stdout


def test_a_report_that_is_not_there_is_one_sentence(mwc: Run, tmp_path: Path) -> None:
    for name in ("nowhere", str(tmp_path)):
        done = mwc("diff", name, str(GOLDEN))
        assert 2 == done.returncode
        assert 1 == len(done.stderr.splitlines())
        assert "Traceback" not in done.stderr
