"""Find a target by the word that the user gives: a name, an address, or a name for an address."""

from __future__ import annotations

import re
from importlib import metadata

from conformance.events import TargetFacts
from conformance.targets.base import Target, TargetError

IN_PROCESS = {
    "moto": "in this process, with mock_aws(); nothing leaves the machine",
    "reference": "in this process; the contract, executed",
}
_ADDRESS = re.compile(r"(?:(?P<name>[A-Za-z0-9_.-]+)=)?(?P<url>https?://[^\s/]+(?:/\S*)?)")


class UnknownTarget(TargetError):
    """The word names no target; the message lists what there is."""


def facts_of(word: str) -> TargetFacts:
    """Give what is known of a target before it is asked; UnknownTarget when the word names none."""
    if word in IN_PROCESS:
        return TargetFacts(name=word, kind="in-process", version=installed_version(word))
    found = _ADDRESS.fullmatch(word)
    if found is None:
        names = ", ".join(IN_PROCESS)
        raise UnknownTarget(f"target={word!r} is unknown; expected {names}, http://HOST:PORT or NAME=http://HOST:PORT")
    url = found["url"].rstrip("/")
    return TargetFacts(name=found["name"] or url.partition("://")[2], kind="http", endpoint=url)


def installed_version(name: str) -> str:
    """Give the installed version of an in-process target; empty when it is not installed."""
    if name == "reference":
        return "1"
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def make(word: str, *, seed: int = 0) -> Target:
    """Give the target itself, ready to be asked; TargetError when it can not be used."""
    facts = facts_of(word)
    match word:
        case "moto":
            from conformance.targets.moto import MotoTarget

            return MotoTarget(seed=seed)
        case "reference":
            from conformance.targets.reference import ReferenceTarget

            return ReferenceTarget()
        case _:
            from conformance.targets.boto import endpoint_target

            return endpoint_target(facts.name, facts.endpoint or "")
