"""How values are measured: section 9 of the semantics as a table, code points, base64."""

from __future__ import annotations

import pytest

from conformance.contract.measures import (
    decoded,
    length,
    matches,
    matches_but_for_length,
    readings_differ,
    utf16_length,
)
from conformance.contract.rule import Pattern
from conformance.contract.shapes import Node, request_tree

PATTERNS: dict[str, Node] = {node.shape: node for node in request_tree().walk()}


def _pattern(shape: str) -> str:
    return next(rule.regex for rule in PATTERNS[shape].constraints if isinstance(rule, Pattern))


NO, YES, OPEN = "no", "yes", "open"

TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "MaxConcurrency": {
        NO: ("0", "00", "07", "0%", "07%", "101%", "1000%", "+1", "1.0", " 1", "1 ", "١", "１", "1\n", "1%\n", "", "%"),
        YES: ("1", "9999999", "1%", "99%", "100%", "10000000"),
    },
    "MaxErrors": {
        NO: ("00", "00%", "07", "101%", "1\n", "0\n", "١", "۰", "-1", "1e1", ""),
        YES: ("0", "0%", "9%", "100%", "9999999"),
    },
    "MaintenanceWindowId": {
        NO: (
            "mw-0123456789ABCDEF0",
            "MW-0123456789abcdef0",
            "mw-0123456789abcdef",
            "mw-0123456789abcdef01",
            "mw-0123456789abcdef0\n",
        ),
        YES: ("mw-0123456789abcdef0",),
    },
    "MaintenanceWindowName": {
        NO: ("ab", "a" * 129, "a b", "ábc", "abc\n", "日本語"),
        YES: ("...", "a.b", "---", "a" * 128),
    },
    "DocumentVersion": {
        NO: ("0", "01", "", "$latest", "1a", "a1", "1\n", "١"),
        YES: ("$LATEST", "$DEFAULT", "1", "12345678901234567890"),
        OPEN: ("x$LATEST", "$LATEST1", "$LATEST\n"),  # this branch of the pattern has no anchors
    },
    "TargetKey": {
        NO: ("tag:a+b", "a,b", "a\tb", "a\nb", "tag:a\n"),
        YES: ("", "InstanceIds", "tag:Größe", "tag:環境", "tag:١", "tag:a b", "_.:/=-@"),
        OPEN: ("!resource-groups:Name!",),
    },
    "AlarmName": {
        NO: (" ", "\t", "\n\n", ""),
        YES: (" a", "a", "a "),
        OPEN: ("a\nb", "\u00a0", "\u3000"),
    },
}

ROWS = [(shape, reading, text) for shape, rows in TABLE.items() for reading, texts in rows.items() for text in texts]


@pytest.mark.parametrize(("shape", "reading", "text"), ROWS, ids=[f"{s} {r} {t[:24]!r}" for s, r, t in ROWS])
def test_the_table_of_section_9(shape: str, reading: str, text: str) -> None:
    pattern = _pattern(shape)
    if reading == OPEN:
        assert readings_differ(pattern, text)
    else:
        assert (reading == YES) == matches(pattern, text)
        assert not readings_differ(pattern, text)


@pytest.mark.parametrize("shape", TABLE)
def test_a_trailing_newline_never_slips_through(shape: str) -> None:
    text = next(text for text in TABLE[shape][YES] if text)
    assert shape == "AlarmName" or not matches(_pattern(shape), f"{text}\n")


def test_java_sees_no_blank_in_a_no_break_space() -> None:
    assert matches(_pattern("AlarmName"), "\u00a0")
    assert not matches(_pattern("AlarmName"), "a\nb")


@pytest.mark.parametrize(
    ("shape", "text", "holds"),
    [
        ("MaintenanceWindowName", "ab", True),
        ("MaintenanceWindowName", "a" * 129, True),
        ("MaintenanceWindowName", "a ", False),
        ("MaintenanceWindowName", "", True),
        ("MaintenanceWindowId", "mw-0", True),
        ("MaintenanceWindowId", "mw-G", False),
    ],
)
def test_characters_are_told_from_their_number(shape: str, text: str, holds: bool) -> None:
    assert holds == matches_but_for_length(_pattern(shape), text)


@pytest.mark.parametrize(
    ("text", "points", "units"),
    [("", 0, 0), ("abc", 3, 3), ("é", 1, 1), ("漢字", 2, 2), ("e\u0301", 2, 2), ("😀", 1, 2)],
)
def test_a_length_counts_code_points(text: str, points: int, units: int) -> None:
    assert points == length(text)
    assert units == utf16_length(text)


def test_a_length_counts_items_and_entries() -> None:
    assert 2 == length(["a", "b"])
    assert 1 == length({"a": []})


def test_what_has_no_length_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="value=5 has no length; expected"):
        length(5)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("", b""),
        ("e30=", b"{}"),
        ("AAAA", b"\0\0\0"),
        ("e30", None),
        ("e", None),
        ("e3 0=", None),
        ("e30=\n", None),
        ("{}", None),
        ("é30=", None),
        ("_-8=", None),
    ],
)
def test_base64_is_read_strictly(text: str, content: bytes | None) -> None:
    assert content == decoded(text)
