"""What the commands that run the suite share: pytest without its own face, and the status of several runs."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

from conformance.cli import USAGE

# The terminal is ours, there is nothing to cache, nobody reads what is logged or warned of, and five full collections
# of garbage at the end show nothing here. Each takes its time at every test.
_LEFT_OUT = ("terminal", "cacheprovider", "logging", "warnings", "unraisableexception")
_WITHOUT = tuple(word for name in _LEFT_OUT for word in ("-p", f"no:{name}"))


def play(options: list[str], front: Any) -> int:
    """Run the suite with these options of the plugin, `front` listening, and give the exit status."""
    with _alone(), _Garbage() as garbage:
        import pytest

        from conformance import suite

        folder = os.path.dirname(suite.__file__)
        where = ("-c", os.path.join(folder, "pytest.ini"), "--rootdir", folder)
        return int(
            pytest.main([*_WITHOUT, "-p", "conformance.plugin", *where, *options, folder], plugins=[front, garbage])
        )


@final
class _Garbage:
    """Keeps Python's collector of garbage from what is loaded, which stays: a seventh of a quick run was spent there.

    It is off until the first test has made the target load what it needs, and then goes through what is new alone.
    """

    def __enter__(self) -> _Garbage:
        gc.unfreeze()
        gc.disable()
        return self

    def pytest_runtest_logfinish(self) -> None:
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def __exit__(self, *_: object) -> None:
        gc.enable()  # what is frozen is left to the end of the process, which has no use for a last look at it


@contextmanager
def _alone() -> Iterator[None]:
    """Keep the user's own pytest options and plugins out of the run."""
    names = {"PYTEST_ADDOPTS": None, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": None}
    before = {name: os.environ.get(name) for name in names}
    _set(names)
    try:
        yield
    finally:
        _set(before)


def _set(values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def worst(statuses: list[int]) -> int:
    """Give the status that matters most: interrupted, wrong usage, inconclusive, diverging, fine."""
    return next((status for status in (130, USAGE, 3, 1) if status in statuses), 0)


def file_name(name: str) -> str:
    """Give a target's name as a folder may be called."""
    return "".join(character if character.isalnum() or character in "-_." else "-" for character in name)
