"""The terminal that everything is printed to: rich where somebody looks at it, plain text everywhere else."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

LEVELS = {"MUST": "bold", "SHOULD": "yellow"}
"""The style of each level."""


def is_looked_at(file: IO[str] | None = None) -> bool:
    """Tell whether a file (default: standard output) is a terminal that may be coloured; asks nothing of rich."""
    out = sys.stdout if file is None else file
    return out.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def console_for(file: IO[str] | None = None, *, color: bool | None = None, width: int | None = None) -> Console:
    """Give a console that reads no markup, and is plain unless `color` or a terminal says otherwise."""
    from rich.console import Console

    out = sys.stdout if file is None else file
    terminal = out.isatty() and os.environ.get("TERM") != "dumb"
    wanted = is_looked_at(out) if color is None else color
    return Console(
        file=out,
        force_terminal=wanted,
        color_system="auto" if wanted else None,
        no_color=not wanted,
        width=width or (None if terminal else 100),
        highlight=False,
        markup=False,
        emoji=False,
    )
