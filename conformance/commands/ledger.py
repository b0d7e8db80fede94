"""``ledger``: bring the known divergences of a target up to date, hold them against a run, or drop what is gone."""

from __future__ import annotations

import argparse
import itertools
import tempfile
from pathlib import Path

from conformance.cli import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer the three verbs."""
    parser.add_argument("verb", choices=("update", "check", "prune"), help="what to do")
    parser.add_argument("target", metavar="TARGET", help="as for run")
    parser.add_argument("--file", metavar="FILE", help="the ledger (default: NAME.toml here)")
    parser.add_argument("--extends", metavar="NAME", help="update: write what differs from a ledger that ships, alone")
    parser.add_argument(
        "--profile", choices=("quick", "standard", "nightly"), default="standard", help="how deep to go"
    )


def run(words: argparse.Namespace) -> int:
    """Run the target, then check (exit 1 for new or stale), or write the ledger anew."""
    from conformance.events import read_log
    from conformance.ledger import BadLedger, Ledger, extending, load, shipped, write
    from conformance.targets.base import TargetError
    from conformance.targets.registry import facts_of

    try:
        facts = facts_of(words.target)
        name = facts.name
        path = Path(words.file or f"{name}.toml")
        old = load(path) if path.exists() else shipped(name, facts.version)
        if words.extends and words.extends != old.extends:
            old = extending(str(path), words.extends)
    except (TargetError, BadLedger) as error:
        raise UserError(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="mw-conformance-") as folder:
        status = _run(
            words, folder, "none" if not path.exists() and not old.entries else str(path), exists=path.exists()
        )
        if words.verb == "check":
            return status
        log = read_log(Path(folder) / "run.jsonl")
    if not log.finished.valid:
        raise UserError(f"the run is not valid, so the ledger stays: {'; '.join(log.finished.reasons)}")
    known = {(each.rule, each.kind) for each in old.entries}
    kept = [each for each in log.findings if words.verb == "update" or (each.rule, each.kind) in known]
    try:
        text = write(name, log.started.target.version, kept, old or Ledger())
        path.write_text(_head(path) + text.partition("\n")[2] if path.exists() else text, "utf-8")
    except OSError as error:
        raise UserError(f"ledger {str(path)!r} can not be written: {error.strerror}") from error
    print(f"{path}: {len(kept)} known divergences")
    reviewed = {(each.rule, each.kind, each.outcome) for each in old.entries}
    if new := [each.rule for each in kept if (each.rule, each.kind, each.outcome) not in reviewed]:
        print(f"review the reasons of {len(new)} that are new: {', '.join(new[:8])}{', …' if len(new) > 8 else ''}")
    return 0


def _head(path: Path) -> str:
    """Give the comment at the head of a ledger: what was reviewed stands there, and stays."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    return "".join(itertools.takewhile(lambda line: line.startswith("#"), lines))


def _run(words: argparse.Namespace, folder: str, ledger: str, *, exists: bool) -> int:
    from conformance.cli import main

    quiet = [] if words.verb == "check" else ["-q"]
    chosen = ["--ledger", ledger] if exists or ledger == "none" else []
    return main(["run", words.target, "--report-dir", folder, "--profile", words.profile, *chosen, *quiet])
