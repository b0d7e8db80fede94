"""Write the log as the run goes, and close it with findings, verdict and exit status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, final

from conformance import version
from conformance.contract.catalogue import contract_digest, rules
from conformance.contract.exclusions import EXCLUSIONS
from conformance.contract.open import open_questions
from conformance.contract.shapes import botocore_version
from conformance.events import (
    CaseFinished,
    Finding,
    Log,
    RuleFacts,
    RunFinished,
    RunStarted,
    TargetFacts,
    gather,
    to_json,
)
from conformance.findings import findings
from conformance.ledger import Ledger

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


@final
class Recorder:
    """Holds the log file open: header at once, cases as they come, findings and footer at the end."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float]) -> None:
        self._settings, self._clock = settings, clock
        self._begun = clock()
        self._cases: list[CaseFinished] = []
        self._requests = 0
        self._reasons: list[str] = []
        self._findings: tuple[Finding, ...] = ()
        self._finished: RunFinished | None = None
        self.written: list[Path] = []
        self.complaints: list[str] = []
        settings.folder.mkdir(parents=True, exist_ok=True)
        self.path = settings.folder / "run.jsonl"
        self._file: IO[str] = self.path.open("w", encoding="utf-8")
        self._started = self._header()
        self._write(to_json(self._started))

    @property
    def gave_up(self) -> bool:
        """Tell whether the run was given up before its end, for a reason of its own."""
        return bool(self._reasons)

    def take(self, case: CaseFinished) -> None:
        """Log one judged case."""
        self._cases.append(case)
        self._write(to_json(case))

    def count(self, requests: int) -> None:
        """Add requests that were sent."""
        self._requests += requests

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
            if case.verdict in ("conforms", "diverges")
            for id in (case.rule, *case.also, *(charge.rule for charge in case.charges))
        )
        complete = not interrupted and not self._reasons
        stale = self._settings.ledger.stale(marked, asked, deep=self._settings.profile != "quick") if complete else ()
        unsure = tuple(f"{case.case}: {case.reason}" for case in self._cases if case.verdict == "inconclusive")
        reasons = (*self._reasons, *unsure[:5])
        if not self._cases and not reasons and not interrupted:
            reasons = ("nothing was asked",)
        status = self._status(marked, stale, reasons, interrupted=interrupted)
        self._finished = RunFinished(
            requests=self._requests,
            seconds=round(self._clock() - self._begun, 3),
            valid=not reasons and not interrupted,
            exit_status=status,
            interrupted=interrupted,
            reasons=reasons,
            stale=stale,
            ledger=self._settings.ledger.name,
        )
        for finding in marked:
            self._write(to_json(finding))
        self._write(to_json(self._finished))
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
        """Give the finished log."""
        assert self._finished is not None, "finish() comes first"
        return gather((self._started, *self._cases, *self._findings, self._finished))

    def _write(self, line: str) -> None:
        self._file.write(line + "\n")
        self._file.flush()

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
