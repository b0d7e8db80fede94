"""What the tests of a run's course share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.events import TargetFacts
from conformance.ledger import Ledger
from conformance.runner.record import Recorder, Settings


@pytest.fixture
def recorder() -> Callable[[Path], Recorder]:
    """Open a log in a folder."""

    def recorder(folder: Path) -> Recorder:
        settings = Settings(
            target=TargetFacts(name="it", kind="http", endpoint="http://127.0.0.1:1"),
            word="it=http://127.0.0.1:1",
            profile="quick",
            globs=(),
            planned=(),
            seed=0,
            strict=False,
            folder=folder,
            formats=(),
            ledger=Ledger(),
        )
        return Recorder(settings, clock=lambda: 0.0)

    return recorder
