"""The judge: what must happen to a request in a world, and what to think of what did happen.

Pure and three-valued. It judges the document that was sent, never how it was made, and never an error's prose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, assert_never, final

from conformance.contract.behaviours import TASKS_PER_WINDOW
from conformance.contract.catalogue import broken_rules, rule
from conformance.contract.checking import without_nulls
from conformance.contract.combinations import ignored_members
from conformance.contract.measures import matches
from conformance.contract.open import questions_asked
from conformance.contract.rule import ACCESS_DENIED, DOES_NOT_EXIST, LIMIT, MISMATCH, NOT_AVAILABLE, Level, Request
from conformance.contract.shapes import service_model
from conformance.contract.wire import CONTENT_TYPE
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable, outcome
from conformance.world import Window, World, same_call

DivergenceKind = Literal["too-lenient", "too-strict", "wrong-error", "crash", "wrong-effect", "side-effect", "wire"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MustAccept:
    """A conforming target accepts the request. `replay_of` is the task id that a replay must give again."""

    replay_of: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MustReject:
    """A conforming target refuses it with one of `codes`, for any of `rules`."""

    rules: tuple[str, ...]
    codes: frozenset[str]
    level: Level


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """The documents leave it open: both answers conform."""

    questions: tuple[str, ...]


Expectation = MustAccept | MustReject | Either


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One divergence: of which kind, from which rule (empty: the rule under test), how binding, in words."""

    kind: DivergenceKind
    rule: str
    level: Level
    expected: str
    observed: str


@final
@dataclass(frozen=True, slots=True)
class Conforms:
    """The answer is one that the documents allow; `answer` says which where they leave it open."""

    answer: str = ""


@final
@dataclass(frozen=True, slots=True)
class Diverges:
    """The answer contradicts the contract, in one way or more."""

    charges: tuple[Charge, ...]


@final
@dataclass(frozen=True, slots=True)
class Inconclusive:
    """The answer can not be judged."""

    reason: str


Verdict = Conforms | Diverges | Inconclusive


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the contract says of a request by itself: it holds in every live window, and with every token of the form.

    `broken` are the rules that it breaks, but for the `doubtful` ones in members that may be ignored; `questions` are
    the open questions that it asks.
    """

    broken: frozenset[str]
    doubtful: frozenset[str]
    questions: tuple[str, ...]


def reading_of(request: Request) -> Reading:
    """Read a request by itself."""
    clean: Mapping[str, Any] = without_nulls(request)
    document = broken_rules(clean)
    doubtful = frozenset(id for id in document if _member(id) in ignored_members(clean))
    return Reading(broken=document - doubtful, doubtful=doubtful, questions=_questions(clean, document))


def expectation(
    request: Request, world: World | None = None, *, quota: int = TASKS_PER_WINDOW, reading: Reading | None = None
) -> Expectation:
    """Say what a conforming target does with `request`; without a world, the window is taken to exist and be empty.

    A `reading` of the same request, in another window or with another token, may be given to save another.
    """
    read = reading or reading_of(request)
    broken = sorted(read.broken | _broken_states(request, read, world, quota), key=_position)
    if read.doubtful and not broken:
        return Either(questions=("ignored-members.validated",))
    if broken:
        found = [rule(id) for id in broken]
        # What the ignored members break may be looked at, and then be what is told.
        codes = frozenset[str]().union(*(each.codes for each in found), *(rule(id).codes for id in read.doubtful))
        levels = {each.level for each in found}
        if "targets.window-target-known" in read.questions:
            codes |= {DOES_NOT_EXIST}
        level = Level.MUST if Level.MUST in levels else Level.SHOULD
        return MustReject(rules=tuple(broken), codes=codes, level=level)
    if read.questions:
        return Either(questions=read.questions)
    return MustAccept(replay_of=_replayed(request, world))


def must_be_accepted(request: Request) -> bool:
    """Tell whether every conforming target accepts a request in an empty window."""
    return isinstance(expectation(request), MustAccept)


def judge(
    request: Request,
    world: World | None,
    observation: Observation,
    *,
    quota: int = TASKS_PER_WINDOW,
    reading: Reading | None = None,
) -> Verdict:
    """Judge what a target did with `request`, given what it held before (shapes: see `expectation` and `World`)."""
    if isinstance(observation, Unreachable):
        return Inconclusive(observation.reason)
    expected = expectation(request, world, quota=quota, reading=reading)
    charges = (*_main_charges(expected, observation), *_form_charges(expected, observation))
    if charges:
        return Diverges(charges)
    return Conforms(outcome(observation) if isinstance(expected, Either) else "")


def excuse(request: Request, observation: Observation) -> str:
    """Say what outside a valid request may be why it is refused, which the documents provide for; else nothing."""
    match observation:
        case Rejected(code=code) if code == NOT_AVAILABLE and request.get("TaskType") in ("LAMBDA", "STEP_FUNCTIONS"):
            return f"{request['TaskType']} tasks are not available here (S-17)"
        case Rejected(code=code) if code == ACCESS_DENIED and "ServiceRoleArn" in request:
            return "the caller may not pass the role (S-18)"
        case _:
            return ""


def in_words(expected: Expectation) -> str:
    """Say an expectation in a sentence that needs no knowledge of the suite."""
    match expected:
        case MustAccept(replay_of=None):
            return "accepted, with a new WindowTaskId"
        case MustAccept():
            return "accepted, with the WindowTaskId of the first call"
        case MustReject(rules=rules, codes=codes):
            reasons = "; ".join(rule(id).statement for id in rules)
            return f"refused with {' or '.join(sorted(codes, reverse=True))} ({reasons})"
        case Either():
            return "either answer conforms; never a server error"
        case _:
            assert_never(expected)


def observed_in_words(observation: Observation) -> str:
    """Say an observation in a sentence."""
    match observation:
        case Accepted(status=status, body=body):
            return f"accepted (HTTP {status}), {'with' if body.get('WindowTaskId') else 'without'} a WindowTaskId"
        case Rejected(status=status, code=code):
            return f"refused with {code or 'no code'} (HTTP {status})"
        case Crashed(status=None, detail=detail):
            return f"crashed: {detail}"
        case Crashed(status=status, detail=detail):
            return f"answered HTTP {status} that is no proper answer: {detail}"
        case Unreachable(reason=reason):
            return f"not reached: {reason}"
        case _:
            assert_never(observation)


def _member(id: str) -> str:
    return rule(id).path.partition(".")[0].partition("{")[0]


def _position(id: str) -> tuple[int, str]:
    return (0 if rule(id).level is Level.MUST else 1, id)


def _questions(request: Mapping[str, Any], broken: Collection[str]) -> tuple[str, ...]:
    if any(id.endswith((".type", ".not-null", ".base64")) for id in broken):
        return ()  # a document that can not be read asks nothing
    return tuple(question.id for question in questions_asked(request))


def _broken_states(request: Request, read: Reading, world: World | None, quota: int) -> frozenset[str]:
    """Give the rules that the request breaks in this world, beside those that it breaks by itself."""
    if world is None or any(id.startswith("WindowId.") for id in read.broken):
        return frozenset()
    window = world.window(request.get("WindowId"))
    if window is None:
        return frozenset({"window.unknown"})
    if window.deleted:
        return frozenset({"window.deleted"})
    token = request.get("ClientToken")
    original = window.used_tokens.get(token) if isinstance(token, str) else None
    if original is not None:
        same = same_call(original.request, without_nulls(request))
        return frozenset() if same else frozenset({"token.mismatch-refused"})
    return frozenset({"quota.tasks-per-window"}) if len(window.tasks) >= quota else frozenset()


def _replayed(request: Request, world: World | None) -> str | None:
    window: Window | None = world.window(request.get("WindowId")) if world else None
    token = request.get("ClientToken")
    if window is None or not isinstance(token, str) or token not in window.used_tokens:
        return None
    return window.used_tokens[token].id


def _main_charges(expected: Expectation, observation: Observation) -> tuple[Charge, ...]:
    def charge(kind: DivergenceKind, rule_id: str, level: Level) -> Charge:
        words = in_words(expected)
        return Charge(kind=kind, rule=rule_id, level=level, expected=words, observed=observed_in_words(observation))

    match expected, observation:
        case _, Unreachable():
            return ()
        case MustReject(), Crashed(status=int(status)) if 400 <= status < 500:
            # It is a refusal, in a form that no client can read: the same fault whatever is refused.
            return (charge("wire", "wire.error-code", Level.MUST),)
        case _, Crashed(status=status):
            # A server error is nobody's right answer, however open or weak the rule.
            first = expected.rules[0] if isinstance(expected, MustReject) else ""
            kind: DivergenceKind = "crash" if status is None or status >= 500 else "wire"
            return (charge(kind, first, Level.MUST),)
        case MustReject(rules=rules), Accepted():
            return tuple(charge("too-lenient", id, rule(id).level) for id in rules)
        case MustReject(rules=rules, codes=codes, level=level), Rejected(code=str(code)) if code and code not in codes:
            return (charge("wrong-error", rules[0], level),)
        case MustAccept(), Rejected():
            return (charge("too-strict", "", Level.MUST),)
        case MustAccept(replay_of=str(first)), Accepted(body=body) if body.get("WindowTaskId") != first:
            return (charge("wrong-effect", "token.replay-same-id", Level.MUST),)
        case _:
            return ()


def _form_charges(expected: Expectation, observation: Observation) -> tuple[Charge, ...]:
    """Judge the form of an answer, whatever it says."""
    match observation:
        case Accepted() if isinstance(expected, MustReject):
            return ()  # the wrong answer in any form is one finding
        case Accepted(flaw=str(flaw)) if flaw:
            return (_form("wire.success-body", "wire", "a JSON object in UTF-8", f"a body that {flaw}"),)
        case Accepted(status=status, body=body, content_type=content_type):
            return tuple(_success_form(status, body, content_type))
        case Rejected(status=status, code="") if isinstance(expected, MustReject):
            return (
                _form(
                    "wire.error-code", "wire", "an error code in __type, code or the header", f"HTTP {status}, no code"
                ),
            )
        case Rejected(status=status, code=code) if isinstance(expected, MustReject) and code in expected.codes:
            return tuple(_error_form(status, code))
        case _:
            return ()


def _success_form(status: int, body: Mapping[str, Any], content_type: str) -> list[Charge]:
    found = []
    if status != 200:
        found.append(_form("wire.success-status", "wire", "HTTP 200", f"HTTP {status}"))
    if content_type and content_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
        found.append(_form("wire.success-content-type", "wire", CONTENT_TYPE, content_type))
    id = body.get("WindowTaskId")
    if id is None:
        found.append(
            _form("wire.success-body", "wire", "a WindowTaskId", f"only {', '.join(sorted(body)) or 'nothing'}")
        )
    elif not is_task_id(id):
        found.append(_form("WindowTaskId.shape", "wrong-effect", "a UUID of 36 characters", repr(id)))
    return found


def is_task_id(value: object) -> bool:
    """Tell whether a value has the shape of a WindowTaskId, as the model states it."""
    shape = service_model()["shapes"]["MaintenanceWindowTaskId"]
    return isinstance(value, str) and matches(shape["pattern"], value)


def _error_form(status: int, code: str) -> list[Charge]:
    if status == 400 or (code == DOES_NOT_EXIST and status == 404):
        return []  # 404 is the code's query-protocol status: open (C-10)
    named = f"errors.{code}.status"
    id = named if code in (MISMATCH, LIMIT, DOES_NOT_EXIST) else "errors.client-error-status"
    return [_form(id, "wire", "HTTP 400", f"HTTP {status} with {code}")]


def _form(id: str, kind: DivergenceKind, expected: str, observed: str) -> Charge:
    return Charge(kind=kind, rule=id, level=rule(id).level, expected=expected, observed=observed)
