"""Put the logs of a run's shards together: one log, as if one machine had asked it all. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from conformance.events import Log, RunStarted, Shard
from conformance.ledger import Entry, Ledger
from conformance.runner.closing import Ending, closed


class BadShards(ValueError):
    """Logs of shards that make no whole run; the message says which are missing, or there twice, or of another run."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A log, and where it came from; `merged` tells whether it was put together from several."""

    name: str
    log: Log
    merged: bool = False


def put_together(logs: Sequence[Named]) -> tuple[Named, ...]:
    """Give one log for each run, in the order given; BadShards unless every shard of a run is there once.

    A log that is no shard stays as it is.
    """
    runs: dict[Any, list[Named]] = {}
    for position, each in enumerate(logs):
        shard = each.log.started.shard
        runs.setdefault(position if shard is None else tuple(_facts(each.log.started).values()), []).append(each)
    return tuple(parts[0] if parts[0].log.started.shard is None else _whole(parts, logs) for parts in runs.values())


def _whole(parts: Sequence[Named], logs: Sequence[Named]) -> Named:
    by_index: dict[int, list[Named]] = {}
    for each in parts:
        by_index.setdefault(_shard(each.log).index, []).append(each)
    first = parts[0]
    of = _shard(first.log).of
    if twice := sorted(index for index, found in by_index.items() if len(found) > 1):
        names = " and ".join(repr(each.name) for each in by_index[twice[0]])
        told = f"{_are(twice, first.log)} there more than once"
        raise BadShards(f"{told}: {names} hold shard {twice[0]}; give each shard of a run once")
    if missing := [index for index in range(1, of + 1) if index not in by_index]:
        for other in logs:
            for what, here, there in _differences(first.log.started, other.log.started):
                told = "" if isinstance(here, tuple) else f" ({there!r} and {here!r})"
                raise BadShards(
                    f"log={other.name!r} is a shard of another run than {first.name!r}: {what} is not the same{told}; "
                    "give the shards of one run"
                )
        raise BadShards(f"{_are(missing, first.log)} missing; give the run.jsonl of every shard of the run")
    return Named(name=first.name, log=_merged([by_index[index][0].log for index in sorted(by_index)]), merged=True)


def _merged(logs: Sequence[Log]) -> Log:
    """Merge the logs of all shards of a run, in their order.

    Requests and seconds are added up: they are what the run cost, not how long one waited. So is the peak, which is the
    most that can have lived at once.
    """
    shard = _shard(logs[0])
    started = replace(logs[0].started, shard=None)
    cases = tuple(case for log in logs for case in log.cases)
    reasons = tuple(reason for log in logs for reason in _reasons(log))
    ending = Ending(
        calls=sum((Counter(log.finished.calls) for log in logs), Counter[str]()),
        peak=sum((Counter(log.finished.peak) for log in logs), Counter[str]()),
        seconds=sum(log.finished.seconds for log in logs),
        reasons=reasons,
        interrupted=any(log.finished.interrupted for log in logs),
    )
    entries = tuple(
        Entry(rule=each["rule"], kind=each["kind"], outcome=each["outcome"], why=each.get("why", ""))
        for each in shard.ledger
    )
    ledger = Ledger(name=logs[0].finished.ledger, entries=entries)
    found, finished = closed(started, cases, ending, ledger, strict=shard.strict)
    # What could not be judged is among the reasons of its shard, and need not be told twice.
    return Log(
        started=started, cases=cases, findings=found, finished=replace(finished, reasons=reasons or finished.reasons)
    )


def _reasons(log: Log) -> tuple[str, ...]:
    """Say why a shard is not valid; nothing where it is."""
    footer = log.finished
    if footer.valid:
        return ()
    found = footer.reasons or (("it was interrupted",) if footer.interrupted else ("it is not valid",))
    return tuple(f"{log.started.shard}: {reason}" for reason in found)


def _shard(log: Log) -> Shard:
    assert log.started.shard is not None, "only shards come here"
    return log.started.shard


def _facts(started: RunStarted) -> Mapping[str, Any]:
    """Give what all shards of a run have in common, by its name; the address may be each machine's own."""
    shard = started.shard or Shard(index=1, of=1)
    return {
        "the target": started.target.name,
        "the target's version": started.target.version,
        "the kind of target": started.target.kind,
        "the number of shards": shard.of,
        "--profile": started.profile,
        "--seed": started.seed,
        "--rules": tuple(rule.id for rule in started.rules if rule.planned),
        "the suite": started.suite,
        "the contract": started.contract_digest,
        "botocore": started.botocore,
        "--strict": shard.strict,
        "the ledger": tuple(tuple(sorted(entry.items())) for entry in shard.ledger),
    }


def _differences(one: RunStarted, other: RunStarted) -> Iterator[tuple[str, Any, Any]]:
    """Yield what tells a shard from one of another run at the same target."""
    if other.shard is None or one.target.name != other.target.name:
        return
    here, there = _facts(one), _facts(other)
    yield from ((what, here[what], there[what]) for what in here if here[what] != there[what])


def _are(indices: Sequence[int], log: Log) -> str:
    """Name shards with their verb: ``shard 2 of 3 (moto, quick) is``; of very many only the first."""
    shown = ", ".join(str(index) for index in indices[:10]) + (f" and {len(indices) - 10} more" if indices[10:] else "")
    run = f"{_shard(log).of} ({log.started.target.name}, {log.started.profile})"
    return f"shard {shown} of {run} is" if len(indices) == 1 else f"shards {shown} of {run} are"
