"""The desk of one process: opens the target when the first case comes, asks, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import final

from conformance.contract.case import Case
from conformance.contract.history import Step
from conformance.events import CaseFinished
from conformance.oracle import expectation
from conformance.runner.blame import Recipes
from conformance.runner.budget import Budget
from conformance.runner.examiner import Examiner, words_of
from conformance.runner.scenarios import SCENARIOS, play
from conformance.runner.scenarios.histories import play_history
from conformance.runner.sender import Sender
from conformance.runner.windows import NotImplementedByTarget, Windows
from conformance.targets.base import Target


@final
class Desk:
    """One target and all that is needed to ask it. Nothing is started before it is needed."""

    def __init__(self, open_target: Callable[[], Target], *, run_id: str, budget: Budget, recipes: Recipes) -> None:
        self._open_target = open_target
        self._run_id, self._budget, self._recipes = run_id, budget, recipes
        self._target: Target | None = None
        self._examiner: Examiner | None = None
        self._missing: NotImplementedByTarget | None = None

    @property
    def examiner(self) -> Examiner:
        """The examiner of this process; TargetError when the target can not be used."""
        if self._examiner is None:
            self._target = self._open_target()
            sender = Sender(self._target, run_id=self._run_id, budget=self._budget)
            self._examiner = Examiner(sender, Windows(sender, run_id=self._run_id), self._recipes)
        return self._examiner

    def scenario(self, name: str) -> Iterator[CaseFinished]:
        """Play a scenario; its rules are unsupported where the target has no windows at all."""
        return self._sequence(name, SCENARIOS[name].rules, lambda examiner: play(name, examiner))

    def history(self, steps: Sequence[Step], name: str) -> Iterator[CaseFinished]:
        """Play a history against the model."""
        return self._sequence(name, (), lambda examiner: play_history(examiner, steps, name))

    def _sequence(
        self, name: str, rules: Sequence[str], play_it: Callable[[Examiner], Iterator[CaseFinished]]
    ) -> Iterator[CaseFinished]:
        if self._missing is None:
            try:
                self.examiner.learn()
                yield from play_it(self.examiner)
                yield from self.examiner.asides()
                return
            except NotImplementedByTarget as missing:
                self._missing = missing
        for rule in rules:
            yield CaseFinished(
                case=f"{rule}/{name}",
                rule=rule,
                label=name,
                verdict="unsupported",
                expect="accept",
                outcome="not asked",
                request={},
                reason=str(self._missing),
                operation=self._missing.operation,
            )

    def last_words(self) -> Iterator[CaseFinished]:
        """Read the last window back, so that nothing registered goes uninspected."""
        if self._examiner is not None and self._missing is None:
            self._examiner.retire()  # reads the window back
            yield from self._examiner.asides()

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return 0 if self._examiner is None else self._examiner.sender.requests

    def cases(self, cases: Iterable[Case], *, read_back: bool = False) -> Iterator[CaseFinished]:
        """Judge cases one by one; all are unsupported where the target has no windows at all.

        Accepted tasks are read back when their window is given up; `read_back` does so at the end of these cases.
        """
        for case in cases:
            if self._missing is None:
                try:
                    self.examiner.learn()
                    yield self.examiner.examine(case)
                    yield from self.examiner.asides()
                    continue
                except NotImplementedByTarget as missing:
                    self._missing = missing
            yield CaseFinished(
                case=case.id,
                rule=case.rule,
                label=case.label,
                verdict="unsupported",
                expect=words_of(expectation(case.request)),
                outcome="not asked",
                request=dict(case.request),
                path=case.path,
                question=case.question,
                reason=str(self._missing),
                operation=self._missing.operation,
            )

    def close(self) -> None:
        """Delete every window and let the target go, also when some of that fails."""
        try:
            if self._examiner is not None:
                self._examiner.windows.close()
        finally:
            if self._target is not None:
                self._target.close()
