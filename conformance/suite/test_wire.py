"""Ask about the wire: explicit nulls on optional members. Bodies that are no request are a scenario."""

from __future__ import annotations

import pytest

from conformance.plugin import Ask
from strategies.nulls import null_cases


def test_nulls(ask: Ask) -> None:
    """An explicit null on an optional member is absence."""
    if "wire.null-optional-absent" not in ask.planned:
        pytest.skip("its rule was not asked for")
    ask(ask.desk.cases(null_cases()))
