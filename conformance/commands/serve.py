"""``serve``: the reference as a strict emulator on loopback, until it is told to stop."""

from __future__ import annotations

import argparse
import signal
from typing import TYPE_CHECKING

from conformance.cli import UserError

if TYPE_CHECKING:
    from conformance.targets.reference import ReferenceTarget


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer where to listen, and what STS says."""
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="a loopback address (default 127.0.0.1)")
    add("--port", type=int, default=0, help="0 takes any free one (default)")
    add("--account", default="123456789012", help="the account that STS names (default 123456789012)")
    add("--alias", action="append", default=[], help="an alias of the account, as IAM lists it (repeatable)")
    add("--mutant", metavar="ID", help="for testing: serve the reference with this planted fault")


def run(words: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; the one line that is printed gives the address."""
    from conformance.targets.base import TargetError
    from conformance.targets.server import Identity, Server

    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before a thread starts: none of them is interrupted, all inherit
    identity = Identity(account=words.account, aliases=tuple(words.alias))
    try:
        server = Server(_service(words.mutant), host=words.host, port=words.port, identity=identity)
    except TargetError as error:
        raise UserError(str(error)) from error
    print(f"mw-conformance serves {words.mutant or 'the reference'} at {server.address}", flush=True)
    signal.sigwait(ends)
    server.close()
    return 0


def _service(mutant: str | None) -> ReferenceTarget:
    from conformance.targets.mutants import mutants
    from conformance.targets.reference import ReferenceTarget

    if mutant is None:
        return ReferenceTarget()
    if mutant not in mutants():
        raise UserError(f"mutant={mutant!r} is unknown; expected one of the {len(mutants())} planted faults")
    return mutants()[mutant].make()
