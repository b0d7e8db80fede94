"""The one place where secrets are taken out: every event passes here before it is written or drawn.

What a target says may hold account numbers, keys, tokens and local paths; requests are our own, but a configured role
may stand in one. Values of credentials in the environment go wherever they stand.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

HIDDEN = "…"
_VARIABLES = re.compile(r"(?:ACCESS_KEY|SECRET|SESSION_TOKEN|SECURITY_TOKEN|PASSWORD|API_KEY|AUTH_TOKEN|GITHUB_TOKEN)")
_LEAST = 8  # characters: a shorter value ("test", "testing") is no secret and stands in every second word
EXAMPLES = frozenset(
    {"123456789012", "111122223333", "444455556666", "012345678901", "000000000000", "111111111111", "999999999999"}
)
"""Account numbers that documents use as examples."""

# The last part of a UUID may be twelve digits, too.
_ACCOUNT = re.compile(r"(?<![\w.])(?<![0-9a-f]{4}-)\d{12}(?![\w.])|(?<=:)\d{12}(?=:)")
_IN_ARN = re.compile(r"(?<=:)\d{12}(?=:)")
_KEYS = re.compile(
    r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{8,}"  # ids of access keys, roles and users, also where a text was cut
    r"|(?:IQoJ|FwoG|FQoG|AQoD)[\w+/=-]{12,}"  # session tokens
    r"|(?<=Signature=)[0-9a-f]{16,}"
    r"|(?<=Bearer )[\w.~+/=-]{8,}"
    r"|(?<=SecretAccessKey\": \")[^\"]+"
    r"|(?<=aws_secret_access_key=)(?![\"']?testing\b)\S+|(?<=aws_session_token=)\S+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_ROOTS = "home|Users|root|tmp|private|var|opt|usr|mnt|srv|workspace|work|builds|app|code|github|data"
_PATH = re.compile(
    rf"(?<![\w/:.<])/(?:{_ROOTS})(?:/[\w.@+~-]+)+/?|\b[A-Za-z]:\\{{1,2}}(?:[\w.@+~ -]+\\{{1,2}})+[\w.@+~-]*"
)
"""A path of a machine; a log group or a key prefix looks like one, so only the roots that machines have count."""

_OURS = frozenset(
    {"request", "twin", "repro", "source", "sentence", "statement", "rules", "exclusions", "endpoint", "expected"}
)
"""Fields that hold what we made up or quote: there a path is a value, and twelve digits are text."""


def clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give an event's fields with nothing secret in them; what holds nothing secret is given as it is."""
    secrets = known()
    return {name: _clean(value, secrets, ours=name in _OURS) for name, value in fields.items()}


def known() -> tuple[str, ...]:
    """Give the values of credentials in this process's environment, longest first."""
    values = {value for name, value in os.environ.items() if len(value) >= _LEAST and _is_secret(name)}
    return tuple(sorted(values, key=lambda value: (-len(value), value)))


@lru_cache(maxsize=1000)
def _is_secret(variable: str) -> bool:
    return _VARIABLES.search(variable) is not None


def _clean(value: Any, secrets: tuple[str, ...], *, ours: bool) -> Any:
    match value:
        case str():
            return text(value, secrets, ours=ours)
        case Mapping():
            return {
                text(key, secrets, ours=ours) if isinstance(key, str) else key: _clean(
                    item, secrets, ours=ours or key in _OURS
                )
                for key, item in sorted(value.items(), key=lambda each: str(each[0]))  # as a line of a log has them
            }
        case list() | tuple():
            return [_clean(item, secrets, ours=ours) for item in value]
        case _:
            return value


@lru_cache(maxsize=20_000)
def text(value: str, secrets: tuple[str, ...] = (), *, ours: bool = False, kept: frozenset[str] = frozenset()) -> str:
    """Give a text with an ellipsis in place of what is secret.

    In `ours` paths and bare digits stay; account numbers and paths that are in `kept` (see `marks`) stay anywhere.
    """
    for secret in secrets:
        value = _without(secret, value)
    value = _KEYS.sub(HIDDEN, value)
    value = (_IN_ARN if ours else _ACCOUNT).sub(lambda found: _account(found.group(), kept), value)
    return value if ours else _PATH.sub(lambda found: _last(found.group(), kept), value)


def marks(value: str) -> frozenset[str]:
    """Give the account numbers and paths that a text of our own holds: an answer that repeats them tells nothing."""
    return frozenset((*_ACCOUNT.findall(value), *_PATH.findall(value)))


def _without(secret: str, value: str) -> str:
    """Hide a secret, and what is left of it where the text was cut short in its midst."""
    value = value.replace(secret, HIDDEN)
    start = value.find(secret[:_LEAST])
    while start >= 0:
        same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(value[start:], secret, strict=False))
        end = start + len(list(same))
        if end == len(value) or value.startswith((HIDDEN, "..."), end):
            value = value[:start] + HIDDEN + value[end:]
        start = value.find(secret[:_LEAST], start + 1)
    return value


def _account(number: str, kept: frozenset[str]) -> str:
    return number if number in EXAMPLES or number in kept else HIDDEN


def _last(path: str, kept: frozenset[str]) -> str:
    """Keep the last part of a path: it names the file, and no machine and nobody."""
    if path in kept:
        return path
    parts = re.split(r"[/\\]+", path.rstrip("/\\"))
    if parts[-2] in ("home", "Users"):
        return HIDDEN  # what is named there is a person
    return f"{HIDDEN}/{parts[-1]}"
