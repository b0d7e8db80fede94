"""Ask one case: send it where its answer means something, judge it, and find out what is to blame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, final

from conformance.contract.case import Case
from conformance.contract.rule import Level
from conformance.contract.shapes import top_of
from conformance.events import CaseFinished, ChargeFacts
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable, not_implemented, outcome
from conformance.oracle import (
    Conforms,
    Diverges,
    Either,
    Expectation,
    Inconclusive,
    MustAccept,
    MustReject,
    Verdict,
    excuse,
    expectation,
    in_words,
    judge,
    must_be_accepted,
    observed_in_words,
)
from conformance.runner.blame import Blame, Recipes, accepted_rule, blame
from conformance.runner.inspector import DESCRIBE, Inspector, finished
from conformance.runner.localise import size, smallest_showing
from conformance.runner.reduce import smallest_part
from conformance.runner.registrar import Registrar
from conformance.runner.sender import REGISTER, Sender
from conformance.runner.shown import as_sent, in_short, key_of, level_of, seen_in
from conformance.runner.windows import Windows
from conformance.world import Window

Request = Mapping[str, Any]
_SMALL = 7  # members: a home and what belongs to it
_KEPT_OTHERWISE = ("wire.", "targets.several", "targets.key-kind", "targets.without-", "arn.")
"""How questions begin on values that a target which takes them may keep in a form of its own: a name as an ARN, say."""


def words_of(expected: Expectation) -> str:
    """Give the one word that stands in the log for an expectation."""
    match expected:
        case MustAccept():
            return "accept"
        case MustReject():
            return "reject"
        case Either():
            return "open"


@final
class Examiner:
    """Examines cases against one target, one after the other; all state is what this target has shown so far."""

    def __init__(self, sender: Sender, windows: Windows, recipes: Recipes) -> None:
        self.sender = sender
        self.windows = windows
        self.recipes = recipes
        self._registrar = Registrar(sender, windows, retire=self.retire)
        self._blames: dict[str, Blame] = {}
        self._repairs: dict[str, Request] = {}
        self.inspector = Inspector(sender)
        self._learnt = False
        self._answered: dict[str, tuple[str, Observation, Verdict]] = {}
        self.lenient = False
        """Whether the last violation was let through."""
        self._told: set[tuple[str, ...]] = set()

    def asides(self) -> list[CaseFinished]:
        """Give, once, what was found beside the cases: by reading windows back before they are given up."""
        found, self._registrar.asides = self._registrar.asides, []
        return found

    def learn(self) -> None:
        """Register one rich task of each type and learn what this target tells of them at all."""
        if self._learnt:
            return
        self._learnt = True
        for request in (*self.recipes.richest(), self.recipes.minimal("AUTOMATION")):
            window, observation, verdict = self._registrar.send(request)
            if isinstance(observation, Accepted):
                self._registrar.note(request, window, observation)
                self._answered[key_of(request)] = window, observation, verdict
            used = self.windows.world.windows[window]
            if isinstance(observation, Accepted) and used.tasks and len(request) > _SMALL:
                self.inspector.learn(used.tasks[-1], window)
        self.retire()

    def retire(self) -> None:
        """Read the current window back, then give it up."""
        self._give_up(self._read_back())

    def _give_up(self, seen: list[CaseFinished]) -> None:
        self.windows.discard()
        self._registrar.asides += [*seen, *self._localised(seen)]

    def hand_over(self) -> Window | None:
        """Read the current window back and give it away with all that is in it; None where that came out wrong."""
        used = self.windows.used
        if used is None or used.id in self.sender.doubtful or self._registrar.ids_repeat:
            return None
        seen = self._read_back()
        if any(event.charges or event.verdict == "inconclusive" for event in seen):
            self._give_up(seen)
            return None
        self._registrar.asides += seen
        self.windows.let_go()
        return used

    def _read_back(self) -> list[CaseFinished]:
        used = self.windows.used
        if used is None or self._registrar.ids_repeat:  # what has no name of its own can not be read back
            return []
        refused = self._registrar.refusals(used.id)
        doubtful = used.id in self.sender.doubtful
        return list(
            self.inspector.inspect(used, self._registrar.elsewhere(used.id), refused=refused, doubtful=doubtful)
        )

    def _localised(self, seen: Iterable[CaseFinished]) -> Iterator[CaseFinished]:
        """Find, once a rule, the smallest task that is told back as wrongly as the one that was seen."""
        for event in seen:
            told_back = event.rule.startswith(("read-back.", "default.", "order."))
            if not (event.charges and told_back and event.request) or (event.rule,) in self._told:
                continue
            self._told.add((event.rule,))
            plain = self.recipes.plain(event.path) if event.rule.startswith("read-back.") else event.request
            smallest = smallest_showing(event.request, plain, partial(self._shows, event.rule))
            if size(smallest) < size(event.request):
                yield replace(event, label=f"{event.label}, smallest", request=smallest)

    def _shows(self, rule: str, request: Request) -> bool:
        """Tell whether a task of its own in a fresh window is told back in a way that breaks `rule`."""
        window, observation, _ = self._registrar.send(request)
        used = self.windows.used
        found = isinstance(observation, Accepted) and used is not None and bool(used.tasks)
        wrong = bool(found and used and self.inspector.wrong(rule, window, used.tasks[-1]))
        self.windows.discard()
        return wrong

    def _spoilt(self, request: Request, *, tells: bool = True) -> bool:
        """Something that should not be there was stored: see whether the window can still be read, and give it up."""
        used, readable = self.windows.used, True
        if used is not None:
            reading = self.inspector.listing(used.id)
            readable = reading.failure is None or bool(self.inspector.missing.get(DESCRIBE))
            if reading.failure is not None and not readable and tells:
                words = observed_in_words(reading.failure)
                charge = ("acceptance.reads-work", "side-effect", "a listing of the window's tasks", words)
                self._registrar.asides.append(
                    finished(
                        "acceptance.reads-work",
                        "after a wrong acceptance",
                        reading.failure,
                        request=request,
                        charges=[charge],
                    )
                )
        self.windows.discard()
        return readable

    def examine(self, case: Case) -> CaseFinished:
        """Send a case and judge it; the request's window is a live one unless the case names another."""
        before = self.sender.requests
        request, twin = self._repaired(case.request), None if case.twin is None else self._repaired(case.twin)
        case = replace(case, request=request, twin=twin)
        expected = self._registrar.expected(request)
        match expected:
            case MustReject():
                finished = self._negative(case, expected)
            case MustAccept():
                finished = self._positive(case)
            case Either():
                finished = self._open(case, expected)
        return replace(finished, sent=self.sender.requests - before)

    def let_through(self, request: Request, cases: Sequence[Case]) -> list[CaseFinished]:
        """Send a request with the violations of many cases: one that is taken breaks all their rules unchecked.

        Give an event for each case then, with its own smallest request, which was not sent alone; else nothing.
        """
        before = self.sender.requests
        _, observation, verdict = self._registrar.send(request)
        readable = not isinstance(observation, Accepted | Crashed) or self._spoilt(request, tells=False)
        if not (isinstance(observation, Accepted) and isinstance(verdict, Diverges) and readable):
            return []  # and where the window can not be read any more, single requests show what it can not stand
        told = f"{observed_in_words(observation)}, beside {len(verdict.charges) - 1} other violations in one request"
        found = []
        for case in cases:
            event = self._finished(case, observation, judge(case.request, None, observation), twin_accepted=True)
            found.append(replace(event, charges=tuple(replace(each, observed=told) for each in event.charges)))
        return [replace(found[0], sent=self.sender.requests - before), *found[1:]]

    # --- the three kinds of case

    def _negative(self, case: Case, expected: MustReject) -> CaseFinished:
        twin = case.twin
        # Where the last violation was let through, this one may be, too; then it needs no twin to prove anything.
        if twin is not None and not self.lenient and not self.takes(twin):
            return self._without_twin(case, twin)
        window, observation, verdict = self._registrar.send(case.request, bare=case.bare_token)
        if twin is not None and isinstance(observation, Rejected) and self.lenient and not self.takes(twin):
            return self._without_twin(case, twin)
        self.lenient = isinstance(observation, Accepted)
        if twin is not None and isinstance(observation, Rejected) and not self._registrar.accepts_in(twin, window):
            # The window may be full, by a smaller quota or by what refused calls left behind: ask again in a fresh one.
            self.retire()
            window, observation, verdict = self._registrar.send(case.request, bare=case.bare_token)
            if isinstance(observation, Rejected) and not self._registrar.accepts_in(twin, window):
                return self._inconclusive(
                    case, observation, "its twin is refused in a fresh window, though it was taken before"
                )
        if isinstance(observation, Accepted | Crashed):
            # Something bad may be stored, and every later read of this window may fail on it.
            self._spoilt(case.request)
        if isinstance(observation, Accepted):
            case = self._smaller(case, expected)
        return self._finished(case, observation, verdict, twin_accepted=None if twin is None else True)

    def _smaller(self, case: Case, expected: MustReject) -> Case:
        """Give the smallest part of a wrongly accepted request that breaks the same rules and is accepted, too.

        Asked once a rule, and not for one that was told before: then a smaller request is in the log already.
        """
        told = expected.rules in self._told
        self._told.add(expected.rules)
        if told or len(case.request) <= _SMALL:
            return case
        smallest = self.recipes.violation(case.rule)
        if smallest is not None and self._lets_through(smallest[0]):
            return replace(case, request=smallest[0], twin=smallest[1])
        request = smallest_part(
            case.request, fits=lambda smaller: _breaks(smaller, expected.rules), shows=self._lets_through
        )
        top = top_of(case.path)
        twin = {name: value for name, value in (case.twin or {}).items() if name in request or name == top}
        fits = must_be_accepted(twin) and self.takes(twin)
        return replace(case, request=request, twin=twin if fits else case.twin)

    def _lets_through(self, request: Request) -> bool:
        _, observation, _verdict = self._registrar.send(request)
        self.windows.discard()
        return isinstance(observation, Accepted)

    def _without_twin(self, case: Case, twin: Request) -> CaseFinished:
        """A negative whose twin is refused proves nothing when it is refused; when it is accepted it proves all."""
        _, observation, verdict = self._registrar.send(case.request, bare=case.bare_token)
        if isinstance(observation, Accepted):
            self._spoilt(case.request)
            return self._finished(case, observation, verdict, twin_accepted=False)
        refusal = self._registrar.refusal_of(twin)
        assert refusal is not None, "a twin that is not taken was refused"
        why = observed_in_words(refusal)
        if reason := excuse(twin, refusal):
            return self._base(case, observation, "unsupported", reason=reason, operation=f"{REGISTER}: {reason}")
        if isinstance(expectation(twin), Either):
            return self._base(case, observation, "unsupported", reason=f"the twin, an open question, was {why}")
        if isinstance(refusal, Unreachable):
            return self._inconclusive(case, observation, why)
        found = self._blame(twin, accepted_rule(case.path), case.path)
        return self._base(
            case, observation, "explained", reason=f"its valid twin is refused: see {found.rule}", twin_accepted=False
        )

    def _positive(self, case: Case) -> CaseFinished:
        # What was registered to learn from it shows as much as a case: it is not asked twice.
        before = None if case.bare_token else self._answered.pop(key_of(case.request), None)
        window, observation, verdict = before or self._registrar.send(case.request, bare=case.bare_token)
        if isinstance(observation, Accepted) or isinstance(verdict, Inconclusive):
            self._registrar.note(case.request, window, observation)
            return self._finished(case, observation, verdict)
        if not self._registrar.ever_accepted and not_implemented(observation):
            return self._base(
                case,
                observation,
                "unsupported",
                reason=f"{REGISTER}: {observed_in_words(observation)}",
                operation=REGISTER,
            )
        if reason := excuse(case.request, observation):
            return self._base(case, observation, "unsupported", reason=reason, operation=f"{REGISTER}: {reason}")
        # A window may be full or spoilt for reasons of its own: what is refused in a fresh one is refused for itself.
        self.retire()
        window, observation, verdict = self._registrar.send(case.request, bare=case.bare_token)
        self._registrar.note(case.request, window, observation)
        if not isinstance(verdict, Diverges) or isinstance(observation, Accepted) or verdict.charges[0].rule:
            return self._finished(case, observation, verdict)
        return self._refused_positive(case, observation, verdict)

    def _refused_positive(self, case: Case, observation: Observation, verdict: Diverges) -> CaseFinished:
        if case.bare_token and self.takes(case.request):
            return self._charged(case, observation, verdict, case.rule, case.request)
        if case.twin is not None and case.twin != case.request and not self.takes(case.twin):
            found = self._blame(case.twin, accepted_rule(case.path), case.path)
            if found.rule != case.rule:
                return self._base(
                    case, observation, "explained", reason=f"a plain value is refused too: see {found.rule}"
                )
        if case.twin is not None and self.takes(case.twin):
            return self._charged(case, observation, verdict, case.rule, case.request)
        found = self._blame(case.request, case.rule, case.path)
        return self._charged(case, observation, verdict, found.rule, found.request)

    def _open(self, case: Case, expected: Either) -> CaseFinished:
        _, observation, verdict = self._registrar.send(case.request, bare=case.bare_token)
        question = case.question or expected.questions[0]
        if isinstance(observation, Accepted) and not question.startswith(_KEPT_OTHERWISE):
            self.retire()  # what is accepted is told back as it was sent
        elif isinstance(observation, Accepted | Crashed):
            self.windows.discard()
        finished = self._finished(replace(case, question=question), observation, verdict)
        return replace(finished, verdict="open") if isinstance(verdict, Conforms) else finished

    # --- blame and repair

    def _blame(self, request: Request, rule: str, path: str) -> Blame:
        key = f"{rule} {key_of(request)}"
        if key not in self._blames:
            found = blame(request, rule, path, self.takes, self.recipes)
            self._blames[key] = found
            self._registrar.asides.append(self._told_of(found, request))
            if found.repair is not None:
                member, fuller = found.repair
                self._repairs[member] = {name: fuller[name] for name in fuller if name not in found.request}
        return self._blames[key]

    def takes(self, request: Request) -> bool:
        """Tell whether the target takes a request; it is asked once."""
        return self._registrar.takes(request)

    def registrations(self, window: str) -> int:
        """Count the registrations in a live window, accepted or refused: all that reading it back will judge."""
        return self._registrar.registrations(window)

    def usable(self, request: Request) -> Request:
        """Give a request with all that this target turned out to demand beyond the contract."""
        return self._repaired(request)

    def _told_of(self, found: Blame, request: Request) -> CaseFinished:
        """Tell what was found to blame, since the case that led to it may have been about something else."""
        observation = self._registrar.refusal_of(found.request) or self._registrar.refusal_of(request)
        assert observation is not None, "what is to blame was found in a refused request"
        kind = "too-strict" if isinstance(observation, Rejected) else "crash"
        charge = (found.rule, kind, in_words(expectation(found.request)), observed_in_words(observation))
        return finished(
            found.rule, "to blame", observation, request=dict(found.request), charges=[charge], path=found.path
        )

    def _repaired(self, request: Request) -> Request:
        """Add the optional members that this target turned out to demand, where that changes nothing else."""
        for member, addition in self._repairs.items():
            if member not in request:
                fuller = {**request, **addition}
                if expectation(fuller) == expectation(request):
                    request = fuller
        return request

    # --- events

    def _base(self, case: Case, observation: Observation, verdict: Any, **more: Any) -> CaseFinished:
        return CaseFinished(
            case=case.id,
            rule=case.rule,
            label=case.label,
            verdict=verdict,
            expect=words_of(self._registrar.expected(case.request)),
            outcome=outcome(observation),
            request=as_sent(case.request) if verdict == "diverges" else dict(case.request),
            path=case.path,
            question=case.question,
            twin=None if case.twin is None else dict(case.twin),
            answer=in_short(observation),
            **more,
        )

    def _inconclusive(self, case: Case, observation: Observation, reason: str) -> CaseFinished:
        return self._base(case, observation, "inconclusive", reason=reason)

    def _finished(
        self, case: Case, observation: Observation, verdict: Verdict, *, twin_accepted: bool | None = None
    ) -> CaseFinished:
        match verdict:
            case Inconclusive(reason=reason):
                return self._inconclusive(case, observation, reason)
            case Conforms():
                shown = case.also if isinstance(observation, Accepted) else ()
                also = (*seen_in(observation), *shown)
                return self._base(case, observation, "conforms", twin_accepted=twin_accepted, also=also)
            case Diverges(charges=charges):
                facts = tuple(
                    ChargeFacts(
                        rule=charge.rule or case.rule or "errors.no-server-error",
                        kind=charge.kind,
                        level=charge.level if charge.rule or charge.kind == "crash" else level_of(case.rule),
                        expected=charge.expected,
                        observed=charge.observed,
                    )
                    for charge in charges
                )
                return self._base(case, observation, "diverges", charges=facts, twin_accepted=twin_accepted)

    def _charged(
        self, case: Case, observation: Observation, verdict: Diverges, rule: str, request: Request
    ) -> CaseFinished:
        """Lay a refusal of something valid on the rule that blame found, with the smallest request that shows it."""
        kind = "too-strict" if isinstance(observation, Rejected) else verdict.charges[0].kind
        level = level_of(rule) if kind == "too-strict" else Level.MUST
        charge = ChargeFacts(
            rule=rule,
            kind=kind,
            level=level,
            expected=in_words(expectation(request)),
            observed=observed_in_words(observation),
        )
        smallest = replace(case, request=request)
        return self._base(smallest, observation, "diverges", charges=(charge,))


def _breaks(request: Request, rules: tuple[str, ...]) -> bool:
    expected = expectation(request)
    return isinstance(expected, MustReject) and expected.rules == rules
