"""One item a rule, so that pytest can deal them out and a report of pytest's own names them."""

from __future__ import annotations

import pytest

from conformance.plugin import settings_of
from conformance.runner.plan import PROFILES, constraint_ids, selected

_DEEPER = {"test_rule_in_company": "company", "test_rule_beside_each_member": "beside"}
"""What a profile must have for a test to ask anything: without it the test has no items."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test of a rule one item for each selected rule that a single request can ask about."""
    if "rule_id" not in metafunc.fixturenames:
        return
    settings = settings_of(metafunc.config)
    deeper = _DEEPER.get(metafunc.function.__name__)
    asks = deeper is None or getattr(PROFILES[settings.profile], deeper)
    metafunc.parametrize("rule_id", constraint_ids(selected(settings.globs)) if asks else ())
