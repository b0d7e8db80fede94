"""The log: what is written is read back, and a log that breaks off is no result."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.events import (
    BadLog,
    CaseFinished,
    ChargeFacts,
    Event,
    Finding,
    MissingFooter,
    RuleFacts,
    RunFinished,
    RunStarted,
    TargetFacts,
    from_json,
    gather,
    read_log,
    to_json,
)

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
_OBJECT = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)


def _of_type(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type, by the type alone, so that a new field is tested without a line here."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _instances(typing.cast("type[Any]", hint))
    if origin is typing.Literal:
        return st.sampled_from(parts)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*map(_of_type, parts))
    if origin is tuple:
        return st.lists(_of_type(parts[0]), max_size=2).map(tuple)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=8),
        int: st.integers(0, 10**6),
        float: st.floats(0, 1e6),
        bool: st.booleans(),
        type(None): st.none(),
        Any: _JSON,
    }
    return simple.get(hint, _OBJECT)


def _instances(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{each.name: _of_type(hints[each.name]) for each in dataclasses.fields(kind)})


EVENTS = (RunStarted, CaseFinished, Finding, RunFinished)


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_is_read_back_as_it_was_written(kind: type[Any]) -> None:
    @settings(max_examples=100, derandomize=True, database=None, deadline=None)
    @given(event=_instances(kind))
    def round_trip(event: Event) -> None:
        line = to_json(event)
        assert "\n" not in line
        assert line.isascii()
        assert event == from_json(line)
        assert line == to_json(from_json(line))

    round_trip()


STARTED = RunStarted(
    suite="0",
    botocore="1",
    contract_digest="0",
    rules=(
        RuleFacts(
            id="Name.pattern",
            area="input",
            level="MUST",
            evidence="model",
            source="s",
            statement="t",
            planned=True,
        ),
    ),
    target=TargetFacts(name="moto", kind="in-process"),
    profile="quick",
    seed=0,
)
CASE = CaseFinished(
    case="Name.pattern/a",
    rule="Name.pattern",
    label="a",
    verdict="diverges",
    expect="reject",
    outcome="accepted",
    request={"Name": "a b"},
    charges=(ChargeFacts(rule="Name.pattern", kind="too-lenient", level="MUST", expected="e", observed="o"),),
)
FINISHED = RunFinished(requests=1, seconds=0.5, valid=True, exit_status=0)


def test_equal_events_give_equal_bytes_whatever_the_order_of_their_keys() -> None:
    first = dataclasses.replace(CASE, request={"a": 1, "b": 2})
    second = dataclasses.replace(CASE, request={"b": 2, "a": 1})
    assert to_json(first) == to_json(second)


def test_what_a_newer_suite_says_beside_is_left_aside() -> None:
    line = json.dumps({**json.loads(to_json(FINISHED)), "mood": "good"})
    assert FINISHED == from_json(line)


@pytest.mark.parametrize(
    "line", ["", "no json", "5", "[]", "{}", '{"event": "Gone"}', '{"event": "RunFinished"}', '{"event": ["a"]}']
)
def test_a_line_that_is_no_event_is_told(line: str) -> None:
    with pytest.raises(BadLog, match="is no event of a run"):
        from_json(line)


def test_a_whole_log_is_gathered() -> None:
    log = gather((STARTED, CASE, FINISHED))
    assert ((CASE,), (), STARTED, FINISHED) == (log.cases, log.findings, log.started, log.finished)


def test_a_log_without_a_footer_is_no_result() -> None:
    with pytest.raises(MissingFooter, match="broke off"):
        gather((STARTED, CASE))


def test_a_log_without_a_header_is_none() -> None:
    with pytest.raises(BadLog, match="no RunStarted"):
        gather((CASE, FINISHED))


def test_a_log_is_read_from_a_file_with_empty_lines_left_aside(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text("\n\n".join(to_json(each) for each in (STARTED, CASE, FINISHED)) + "\n", "utf-8")
    assert gather((STARTED, CASE, FINISHED)) == read_log(path)


def test_a_log_that_was_cut_in_the_middle_of_a_line_is_bad(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(to_json(STARTED) + "\n" + to_json(CASE)[:50], "utf-8")
    with pytest.raises(BadLog):
        read_log(path)


def test_a_log_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_log(tmp_path / "none.jsonl")
