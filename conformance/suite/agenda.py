"""What a profile asks, item by item: the pytest modules ask it under pytest, `everything` asks it without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from conformance.contract.case import Case
from conformance.contract.catalogue import rule, rules
from conformance.contract.open import open_questions
from conformance.contract.rule import Permission, Promise, Rule
from conformance.events import CaseFinished
from conformance.runner.desk import Desk
from conformance.runner.plan import Profile, constraint_ids
from conformance.runner.scenarios import SCENARIOS
from conformance.suite.drawing import drawn
from strategies.batches import breaking_batches, valid_batches
from strategies.bodies import unknown_member_cases
from strategies.brief import brief_valid_cases, brief_violations
from strategies.bundles import bundle_of
from strategies.combinations import combination_cases
from strategies.company import beside_cases, company_cases
from strategies.histories import histories
from strategies.nulls import null_cases, null_for_all
from strategies.plan import cases_of
from strategies.questions import open_cases
from strategies.valid import permission_cases
from strategies.violations import violations

Events = Iterator[CaseFinished]

PARTS: Mapping[str, int] = {"combinations": 5, "valid": 4, "broken": 4, "histories": 2}
"""Into how many items the long ones are cut, so that they can be dealt out to processes."""

_TOLD_BACK = ("read-back.", "default.", "order.", "members.")
# Its twin may be refused: whether such ids are looked up is open. The scenario `window-targets` registers real ones.
_NEEDS_REAL_IDS = "Targets.window-target-ids-quota"
_HISTORIES_SHOW = frozenset({"listing.once", "token.replay-same-id", "acceptance.reads-work"})


def everything(desk: Desk, profile: Profile, *, seed: int = 0) -> Events:
    """Ask all that a profile asks, all rules planned, in the order in which pytest does; canaries aside."""
    for item in _items(desk, profile, frozenset(rules()), seed):
        yield from item
        yield from desk.asides()
    desk.last_words()
    yield from desk.asides()


def _items(desk: Desk, profile: Profile, planned: frozenset[str], seed: int) -> Iterator[Events]:
    for part in range(PARTS["combinations"]):
        yield together(desk, profile, planned, part)
    for part in range(PARTS["valid"]):
        yield generated_valid(desk, profile, planned, seed, part)
    for part in range(PARTS["broken"]):
        yield generated_broken(desk, profile, planned, seed, part)
    for part in range(PARTS["histories"]):
        yield played_histories(desk, profile, planned, seed, part)
    for question in open_questions():
        yield asked_openly(desk, profile, planned, question.id)
    for id in constraint_ids(rules().values()):
        yield around_its_limit(desk, profile, planned, rule(id))
    for ask in (in_company, beside_each_member):
        for id in constraint_ids(rules().values()):
            yield ask(desk, profile, rule(id))
    for name in sorted(SCENARIOS):
        yield sequence(desk, profile, planned, name)
    yield nulls(desk, profile, planned)
    yield unknown_members(desk, profile, planned)


def around_its_limit(desk: Desk, profile: Profile, planned: frozenset[str], asked: Rule) -> Events:
    """Ask about a rule at its limits, in the smallest requests; a brief run asks one violation."""
    return _briefly(desk, planned, asked) if profile.brief else desk.cases(cases_of(asked))


def _briefly(desk: Desk, planned: frozenset[str], asked: Rule) -> Events:
    """Ask one violation: in rich company, whose twins many share, or alone where that shows as much.

    Alone is enough for a target that lets violations through, and all that is left for one that refuses the company.
    One that lets violations through is sent many at once first, and asked alone about what that does not settle.
    """
    if desk.lenient and (bundle := bundle_of(asked.id)) is not None:
        beside = [case for case in bundle.cases if case.rule in planned]
        if len(beside) > 1:
            desk.together(bundle.request, beside)
    if (event := desk.settled(asked.id)) is not None:
        yield event
        return
    alone, rich = violations(asked)[:1], brief_violations(asked)
    first, second = (alone, rich) if desk.lenient else (rich, alone)
    found = list(desk.cases(first))
    yield from found
    told = any(event.rule == asked.id and event.verdict in ("conforms", "diverges") for event in found)
    if first != second and not (told if first is rich else desk.lenient):
        yield from desk.cases(second)


def in_company(desk: Desk, profile: Profile, asked: Rule) -> Events:
    """Ask about a rule in the richest request of every task type."""
    return desk.cases(company_cases(asked, most=profile.company) if profile.company else ())


def beside_each_member(desk: Desk, profile: Profile, asked: Rule) -> Events:
    """Ask about a rule beside every other member, one at a time."""
    return desk.cases(beside_cases(asked) if profile.beside else ())


def together(desk: Desk, profile: Profile, planned: frozenset[str], part: int) -> Events:
    """Send rich valid requests, every two levels of every two members once; a brief run sends each level once."""
    told_back = any(id.startswith(_TOLD_BACK) for id in planned)
    cases: Sequence[Case] = brief_valid_cases() if profile.brief else tuple(combination_cases())
    mine = cases[part :: PARTS["combinations"]]
    for case in mine:
        if told_back or planned.intersection((case.rule, *case.also)):
            events = list(desk.cases([case]))
            yield from events
            if any(charge.kind == "too-strict" for event in events for charge in event.charges):
                # What the request was to show beside others is asked alone, so that it is told under its own name.
                yield from desk.cases(permission_cases(rule(id))[0] for id in case.also)
    if profile.brief and part == PARTS["combinations"] - 1:
        desk.last_words()  # what follows shares a handful of twins, and they fit into one window that is new


def generated_valid(desk: Desk, profile: Profile, planned: frozenset[str], seed: int, part: int) -> Events:
    """Send random valid requests."""
    name = "members.valid-together-accepted"
    count = profile.generated // (2 * PARTS["valid"]) if name in planned else 0
    number = seed * 10 + part
    for requests in drawn(valid_batches(count), min(count, 1), number, batch=1):
        yield from desk.cases(
            Case(rule=name, label=f"generated {number}/{index}", request=request)
            for index, request in enumerate(requests)
        )


def generated_broken(desk: Desk, profile: Profile, planned: frozenset[str], seed: int, part: int) -> Events:
    """Send random requests that break one rule each, in random company."""
    found = [rule(id) for id in sorted(planned)]
    asked = [each for each in found if not isinstance(each.check, Permission | Promise) and each.id != _NEEDS_REAL_IDS]
    count = profile.generated // (2 * PARTS["broken"]) if asked else 0
    number = seed * 10 + part
    for cases in drawn(breaking_batches(asked, count), min(count, 1), number, batch=1) if count else ():
        yield from desk.cases(replace(case, label=f"{case.label} {number}/{index}") for index, case in enumerate(cases))


def played_histories(desk: Desk, profile: Profile, planned: frozenset[str], seed: int, part: int) -> Events:
    """Play random histories over several windows, the model beside them."""
    count = (profile.histories // PARTS["histories"] or int(part == 0)) if _HISTORIES_SHOW & planned else 0
    number = seed * 10 + part
    for index, history in enumerate(drawn(histories(longest=profile.steps), count, number, batch=1)):
        yield from desk.history(history, f"history {number}/{index}")


def asked_openly(desk: Desk, profile: Profile, planned: frozenset[str], question: str) -> Events:
    """Ask what the documents leave open; only where all rules are asked, and not in a brief run."""
    if profile.brief or planned != frozenset(rules()):
        return iter(())
    return desk.cases(case for case in open_cases() if case.question == question)


def sequence(desk: Desk, profile: Profile, planned: frozenset[str], name: str) -> Events:
    """Play a scenario, where one of its rules was asked for and the profile has time for it."""
    found = SCENARIOS[name]
    if not planned.intersection(found.rules) or (found.deep and profile.brief):
        return iter(())
    return desk.scenario(name, brief=profile.brief)


def nulls(desk: Desk, profile: Profile, planned: frozenset[str]) -> Events:
    """Send explicit nulls on optional members, which are absence; a brief run all at once, one by one to tell which."""
    if "wire.null-optional-absent" not in planned:
        return
    if profile.brief:
        events = list(desk.cases([null_for_all()]))
        yield from events
        if not any(event.charges for event in events):
            return
    for case in null_cases():
        events = list(desk.cases([case]))
        yield from events
        if profile.brief and any(event.charges for event in events):
            return


def unknown_members(desk: Desk, profile: Profile, planned: frozenset[str]) -> Events:
    """Send members that the operation does not know, in each structure: taken or refused, never a server error."""
    asked = "wire.no-server-error" in planned and not profile.brief
    return desk.cases(unknown_member_cases() if asked else ())
