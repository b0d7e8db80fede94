"""The journal: what a run is about to create, on disk before it is asked for, so that a sweep can remove it.

A window's id is known only after the call, so its name stands first: names are unique, and tell whose window it is.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, final

PREFIX = "mw-conformance-"
NAME = re.compile(rf"{PREFIX}(?P<run>[0-9a-f]{{8}})-[0-9]+")
"""The names that our windows have, and no others: ``mw-conformance-RUN-NUMBER``."""


class CanNotWrite(Exception):
    """The journal can not be written, so nothing may be made; the message says why."""


@final
class Journal:
    """Writes one process's journal; a file only where there is something to write down, and none when all is gone.

    `path` None keeps no journal: what lives in this process is gone with it.
    """

    def __init__(self, path: Path | None = None, *, run_id: str = "", target: str = "") -> None:
        self._path, self._head = path, {"journal": 1, "run": run_id, "target": target}
        self._file: IO[str] | None = None
        self._left: dict[str, str | None] = {}

    @property
    def left(self) -> Mapping[str, str | None]:
        """Name -> id of what may still be there; the id is None where it was never told."""
        return self._left

    def plans(self, name: str) -> None:
        """Write down a window that is about to be asked for; CanNotWrite when that can not be done."""
        try:
            self._write({"plans": name})
        except OSError as error:
            raise CanNotWrite(
                f"journal={str(self._path)!r} can not be written: {error.strerror}; "
                "make room, or choose another --report-dir"
            ) from error
        self._left[name] = None

    def made(self, name: str, id: str) -> None:
        """Write down the id of a window that was made."""
        self._left[name] = id
        self._note({"made": name, "id": id})

    def removed(self, name: str) -> None:
        """Write down that a window is gone, or never was."""
        self._left.pop(name, None)
        self._note({"removed": name})

    def close(self) -> None:
        """Close the journal, and remove it when nothing is left to remember."""
        if self._file is None or self._path is None:
            return
        with suppress(OSError):
            self._file.close()
        self._file = None
        if not self._left:
            self._path.unlink(missing_ok=True)

    def _note(self, line: Mapping[str, Any]) -> None:
        with suppress(OSError):  # the name stands there already, which is enough for a sweep
            self._write(line)

    def _write(self, line: Mapping[str, Any]) -> None:
        if self._path is None:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8")
            self._file.write(json.dumps(self._head) + "\n")
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a journal tells of an aborted run: its target, every name it planned, and the ids not seen removed."""

    path: Path
    target: str
    names: frozenset[str] = frozenset()
    ids: Mapping[str, str] = field(default_factory=dict)


def journals(folders: Iterable[Path]) -> tuple[Left, ...]:
    """Read every journal in these folders; what is no journal, or breaks off, is read as far as it goes."""
    paths = [path for folder in dict.fromkeys(folders) for path in sorted(folder.glob("journal-*.jsonl"))]
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Left:
    target, names = "", set[str]()
    ids: dict[str, str] = {}
    for line in path.read_text("utf-8", errors="replace").splitlines():
        try:
            words = json.loads(line)
        except ValueError:
            break  # the run was killed while it wrote: the call that this line announces was never made
        match words:
            case {"journal": 1, "target": str(word)}:
                target = word
            case {"plans": str(name)} if NAME.fullmatch(name):
                names.add(name)
            case {"made": str(name), "id": str(id)} if name in names:
                ids[name] = id
            case {"removed": str(name)}:
                ids.pop(name, None)
    return Left(path=path, target=target, names=frozenset(names), ids=ids)
