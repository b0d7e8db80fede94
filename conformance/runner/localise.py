"""Which members does it take for one to be told back wrongly: the smallest task that still shows it.

A member that is always lost shows in its home, the smallest request that holds it. One that is lost in company only is
found by leaving parts of the company out, biggest first, while the same rule is still broken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from conformance.oracle import must_be_accepted
from conformance.runner.reduce import smallest_part

Request = Mapping[str, Any]
_TRIES = 40


def smallest_showing(request: Request, home: Request, shows: Callable[[Request], bool]) -> Request:
    """Give the smallest valid part of `request` for which `shows` holds, `home` if it does; at most 40 calls of it."""
    if size(home) < size(request) and shows(home):
        return home
    return smallest_part(request, fits=must_be_accepted, shows=shows, most=_TRIES - 1)


def size(request: Request) -> int:
    """Measure a request: the length of its JSON."""
    return len(json.dumps(request))
