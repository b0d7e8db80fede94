"""Emulators of the user's own, from `[targets.NAME]` of their settings; and changes to those that we know."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.configuration import BadConfiguration, Configuration, read
from conformance.targets.base import TargetError
from conformance.targets.emulators import EMULATORS, Emulator

KEYS = ("command", "endpoint", "ready", "environment", "reset", "distribution", "version")


def emulators(configuration: Configuration | None = None) -> Mapping[str, Emulator]:
    """Give every emulator by name: those that we know, those of the user. TargetError when the settings are bad.

    One without a command is not ours to start: it has an empty `command`, and listens at its `endpoint`.
    """
    try:
        settings = configuration or read()
        tables = settings.table("targets")
        own = {name: _emulator(name, settings.table("targets", name), settings) for name in tables}
    except BadConfiguration as error:
        raise TargetError(str(error)) from error
    return {**EMULATORS, **own}


def _emulator(name: str, table: Mapping[str, Any], settings: Configuration) -> Emulator:
    where = f"{settings.path}: [targets.{name}]"
    unknown = sorted(table.keys() - set(KEYS))
    if unknown:
        raise BadConfiguration(f"{where} has an unknown key {unknown[0]!r}; expected {', '.join(KEYS)}")
    known = EMULATORS.get(name)
    if known is None and not table.keys() & {"command", "endpoint"}:
        raise BadConfiguration(f"{where} has neither command nor endpoint; give a command that starts the emulator")
    if "command" in table or known is None:
        known = Emulator(name=name, command=(), cwd=settings.path.parent if settings.path else Path.cwd())
    values = {key: _value(key, table[key], where) for key in table}
    environment = {**known.environment, **values.pop("environment", {})}
    if "distribution" in values:
        values["distributions"] = values.pop("distribution")
    assert values.keys() <= {each.name for each in fields(Emulator)}
    return replace(known, environment=environment, **values)


def _value(key: str, value: Any, where: str) -> Any:
    """Give the value of a key as `Emulator` has it; BadConfiguration when it has another type or form."""
    match key, value:
        case "command", str() if value.count('"') % 2 == 0 and value.count("'") % 2 == 0:
            words = tuple(shlex.split(value))
        case (("command" | "reset"), list()) if all(isinstance(each, str) for each in value):
            words = tuple(value)
        case (("reset" | "distribution"), str()):
            words = (value,)
        case "environment", dict() if all(isinstance(each, str | int) for each in value.values()):
            return {name: str(each) for name, each in value.items()}
        case "endpoint", str() if value.startswith(("http://", "https://")):
            return value
        case "ready", str() if value.startswith(("/", "http://", "https://")):
            parts = urlsplit(value)
            return parts.path + (f"?{parts.query}" if parts.query else "") or "/"
        case "version", str():
            return value
        case _:
            raise BadConfiguration(f"{where}: {key}={value!r}; expected {_EXPECTED[key]}")
    if not all(words) or (key == "command" and not words):
        raise BadConfiguration(f"{where}: {key}={value!r} has an empty word; expected {_EXPECTED[key]}")
    return words


_EXPECTED = {
    "command": 'words, like ["my-emulator", "--port", "{port}"]',
    "endpoint": 'an address, like "http://127.0.0.1:{port}"',
    "ready": 'a path that answers 200 when the emulator is ready, like "/health"',
    "environment": 'a table of texts, like { PORT = "{port}" }',
    "reset": 'a path to POST to before a run, like "/reset"',
    "distribution": "the name of a Python distribution, whose version is told",
    "version": "the version, as text",
}
