"""Draws the golden files again from `run.jsonl`: ``python tests/golden/regenerate.py``; read the difference after it.

With the path of a fresh ``run.jsonl`` of moto as its argument it first takes a few rules out of that as the new log.
"""

from __future__ import annotations

import dataclasses
import io
import sys
from pathlib import Path

from conformance.events import Log, read_log, to_json
from reports import summary, writer

HERE = Path(__file__).parent
LOG = HERE / "run.jsonl"
RULES = (
    "WindowId.required",
    "WindowId.pattern",
    "WindowId.type",
    "Targets.max-length",
    "TaskType.enum",
    "Name.max-length",
    "Name.accepted",
    "Name.type",
    "targetless.MaxErrors-refused",
    "read-back.get.Name",
    "read-back.describe.TaskType",
    "token.mismatch-refused",
    "acceptance.reads-work",
    "deregister.twice-refused",
    "errors.client-error-status",
    "wire.success-status",
    "wire.malformed-json",
    "wire.unknown-operation",
)
QUESTIONS = ("targets.empty-list", "wire.unknown-members", "precedence.length and unknown window")


def drawn(log: Log) -> dict[str, str]:
    """Give file name -> text for each format, the terminal's summary included."""
    out = io.StringIO()
    summary.print_summary(log, file=out, width=100)
    return {"summary.txt": out.getvalue(), **{name: draw(log) for name, draw in writer.FORMATS.values()}}


def shortened(log: Log) -> str:
    """Give the lines of a log of a few rules, with nothing in it that was measured."""
    cases = [
        dataclasses.replace(case, also=tuple(id for id in case.also if id in RULES))
        for case in log.cases
        if case.rule in RULES and (not case.rule or case.charges or case.verdict == "unsupported" or case.also)
    ]
    few = {(case.rule, case.verdict, case.outcome): case for case in reversed(cases)}
    asked = [case for case in log.cases if case.question in QUESTIONS]
    started = dataclasses.replace(
        log.started,
        rules=tuple(rule for rule in log.started.rules if rule.id in RULES),
        exclusions=log.started.exclusions[:2],
        open_questions={id: words for id, words in log.started.open_questions.items() if id in QUESTIONS},
    )
    findings = [dataclasses.replace(each, known=each.area != "state") for each in log.findings if each.rule in RULES]
    finished = dataclasses.replace(log.finished, seconds=16.4, requests=7218)
    return "".join(to_json(event) + "\n" for event in (started, *few.values(), *asked, *findings, finished))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        LOG.write_text(shortened(read_log(Path(sys.argv[1]))), "utf-8")
    for name, text in drawn(read_log(LOG)).items():
        (HERE / name).write_text(text, "utf-8")
