"""Before the first call in an account that may cost something: who it is, what will be sent, and may it?"""

from __future__ import annotations

import argparse
import sys

from conformance.cli import UserError

_CARE = (
    "Windows are disabled before anything is registered in them, tagged, scheduled for 2099, and deleted at the end."
)


def must_agree(words: argparse.Namespace) -> None:
    """Hold the sandbox against STS, print the plan and ask; UserError unless all of that ends well."""
    from conformance.commands.plan import forecast, show
    from conformance.runner.shard import shard_of
    from conformance.targets.base import TargetError
    from conformance.targets.sandbox import RATE, masked, must_be_the_sandbox, sandbox_of, session_of

    try:
        sandbox = sandbox_of(words.account, words.region)
        session = session_of(sandbox)
        must_be_the_sandbox(sandbox, session)
    except TargetError as error:
        raise UserError(str(error)) from error
    if not (words.yes and words.quiet):
        found = forecast(
            profile=words.profile,
            rules=words.rules,
            seed=words.seed,
            quota=words.quota,
            kind="aws",
            shard=words.shard,
        )
        part, rate = ("", words.rate or RATE)
        if words.shard:
            shard = shard_of(words.shard)
            part, rate = f", {shard}", rate / shard.of
        show(found, f"account {masked(sandbox.account)}, {session.region_name}, {words.profile}{part}", rate)
        print(f"{_CARE}\n", flush=True)
    if words.yes:
        return
    if not sys.stdin.isatty():
        raise UserError("nobody is there to agree to the plan; say --yes, or run it in a terminal")
    try:
        said = input("Go on? [y/N] ")
    except EOFError:
        said = ""
    if said.strip().lower() not in ("y", "yes"):
        raise UserError("not agreed, so nothing was sent")
