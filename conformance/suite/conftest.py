"""Deal the rules out to the tests of the suite."""

from __future__ import annotations

import pytest

from conformance.plugin import settings_of
from conformance.runner.plan import constraint_ids, selected


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give `test_rule` one item for each selected rule that a single request can ask about."""
    if "rule_id" in metafunc.fixturenames:
        found = selected(settings_of(metafunc.config).globs)
        metafunc.parametrize("rule_id", constraint_ids(found))
