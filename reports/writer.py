"""Writes report files: the one module of `reports` that does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from conformance.events import Log
from reports import badge, html, jsonreport, junit, markdown

FORMATS: Mapping[str, tuple[str, Callable[[Log], str]]] = {
    "html": ("report.html", html.render),
    "json": ("report.json", jsonreport.render),
    "junit": ("junit.xml", junit.render),
    "markdown": ("report.md", markdown.render),
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


def _format(name: str) -> tuple[str, Callable[[Log], str]]:
    try:
        return FORMATS[name]
    except KeyError:
        raise ValueError(f"format={name!r} is not known; expected one of {', '.join(FORMATS)}") from None
