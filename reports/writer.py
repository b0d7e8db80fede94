"""Writes report files: the one module of `reports` that does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from conformance.events import Event, Log, to_json
from reports import badge, ctrf, html, issues, jsonreport, junit, markdown

FORMATS: Mapping[str, tuple[str, Callable[[Log], str]]] = {
    "html": ("report.html", html.render),
    "json": ("report.json", jsonreport.render),
    "junit": ("junit.xml", junit.render),
    "markdown": ("report.md", markdown.render),
    "ctrf": ("ctrf.json", ctrf.render),
    "badge": ("badge.json", badge.render),
}
"""Format -> its file's name and the function that draws it."""


def write(log: Log, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Draw `log` in each format into `folder`, which is made where it is missing, and give the files' paths.

    Raises ValueError for an unknown format, before anything is written, and OSError where a file can not be written.
    """
    wanted = [(folder / name, draw) for name, draw in (_format(each) for each in dict.fromkeys(formats))]
    folder.mkdir(parents=True, exist_ok=True)
    for path, draw in wanted:
        path.write_text(draw(log), encoding="utf-8", newline="\n")
    return [path for path, _ in wanted]


def write_log(log: Log, folder: Path) -> list[Path]:
    """Write a log that was put together from several as ``run.jsonl``; OSError where it can not be written."""
    events: tuple[Event, ...] = (log.started, *log.cases, *log.findings, log.finished)
    return write_texts({"run.jsonl": "".join(to_json(event) + "\n" for event in events)}, folder)


def write_issues(log: Log, folder: Path) -> list[Path]:
    """Write an issue and a test for each cause into `folder`; OSError where a file can not be written."""
    return write_texts(issues.render(log), folder)


def write_step_summary(log: Log, file: str) -> None:
    """Add the Markdown of a run to the file that GitHub names in GITHUB_STEP_SUMMARY; OSError where it can not be."""
    with Path(file).open("a", encoding="utf-8", newline="\n") as summary:
        summary.write(markdown.render(log) + "\n")


def write_texts(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write file name -> text into `folder`, which is made where it is missing, and give the files' paths."""
    if texts:
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]


def _format(name: str) -> tuple[str, Callable[[Log], str]]:
    try:
        return FORMATS[name]
    except KeyError:
        raise ValueError(f"format={name!r} is not known; expected one of {', '.join(FORMATS)}") from None
