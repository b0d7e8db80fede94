"""Evidence: keep each request and answer of a run in a folder, and replay it later as a target, without a call.

A replay looks requests up by operation and body. It has the run id of the record, so that names and tokens are the
same, and each recorded answer is given once, in the order in which equal requests were answered.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, final

from conformance import scrub
from conformance.events import TargetFacts
from conformance.observation import Accepted, Crashed, Observation, Rejected, Unreachable
from conformance.targets.answers import Answer
from conformance.targets.base import Body, RawCall, Target, TargetError

WORD = "recorded:"
_FORMAT = 1
_NAME = "exchanges.jsonl"
_HEADERS = frozenset({"content-type", "date", "x-amzn-errortype", "x-amzn-requestid"})
_KINDS = {kind.__name__: kind for kind in (Accepted, Rejected, Crashed, Unreachable)}
# Who asked (user, role session), key ids, and the account of an ARN that the suite did not send itself.
_CALLER = re.compile(r"arn:aws[a-z-]*:(?:sts|iam)::[0-9]{12}:(?:assumed-role|federated-user|user)/[^\s\"\\]+")
_KEY_ID = re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}")
_ARN_ACCOUNT = re.compile(r"(arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:)([0-9]{12})(?=:)")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What decides which requests a run sends: a replay must have the same."""

    profile: str
    seed: int
    rules: tuple[str, ...]
    quota: int
    shard: str | None = None

    def __str__(self) -> str:
        rules = "".join(f" --rules '{glob}'" for glob in self.rules)
        shard = f" --shard {self.shard}" if self.shard else ""
        return f"--profile {self.profile} --seed {self.seed} --quota {self.quota}{rules}{shard}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Whose answers a record holds, when they were taken (seconds since 1970), and with which plan."""

    run: str
    taken: int
    plan: Plan
    suite: str
    target: TargetFacts

    @property
    def day(self) -> str:
        """The day on which it was taken, in UTC."""
        return datetime.fromtimestamp(self.taken, UTC).date().isoformat()


def header_of(word: str) -> Header | None:
    """Give the header of the record that ``recorded:DIR`` names, None for any other word; TargetError if unreadable."""
    return _read(word)[0] if word.startswith(WORD) else None


def must_fit(word: str, record: str | None, plan: Plan, *, workers: int = 1) -> None:
    """Raise TargetError where the words of a run do not go with the record that it replays or takes."""
    header = header_of(word)
    if header is not None and plan != header.plan:
        raise TargetError(f"the record was taken with {header.plan}; replay it with the same")
    if record is not None:
        must_be_free(Path(record))
    if (header is not None or record is not None) and workers > 1:
        # Which worker asks what is decided by how fast each is, so that no order could be replayed.
        raise TargetError("a record is taken and replayed by one process; leave --workers out")


def must_be_free(folder: Path) -> None:
    """Raise TargetError when a folder holds a record already: evidence is never overwritten."""
    if (folder / _NAME).exists():
        raise TargetError(f"record={str(folder)!r} holds a record already; give another folder")


@final
class RecordingTarget:
    """Asks another target and writes down what it was asked and what it answered, scrubbed, one line each."""

    def __init__(self, inner: Target, folder: Path, header: Header) -> None:
        self._inner = inner
        self._own: set[str] = set()
        self._lock = threading.Lock()
        must_be_free(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = (folder / _NAME).open("x", encoding="utf-8")
        except OSError as error:
            raise TargetError(f"record={str(folder)!r} can not be written: {error.strerror}") from error
        self._write({"record": _FORMAT, **dataclasses.asdict(header)})

    @property
    def facts(self) -> TargetFacts:
        """Say who is asked."""
        return self._inner.facts

    def close(self) -> None:
        """Close the record and the target."""
        try:
            self._inner.close()
        finally:
            self._file.close()

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Ask, keep, and give what the target gave."""
        exchange, seen = getattr(self._inner, "exchange", None), getattr(self._inner, "seen", None)
        if exchange is None:
            found = observation = self._inner.ask(operation, body, valid=valid)
        else:
            found = exchange(operation, body, valid=valid)
            observation = found.read() if isinstance(found, Answer) else found
        line: dict[str, Any] = {"operation": operation, **_request(body)}
        try:
            if seen is not None:
                observation = seen(operation, body, observation)
            line |= self._kept(body, found if not isinstance(observation, Unreachable) else observation)
        except TargetError as error:
            line |= {"gaveUp": self._scrubbed(str(error))}
            raise
        finally:
            self._write(line)
        return observation

    def _kept(self, body: Body, found: Answer | Observation) -> dict[str, Any]:
        with self._lock:
            self._own |= scrub.marks(_text(body)) | set(re.findall(r"[0-9]{12}", _text(body)))
        if isinstance(found, Answer):
            told = {name.lower(): value for name, value in found.headers.items()}
            headers = {name: self._scrubbed(told[name]) for name in told if name in _HEADERS}
            text = self._scrubbed(found.body.decode("utf-8", "surrogateescape"))
            return {"answer": {"status": found.status, "headers": headers, "body": text}}
        fields = json.loads(self._scrubbed(json.dumps(dataclasses.asdict(found))))
        return {"observation": {"is": type(found).__name__, **fields}}

    def _scrubbed(self, text: str) -> str:
        text = _KEY_ID.sub("****", _CALLER.sub("arn:aws:sts::000000000000:caller", text))
        text = _ARN_ACCOUNT.sub(lambda found: found[1] + (found[2] if found[2] in self._own else "0" * 12), text)
        return scrub.text(text, scrub.known(), kept=frozenset(self._own))

    def _write(self, line: Mapping[str, Any]) -> None:
        with self._lock:
            self._file.write(json.dumps(line, sort_keys=True) + "\n")
            self._file.flush()


@final
class RecordedTarget:
    """Answers as the record does. It has no socket; what the record does not hold is `Unreachable`."""

    def __init__(self, word: str) -> None:
        header, lines = _read(word)
        self._facts = facts_of_record(header)
        self._answers: dict[str, list[Mapping[str, Any]]] = {}
        self._lock = threading.Lock()
        for line in lines:
            self._answers.setdefault(_key(line["operation"], _body(line)), []).append(line)

    @property
    def facts(self) -> TargetFacts:
        """Say who was asked, and when."""
        return self._facts

    def close(self) -> None:
        """Nothing to let go of."""

    def ask(self, operation: str, body: Body, *, valid: bool) -> Observation:
        """Give the next recorded answer to this very request; TargetError where the recorded run ended."""
        with self._lock:
            left = self._answers.get(_key(operation, body), [])
            line = left.pop(0) if left else None
        if line is None:
            return Unreachable(
                reason=f"the record holds no further answer to this {operation} request",
                hint="Take a new record, or replay this one with the suite it was taken with.",
            )
        if "gaveUp" in line:
            raise TargetError(line["gaveUp"])
        if "answer" in line:
            kept = line["answer"]
            raw = kept["body"].encode("utf-8", "surrogateescape")
            return Answer(status=kept["status"], headers=kept["headers"], body=raw).read()
        fields = dict(line["observation"])
        observation: Observation = _KINDS[fields.pop("is")](**fields)
        return observation


def facts_of_record(header: Header) -> TargetFacts:
    """Give the facts of a replay: those of the target that was asked, its version marked with the day."""
    return dataclasses.replace(header.target, version=f"{header.target.version} (recorded {header.day})".strip())


def _request(body: Body) -> dict[str, Any]:
    match body:
        case RawCall():
            envelope = {"method": body.method, "path": body.path, "headers": dict(body.headers)}
            return {"bytes": base64.b64encode(body.body).decode(), "call": envelope}
        case bytes():
            return {"bytes": base64.b64encode(body).decode()}
        case _:
            return {"request": body}


def _body(line: Mapping[str, Any]) -> Body:
    if "call" in line:
        return RawCall(body=base64.b64decode(line["bytes"]), **line["call"])
    if "bytes" in line:
        return base64.b64decode(line["bytes"])
    request: Mapping[str, Any] = line["request"]
    return request


def _key(operation: str, body: Body) -> str:
    return f"{operation} {_text(body)}"


def _text(body: Body) -> str:
    return json.dumps(_request(body), sort_keys=True)


def _read(word: str) -> tuple[Header, Iterator[Mapping[str, Any]]]:
    path = Path(word.removeprefix(WORD)) / _NAME
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        head = dict(lines[0])
        if head.pop("record") != _FORMAT:
            raise ValueError("it has another format")
        target, plan = TargetFacts(**head.pop("target")), head.pop("plan")
        return Header(target=target, plan=Plan(**{**plan, "rules": tuple(plan["rules"])}), **head), iter(lines[1:])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise TargetError(
            f"record={str(path)!r} can not be read: {error}. Give a folder that --record wrote."
        ) from error
