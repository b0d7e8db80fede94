"""Read the user's own settings: `mw-conformance.toml`, or `[tool.mw-conformance]` in `pyproject.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

FILE, PROJECT = "mw-conformance.toml", "pyproject.toml"


class BadConfiguration(Exception):
    """Settings that can not be used; the message names the file, the key and what was expected."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The tables of one file; `path` is None where there is none."""

    path: Path | None = None
    tables: Mapping[str, Any] = field(default_factory=dict)

    def table(self, *names: str) -> Mapping[str, Any]:
        """Give the table at ``[a.b]`` for ``table("a", "b")``, empty where there is none.

        BadConfiguration where something else stands there.
        """
        found: Any = self.tables
        for depth, name in enumerate(names, 1):
            found = found.get(name, {})
            if not isinstance(found, Mapping):
                raise BadConfiguration(f"{self.path}: [{'.'.join(names[:depth])}] is no table")
        return dict(found)


def read(folder: Path | None = None) -> Configuration:
    """Read the nearest file that has settings, in `folder` (default: the working directory) or above.

    BadConfiguration when it can not be read or is no TOML.
    """
    for path in _candidates((folder or Path.cwd()).resolve()):
        document = _document(path)
        tables = document if path.name == FILE else document.get("tool", {}).get("mw-conformance")
        if tables is not None:
            return Configuration(path=path, tables=tables)
    return Configuration()


def _candidates(folder: Path) -> Iterator[Path]:
    for parent in (folder, *folder.parents):
        for name in (FILE, PROJECT):
            if (parent / name).is_file():
                yield parent / name


def _document(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfiguration(f"{path} can not be read: {error}. Mend it, or take it away.") from error
