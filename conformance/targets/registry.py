"""Find a target by the word that the user gives: a name, an address, or a name for an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import final

from conformance.events import TargetFacts
from conformance.targets.base import Target, TargetError
from conformance.targets.configured import emulators
from conformance.targets.emulators import Emulator, found
from conformance.targets.recorded import RecordedTarget, facts_of_record, header_of

IN_PROCESS = {
    "moto": "in this process, with mock_aws(); nothing leaves the machine",
    "reference": "in this process; the contract, executed",
}
_ADDRESS = re.compile(r"(?:(?P<name>[A-Za-z0-9_.-]+)=)?(?P<url>https?://[^\s/]+(?:/\S*)?)")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Which account `aws` is, and where; None where the user did not say."""

    account: str | None = None
    region: str | None = None


class UnknownTarget(TargetError):
    """The word names no target; the message lists what there is."""


def facts_of(word: str) -> TargetFacts:
    """Give what is known of a target before it is asked.

    TargetError when there is none of that name, when it is not installed, or when it is a record that can not be read.
    """
    if word in IN_PROCESS:
        return TargetFacts(name=word, kind="in-process", version=installed_version(word))
    if word == "aws":
        return TargetFacts(name="aws", kind="aws")
    if (header := header_of(word)) is not None:
        return facts_of_record(header)
    if address := _ADDRESS.fullmatch(word):
        url = address["url"].rstrip("/")
        _must_hold_no_password(url)
        return TargetFacts(name=address["name"] or url.partition("://")[2], kind="http", endpoint=url)
    emulator = _emulator(word)
    if not emulator.command:
        return TargetFacts(name=word, kind="http", version=emulator.version, endpoint=emulator.endpoint.rstrip("/"))
    return TargetFacts(name=word, kind="managed", version=found(emulator).version)


def _must_hold_no_password(url: str) -> None:
    """Raise TargetError, which does not repeat the address, where one is before the host: nothing would send it."""
    if "@" in re.split(r"[/?#]", url.partition("://")[2])[0]:
        raise TargetError("the target's address holds a user or a password, which are not sent; leave them out")


def _emulator(word: str) -> Emulator:
    there = emulators()
    if word not in there:
        names = ", ".join((*IN_PROCESS, "aws", *there))
        raise UnknownTarget(f"target={word!r} is unknown; expected {names}, http://HOST:PORT or NAME=http://HOST:PORT")
    return there[word]


def installed_version(name: str) -> str:
    """Give the installed version of an in-process target; empty when it is not installed."""
    if name == "reference":
        return "1"
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def make(word: str, *, seed: int = 0, access: Access | None = None, folder: Path | None = None) -> Target:
    """Give the target itself, ready to be asked; TargetError when it can not be used.

    `aws` is asked only when STS says that it is the account of `access`. What we start writes its log to `folder`; None
    keeps no log.
    """
    facts = facts_of(word)
    if header_of(word) is not None:
        return RecordedTarget(word)
    match facts.kind, word:
        case "managed", _:
            from conformance.targets.managed import start

            return start(found(_emulator(word)), facts, seed=seed, folder=folder)
        case _, "moto":
            from conformance.targets.moto import MotoTarget

            return MotoTarget(seed=seed)
        case _, "reference":
            from conformance.targets.reference import ReferenceTarget

            return ReferenceTarget()
        case "aws", _:
            from conformance.targets.aws import aws_target
            from conformance.targets.sandbox import sandbox_of

            access = access or Access()
            return aws_target(sandbox_of(access.account, access.region))
        case _:
            from conformance.targets.boto import endpoint_target

            return endpoint_target(facts.name, facts.endpoint or "")
