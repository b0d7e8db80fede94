"""Write the log as the run goes, and close it with findings, verdict and exit status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, final

from conformance import version
from conformance.contract.catalogue import contract_digest, rules
from conformance.contract.exclusions import EXCLUSIONS
from conformance.contract.open import open_questions
from conformance.contract.shapes import botocore_version
from conformance.events import (
    CaseFinished,
    Event,
    Finding,
    ItemFinished,
    Log,
    RuleFacts,
    RunFinished,
    RunStarted,
    Shard,
    TargetFacts,
    WindowsRead,
    from_json,
    line_of,
    scrubbed,
    to_json,
)
from conformance.ledger import Ledger
from conformance.runner.closing import Ending, closed
from conformance.runner.resume import Before, before


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run was asked to do."""

    target: TargetFacts
    word: str
    profile: str
    globs: tuple[str, ...]
    planned: tuple[str, ...]
    seed: int
    strict: bool
    folder: Path
    formats: tuple[str, ...]
    ledger: Ledger
    resume: bool = False
    shard: Shard | None = None


@final
class Recorder:
    """Holds the log file open: header at once, cases as they come, findings and footer at the end.

    A run that is gone on with begins with what its log holds of whole test items (`before`); OSError when the log can
    not be written, CanNotResume when there is no such run.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float]) -> None:
        self._settings, self._clock = settings, clock
        self._begun = clock()
        self._cases: list[CaseFinished] = []
        self._calls: dict[str, Counter[str]] = {}
        self._peak: Counter[str] = Counter()
        self._broken = False
        self._reasons: list[str] = []
        self._findings: tuple[Finding, ...] = ()
        self._finished: RunFinished | None = None
        self.written: list[Path] = []
        self.complaints: list[str] = []
        self.path = settings.folder / "run.jsonl"
        self._started = scrubbed(self._header())
        self.before = before(self.path, self._started) if settings.resume else Before()
        settings.folder.mkdir(parents=True, exist_ok=True)
        # The old log stays until the new one holds all that is kept of it.
        fresh = self.path.with_suffix(".new") if settings.resume else self.path
        self._file: IO[str] = fresh.open("w", encoding="utf-8")
        for event in (self._started, *self.before.events):
            self._file.write(to_json(event) + "\n")
            self._keep(event)
        self._file.flush()
        fresh.replace(self.path)

    def _keep(self, event: Event) -> None:
        match event:
            case CaseFinished():
                self._cases.append(scrubbed(event))
            case ItemFinished(calls=calls):
                self.count("before", calls)

    @property
    def gave_up(self) -> bool:
        """Tell whether the run was given up before its end, for a reason of its own."""
        return bool(self._reasons)

    @property
    def broken(self) -> bool:
        """Tell whether the log can not be written any more."""
        return self._broken

    def take(
        self,
        own: Sequence[str],
        *,
        beside: Sequence[str] = (),
        read: Sequence[str] = (),
        item: str = "",
        calls: Mapping[str, int] | None = None,
    ) -> list[CaseFinished]:
        """Log what one test item brought: what windows told that were read back, then its own cases; give all of it.

        Both come as lines (see `conformance.events.to_json`), and go to the log as they came. `read` are the items
        whose tasks have all been read back; `item` is empty where the item is not whole.
        """
        cases = [event for line in (*beside, *own) if isinstance(event := from_json(line), CaseFinished)]
        self._cases += cases
        windows = [to_json(WindowsRead(items=tuple(read)))] if beside or read else []
        if own or beside or calls or set(read) - {item}:  # and nothing for an item that was skipped
            self._write(*beside, *windows, *own, to_json(ItemFinished(item=item, calls=dict(calls or {}))))
        return cases

    def count(self, worker: str, calls: Mapping[str, int]) -> None:
        """Add requests that a process sent, by operation."""
        self._calls.setdefault(worker, Counter()).update(calls)

    def counted(self, worker: str, calls: Mapping[str, int], peak: Mapping[str, int]) -> None:
        """Set what a process sent in all, clean-up and all, and what it held at the target at most."""
        self._calls[worker] = Counter(calls)
        self._peak.update(peak)

    def give_up(self, reason: str) -> None:
        """Note why the run could not go on."""
        if reason not in self._reasons:
            self._reasons.append(reason)

    def complain(self, reason: str) -> None:
        """Note what went wrong after the log was closed."""
        self.complaints.append(reason)

    def finish(self, *, interrupted: bool) -> int:
        """Write findings and footer, and give the run's exit status."""
        seconds = self._clock() - self._begun
        self._close(seconds, interrupted=interrupted)
        assert self._finished is not None
        sound = not self._broken
        self._write(*map(line_of, self._findings), line_of(self._finished))
        if sound and self._broken:
            self._close(seconds, interrupted=interrupted)
        with suppress(OSError):
            self._file.close()
        return self._finished.exit_status

    def _close(self, seconds: float, *, interrupted: bool) -> None:
        ending = Ending(
            calls=sum(self._calls.values(), Counter[str]()),
            peak=self._peak,
            seconds=seconds,
            reasons=tuple(self._reasons),
            interrupted=interrupted,
        )
        settings = self._settings
        findings, finished = closed(self._started, self._cases, ending, settings.ledger, strict=settings.strict)
        self._findings, self._finished = tuple(map(scrubbed, findings)), scrubbed(finished)

    def log(self) -> Log:
        """Give the finished log, all of which was looked through for secrets as it came in."""
        assert self._finished is not None, "finish() comes first"
        return Log(started=self._started, cases=tuple(self._cases), findings=self._findings, finished=self._finished)

    def _write(self, *lines: str) -> None:
        """Write lines; when that fails the run is given up, and what was judged is told all the same."""
        if self._broken:
            return
        try:
            self._file.write("".join(f"{line}\n" for line in lines))
            self._file.flush()
        except OSError as error:
            self._broken = True
            self.give_up(
                f"log={str(self.path)!r} can not be written after {len(self._cases)} cases: {error.strerror}; "
                "make room, or choose another --report-dir"
            )

    def _header(self) -> RunStarted:
        planned = frozenset(self._settings.planned)
        return RunStarted(
            suite=version(),
            botocore=botocore_version(),
            contract_digest=contract_digest(),
            rules=tuple(
                RuleFacts(
                    id=rule.id,
                    area=rule.area,
                    level=rule.level,
                    evidence=rule.evidence,
                    source=rule.source,
                    statement=rule.statement,
                    planned=rule.id in planned,
                )
                for rule in rules().values()
            ),
            target=self._settings.target,
            profile=self._settings.profile,
            seed=self._settings.seed,
            open_questions={question.id: question.question for question in open_questions()},
            exclusions=tuple(
                {"id": each.id, "reason": each.reason, "sentence": each.sentence, "source": each.source}
                for each in EXCLUSIONS
            ),
            shard=self._shard(),
        )

    def _shard(self) -> Shard | None:
        """Say which part of a run this is, and what the whole of it will be judged by."""
        settings = self._settings
        if settings.shard is None:
            return None
        known = tuple(
            {"rule": each.rule, "kind": each.kind, "outcome": each.outcome, "why": each.why}
            for each in settings.ledger.entries
        )
        return replace(settings.shard, strict=settings.strict, ledger=known)
