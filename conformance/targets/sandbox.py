"""Which AWS account may be asked, and the refusal of every other one before anything is created.

An account number never leaves this module whole: `masked` shows its last four digits.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, final

from conformance.targets.base import TargetError

ACCOUNT = "123456789012"
"""The account that stands in every request of the suite; a real one takes its place only on the wire."""
ROLE = f"arn:aws:iam::{ACCOUNT}:role/mw-conformance"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:mw-conformance"
INSTANCE = "i-0123456789abcdef0"

RATE = 1.0
"""Calls a second where no --rate is given: SSM publishes no figure for these operations."""

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
REFUSED = frozenset(
    {
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """The one account that may be asked, what stands in for the suite's placeholders there, and what gives it away.

    `deny_aliases` are globs on the account's aliases, `deny_tags` globs on ``key=value`` of its tags; neither is looked
    at where it is empty.
    """

    account: str
    region: str | None = None
    role: str = ""
    topic: str = ""
    instance: str = ""
    deny_aliases: tuple[str, ...] = ("*prod*", "*live*")
    deny_tags: tuple[str, ...] = ()


def sandbox_of(account: str | None, region: str | None = None, *, folder: Path | None = None) -> Sandbox:
    """Give the sandbox that options and configuration name; TargetError when they name none."""
    if account is None or not re.fullmatch(r"[0-9]{12}", account):
        raise TargetError("target='aws' needs --account with the 12 digits of a sandbox account; see docs/sandbox.md")
    return Sandbox(account=account, region=region, **_checked(_table(folder or Path())))


def _table(folder: Path) -> Mapping[str, Any]:
    """Read ``[aws]`` from mw-conformance.toml, else ``[tool.mw-conformance.aws]`` from pyproject.toml."""
    for name, keys in (("mw-conformance.toml", ("aws",)), ("pyproject.toml", ("tool", "mw-conformance", "aws"))):
        try:
            found: Any = tomllib.loads((folder / name).read_text("utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise TargetError(f"{name} can not be read: {error}. Mend it, or run in another folder.") from error
        for key in keys:
            found = found.get(key, {}) if isinstance(found, dict) else {}
        if found:
            return found if isinstance(found, dict) else {"aws": found}
    return {}


def _checked(table: Mapping[str, Any]) -> dict[str, Any]:
    """Give the keys of the table as `Sandbox` takes them; TargetError for an unknown one or a wrong type."""
    words, lists = ("role", "topic", "instance"), ("deny_aliases", "deny_tags")
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key in words and isinstance(value, str):
            found[key] = value
        elif key in lists and isinstance(value, list) and all(isinstance(each, str) for each in value):
            found[key] = tuple(value)
        else:
            expected = f"{', '.join(words)} as texts, {' and '.join(lists)} as lists of texts"
            raise TargetError(f"the [aws] table says {key}={value!r}; expected {expected}")
    return found


def masked(account: str) -> str:
    """Show an account number by its last four digits."""
    return "*" * (len(account) - 4) + account[-4:]


def session_of(sandbox: Sandbox) -> Any:
    """Give the boto3 session that profile, environment and files name; TargetError where they name none."""
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        # boto3 knows AWS_DEFAULT_REGION alone; every other AWS tool takes AWS_REGION first.
        session = boto3.session.Session(region_name=sandbox.region or os.environ.get("AWS_REGION"))
    except BotoCoreError as error:
        raise TargetError(f"{error}; mend AWS_PROFILE or the AWS configuration") from error
    if not session.region_name:
        raise TargetError("no region is known; give --region, or set AWS_REGION")
    return session


def must_be_the_sandbox(sandbox: Sandbox, session: Any) -> None:
    """Ask STS, IAM and, for tags, Organizations who this is; TargetError unless it is the sandbox and looks like one.

    What can not be looked at is not taken for harmless: a denied look is a refusal, and the sentence says how to
    switch that look off.
    """
    said = _asked("sts:GetCallerIdentity", lambda: _client(session, "sts").get_caller_identity())["Account"]
    if said != sandbox.account:
        raise TargetError(
            f"these credentials belong to account {masked(str(said))}, not to --account {masked(sandbox.account)}; "
            "choose another AWS_PROFILE, or mend --account"
        )
    if sandbox.deny_aliases:
        names = _looked("iam:ListAccountAliases", "deny_aliases", lambda: list(_aliases(session)))
        _deny("alias", names, sandbox.deny_aliases, "deny_aliases")
    if sandbox.deny_tags:
        tags = _looked("organizations:ListTagsForResource", "deny_tags", lambda: list(_tags(session, sandbox.account)))
        _deny("tag", tags, sandbox.deny_tags, "deny_tags")


def _client(session: Any, service: str) -> Any:
    from botocore.config import Config

    return session.client(service, config=Config(connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 3}))


def _aliases(session: Any) -> Iterator[str]:
    yield from _client(session, "iam").list_account_aliases()["AccountAliases"]


def _tags(session: Any, account: str) -> Iterator[str]:
    for page in _client(session, "organizations").get_paginator("list_tags_for_resource").paginate(ResourceId=account):
        yield from (f"{tag['Key']}={tag['Value']}" for tag in page["Tags"])


def _deny(what: str, names: list[str], globs: tuple[str, ...], key: str) -> None:
    for name in names:
        for glob in globs:
            if fnmatchcase(name.lower(), glob.lower()):
                raise TargetError(
                    f"this account looks like production: its {what} {name!r} matches {glob!r} of {key} in [aws]; "
                    "the suite asks sandbox accounts only"
                )


def _looked(name: str, key: str, call: Any) -> list[str]:
    """Make a call that `key` asks for; where it is denied, say how to do without."""
    try:
        found: list[str] = _asked(name, call)
    except TargetError as error:
        raise TargetError(
            f"whether this account is production can not be told: {error}; or write `{key} = []` under [aws] in "
            "mw-conformance.toml, once you are sure"
        ) from error
    return found


def _asked(name: str, call: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call()
    except ClientError as error:
        raise TargetError(complaint(name, str(error.response.get("Error", {}).get("Code", "")))) from error
    except BotoCoreError as error:
        raise TargetError(
            f"{name} could not be asked: {error}; give credentials by AWS_PROFILE or environment"
        ) from error


def complaint(name: str, code: str) -> str:
    """Say in one sentence why credentials were not good for a call."""
    if code in EXPIRED:
        return f"the AWS credentials have expired ({name}: {code}); sign in again"
    if code in REFUSED:
        return f"AWS does not take these credentials ({name}: {code}); mend AWS_PROFILE, or sign in again"
    if code in DENIED:
        return f"{name} is denied to these credentials ({code}); docs/sandbox.md has the policy that allows it"
    return f"{name} was refused ({code or 'no code'})"
