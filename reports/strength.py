"""What was measured of the suite itself; the figures stand in one file, power.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any


def power() -> Mapping[str, Any]:
    """Give what was measured of the suite itself: faults planted, visible and found, when and how."""
    found: Mapping[str, Any] = json.loads(resources.files("reports").joinpath("power.json").read_text("utf-8"))
    return found
