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
    TargetFacts,
    WindowsRead,
    gather,
    to_json,
)
from conformance.findings import findings
from conformance.ledger import Ledger
from conformance.runner.resume import Before, before

OK, NEW, USAGE, INCONCLUSIVE, INTERRUPTED = 0, 1, 2, 3, 130


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
        self._log: Log | None = None
        self.written: list[Path] = []
        self.complaints: list[str] = []
        self.path = settings.folder / "run.jsonl"
        self._started = self._header()
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
                self._cases.append(event)
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
        own: Sequence[CaseFinished],
        *,
        beside: Sequence[CaseFinished] = (),
        read: Sequence[str] = (),
        item: str = "",
        calls: Mapping[str, int] | None = None,
    ) -> None:
        """Log what one test item brought: what windows told that were read back, then its own cases.

        `read` are the items whose tasks have all been read back; `item` is empty where the item is not whole.
        """
        self._cases += [*beside, *own]
        lines: list[Event] = [*beside, *([WindowsRead(items=tuple(read))] if beside or read else []), *own]
        if own or beside or calls or set(read) - {item}:  # and nothing for an item that was skipped
            self._write(*lines, ItemFinished(item=item, calls=dict(calls or {})))

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
        marked = self._settings.ledger.mark(findings(self._cases, self._settings.target))
        self._findings = marked
        asked = frozenset(
            id
            for case in self._cases
            if case.verdict in ("conforms", "diverges") and not case.canary
            for id in (case.rule, *case.also, *(charge.rule for charge in case.charges))
        )
        canaries = [case for case in self._cases if case.canary]
        missed = [case.label for case in canaries if case.verdict != "diverges"]
        if missed:
            self.give_up(
                f"the judge is blind: of {len(canaries)} answers altered on purpose it missed {', '.join(missed)}; "
                "this is a bug of the suite, so no verdict of this run counts"
            )
        complete = not interrupted and not self._reasons
        stale = self._settings.ledger.stale(marked, asked, deep=self._settings.profile != "quick") if complete else ()
        unsure = tuple(f"{case.case}: {case.reason}" for case in self._cases if case.verdict == "inconclusive")
        reasons = (*self._reasons, *unsure[:5])
        if len(canaries) == len(self._cases) and not reasons and not interrupted:
            reasons = ("nothing was asked",)
        status = self._status(marked, stale, reasons, interrupted=interrupted)
        calls = sum(self._calls.values(), Counter[str]())
        self._finished = RunFinished(
            requests=calls.total(),
            calls=dict(sorted(calls.items())),
            peak=dict(sorted(self._peak.items())),
            seconds=round(self._clock() - self._begun, 3),
            valid=not reasons and not interrupted,
            exit_status=status,
            interrupted=interrupted,
            reasons=reasons,
            canaries_planted=len(canaries),
            canaries_caught=len(canaries) - len(missed),
            stale=stale,
            ledger=self._settings.ledger.name,
        )
        sound = not self._broken
        self._write(*marked, self._finished)
        if sound and self._broken:
            status = INTERRUPTED if interrupted else INCONCLUSIVE
            self._finished = replace(
                self._finished, valid=False, exit_status=status, reasons=(*self._reasons, *unsure[:5])
            )
        with suppress(OSError):
            self._file.close()
        return status

    def _status(
        self, found: tuple[Finding, ...], stale: tuple[str, ...], reasons: tuple[str, ...], *, interrupted: bool
    ) -> int:
        if interrupted:
            return INTERRUPTED
        if reasons:
            return INCONCLUSIVE
        counts = [each for each in found if not each.known and (each.level == "MUST" or self._settings.strict)]
        return NEW if counts or stale else OK

    def log(self) -> Log:
        """Give the finished log; it is put together once, since every event is looked through for secrets."""
        assert self._finished is not None, "finish() comes first"
        if self._log is None:
            self._log = gather((self._started, *self._cases, *self._findings, self._finished))
        return self._log

    def _write(self, *events: Event) -> None:
        """Write lines; when that fails the run is given up, and what was judged is told all the same."""
        if self._broken:
            return
        try:
            self._file.write("".join(to_json(event) + "\n" for event in events))
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
        )
