"""The desk of one process: opens the target when the first case comes, asks, and leaves nothing behind.

The road to a target may be bad. What was judged while a request stayed unanswered, or while the target lost all that
it held, is asked again; what stays in doubt is inconclusive, and never a divergence.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from threading import Thread
from typing import final

from conformance.contract.behaviours import TASKS_PER_WINDOW
from conformance.contract.case import Case
from conformance.contract.history import Step
from conformance.contract.rule import DOES_NOT_EXIST
from conformance.events import CaseFinished
from conformance.observation import Accepted, Unreachable
from conformance.oracle import expectation
from conformance.runner.blame import Recipes
from conformance.runner.budget import Budget
from conformance.runner.canaries import Transport, fly
from conformance.runner.examiner import Examiner, Request, words_of
from conformance.runner.inspector import DESCRIBE, finished
from conformance.runner.journal import Journal
from conformance.runner.scenarios import SCENARIOS, play
from conformance.runner.scenarios.histories import play_history
from conformance.runner.sender import REGISTER, Sender
from conformance.runner.shown import key_of
from conformance.runner.windows import Care, NotImplementedByTarget, Windows
from conformance.targets.base import Target

_TRIES = 4
_HURRY = 0.5  # seconds
_RESTARTED = "the target lost its windows while it was asked: was it restarted?"
_UNANSWERED = "a request stayed unanswered, or its answer was lost, each time it was asked"
_MAIN = "acceptance.reads-work"


@final
class Desk:
    """One target and all that is needed to ask it. Nothing is started before it is needed."""

    def __init__(
        self,
        open_target: Callable[[], Target],
        *,
        run_id: str,
        budget: Budget,
        recipes: Recipes,
        quota: int = TASKS_PER_WINDOW,
        care: Care | None = None,
        sleep: Callable[[float], None] = time.sleep,
        journal: Journal | None = None,
    ) -> None:
        self._open_target = open_target
        self._run_id, self._budget, self._recipes, self._quota = run_id, budget, recipes, quota
        self._care, self._journal, self._sleep = care, journal, sleep
        self._transport: Transport | None = None
        self._windows: Windows | None = None
        self._examiner: Examiner | None = None
        self._missing: NotImplementedByTarget | None = None
        self._beside: list[CaseFinished] = []
        self._beacon: tuple[str, str] | None = None
        self._keeps_tokens: bool | None = None
        self._hurried = False
        self._tried: set[str] = set()
        self._settled: dict[str, CaseFinished] = {}

    @property
    def examiner(self) -> Examiner:
        """The examiner of this process; TargetError when the target can not be used."""
        if self._examiner is None:
            if self._transport is None or self._windows is None:
                self._transport = Transport(self._open_target())
                sender = Sender(self._transport, run_id=self._run_id, budget=self._budget, sleep=self._sleep)
                sender.hurried = self._hurried
                self._windows = Windows(
                    sender, run_id=self._run_id, quota=self._quota, care=self._care, journal=self._journal
                )
            self._examiner = Examiner(self._windows.sender, self._windows, self._recipes)
        return self._examiner

    @property
    def lenient(self) -> bool:
        """Tell whether the last violation was let through."""
        return self._examiner is not None and self._examiner.lenient

    # --- what can be asked

    @property
    def calls(self) -> Counter[str]:
        """How many requests of each operation were sent so far."""
        return Counter() if self._windows is None else Counter(self._windows.sender.calls)

    @property
    def peak(self) -> dict[str, int]:
        """How many windows and tasks lived at once, at most."""
        return {} if self._windows is None else dict(self._windows.sender.resources.peak)

    def cases(self, cases: Iterable[Case]) -> Iterator[CaseFinished]:
        """Judge cases one by one; all are unsupported where the target has no windows at all.

        Accepted tasks are read back when their window is given up: see `asides`.
        """
        for case in cases:
            if self._missing is None:
                try:
                    yield from self._believed((), "", _examining(case))
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

    def together(self, request: Request, cases: Sequence[Case]) -> None:
        """Send, once, a request that holds the violations of all these cases: when it is taken, they are `settled`."""
        if self._missing is None and key_of(request) not in self._tried:
            self._tried.add(key_of(request))
            for event in self._believed((), "", lambda examiner: examiner.let_through(request, cases)):
                if event.verdict == "diverges":
                    self._settled[event.rule] = event

    def settled(self, rule: str) -> CaseFinished | None:
        """Give, once, what a violation that was let through beside others shows of its rule."""
        return self._settled.pop(rule, None)

    def scenario(self, name: str, *, brief: bool = False) -> Iterator[CaseFinished]:
        """Play a scenario; its rules are unsupported where the target has no windows at all."""
        return self._sequence(name, SCENARIOS[name].rules, lambda examiner: list(play(name, examiner, brief=brief)))

    def history(self, steps: Sequence[Step], name: str) -> Iterator[CaseFinished]:
        """Play a history against the model."""
        return self._sequence(name, (), lambda examiner: list(play_history(examiner, steps, name)))

    def canaries(self) -> Iterator[CaseFinished]:
        """Alter a few live answers, and tell for each whether the judge saw it; none where there are no windows."""
        if self._missing is None:
            try:
                self.examiner.retire()
                yield from self._believed((), "canaries", self._fly)
            except NotImplementedByTarget as missing:
                self._missing = missing

    def _fly(self, examiner: Examiner) -> list[CaseFinished]:
        assert self._transport is not None
        request = examiner.usable(self._recipes.minimal("AUTOMATION"))
        # What an altered answer teaches must not reach the cases: an examiner of their own.
        apart = Examiner(examiner.sender, examiner.windows, self._recipes)
        try:
            return list(fly(self._transport, apart, request))
        finally:
            examiner.windows.discard()

    def last_words(self) -> None:
        """Read the last window back, so that nothing registered goes uninspected: see `asides`."""
        if self._examiner is not None and self._missing is None:
            self._believed((), "", _retiring)

    def asides(self) -> list[CaseFinished]:
        """Give, once, what was found beside the cases: by reading windows back, and by looking for who is to blame."""
        found, self._beside = self._beside, []
        return found

    @property
    def unread(self) -> tuple[str, int]:
        """The window that is not read back yet, and how many registrations it has seen; empty where there is none."""
        used = None if self._windows is None else self._windows.used
        return ("", 0) if used is None else (used.id, self.examiner.registrations(used.id))

    def hurry(self) -> None:
        """Ask nothing more, and be brief in cleaning up."""
        self._hurried = True
        if self._windows is not None:
            self._windows.sender.hurried = True

    def close(self) -> None:
        """Delete every window and let the target go, also when some of that fails: what stays is in the journal."""
        try:
            if self._windows is not None:
                self._clean(self._windows)
        finally:
            if self._transport is not None:
                self._transport.close()

    @staticmethod
    def _clean(windows: Windows) -> None:
        if not windows.sender.hurried:
            windows.close()
            return
        # Whoever interrupts a run waits for no slow target.
        cleaning = Thread(target=windows.close, daemon=True)
        cleaning.start()
        cleaning.join(_HURRY)

    # --- what can be believed

    def _sequence(
        self, name: str, rules: Sequence[str], play_it: Callable[[Examiner], list[CaseFinished]]
    ) -> Iterator[CaseFinished]:
        if self._missing is None:
            try:
                yield from self._believed(rules or (_MAIN,), name, play_it)
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

    def _believed(
        self, rules: Sequence[str], label: str, ask: Callable[[Examiner], list[CaseFinished]]
    ) -> list[CaseFinished]:
        """Ask until the road was good enough to believe what came of it; then what is in doubt is inconclusive.

        `rules` are those of a sequence of calls: each of them is in doubt when any of its calls was.
        """
        events: list[CaseFinished] = []
        why = _UNANSWERED
        for _ in range(_TRIES):
            self._prepare()
            lost, doubts = self.examiner.sender.lost, self.examiner.sender.doubts
            events = ask(self.examiner)
            beside = self.examiner.asides()
            if self._restarted((*events, *beside)):
                why = _RESTARTED
                self._begin_again(beside)
                continue
            sender = self.examiner.sender
            sure = sender.lost == lost and (not rules or sender.doubts == doubts or self._honours_tokens())
            self._beside += beside if sender.lost == lost else [_in_doubt(event, _UNANSWERED) for event in beside]
            if sure:
                return events
            why = _UNANSWERED
        if not rules:
            return [_in_doubt(event, why) for event in events]
        nothing = Unreachable(reason=why)
        return [finished(rule, label, nothing, request={}, inconclusive=True) for rule in rules]

    def _prepare(self) -> None:
        """Make the beacon, and learn what this target tells at all; from the start where a request was lost."""
        for _ in range(_TRIES):
            examiner = self.examiner
            if self._beacon is None:
                window = examiner.windows.create()
                self._beacon = window, self._shown(window)
            lost = examiner.sender.lost
            examiner.learn()
            if examiner.sender.lost == lost:
                return
            self._examiner = None

    def _shown(self, window: str) -> str:
        """Say in a word what a window that nobody touches answers to a reader."""
        observation = self.examiner.sender.ask(DESCRIBE, {"WindowId": window})
        return "there" if isinstance(observation, Accepted) else type(observation).__name__

    def _restarted(self, events: Sequence[CaseFinished]) -> bool:
        """Tell whether the target lost what it held: then it does not know the beacon any more, which nobody touched.

        It is looked for only where something came out that a loss explains.
        """
        sender = self.examiner.sender
        if self._beacon is None or self._beacon[1] != "there" or not sender.remote:
            return False
        if not any(_suspicious(event) for event in events):
            return False
        return self._shown(self._beacon[0]) not in ("there", "Unreachable")

    def _begin_again(self, beside: Sequence[CaseFinished]) -> None:
        """Forget what a target knew that lost everything; tell what was not read back before it was lost."""
        windows = self.examiner.windows
        unread = 0 if windows.used is None else len(windows.used.tasks)
        self._beside += [_in_doubt(event, _RESTARTED) for event in beside]
        if unread:
            lost = Unreachable(reason=f"{_RESTARTED} What {unread} tasks kept was not read back")
            self._beside.append(finished("listing.once", "listing", lost, request={}, inconclusive=True))
        windows.let_go()
        self._beacon, self._examiner = None, None

    def _honours_tokens(self) -> bool:
        """Tell whether the same call with the same token is one task here, so that a repeated call is none in doubt."""
        if self._keeps_tokens is None:
            sender, windows = self.examiner.sender, self.examiner.windows
            window = windows.create()
            request = self.examiner.usable(self._recipes.minimal("AUTOMATION"))
            document = sender.with_token({**request, "WindowId": window}, bare=False)
            answers = [sender.ask(REGISTER, document) for _ in range(2)]
            windows.delete(window)
            ids = [answer.body.get("WindowTaskId") for answer in answers if isinstance(answer, Accepted)]
            self._keeps_tokens = len(ids) == 2 and ids[0] == ids[1]
        return self._keeps_tokens


def _examining(case: Case) -> Callable[[Examiner], list[CaseFinished]]:
    return lambda examiner: [examiner.examine(case)]


def _retiring(examiner: Examiner) -> list[CaseFinished]:
    examiner.retire()
    return []


def _suspicious(event: CaseFinished) -> bool:
    """Tell whether a lost window would explain an event: not a wrong acceptance, which takes a window."""
    charged = any(charge.kind != "too-lenient" for charge in event.charges)
    return not event.canary and (charged or (event.verdict == "open" and DOES_NOT_EXIST in event.outcome))


def _in_doubt(event: CaseFinished, why: str) -> CaseFinished:
    """Give a charged event as one that could not be judged; what was found kept stays so."""
    if event.charges and not event.canary:
        return replace(event, verdict="inconclusive", charges=(), also=(), reason=why)
    return event
