"""The whole contract as one Markdown page, which `mw-conformance list --format markdown --all` draws.

AWS's sentences are not on it: they are named by place and digest, and told in our own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from conformance.contract.catalogue import contract_digest, rules
from conformance.contract.exclusions import EXCLUSIONS
from conformance.contract.open import open_questions
from conformance.contract.rule import (
    REFUSED,
    Area,
    Level,
    MaxLength,
    MaxValue,
    MinLength,
    MinValue,
    Pattern,
    Rule,
)
from conformance.contract.sentences import Claim, Sentence, claim_of, sentences
from conformance.contract.shapes import OPERATION, botocore_version, top_of

_CHAPTERS = {
    Area.INPUT: "one member at a time",
    Area.COMBINATION: "several members together",
    Area.EFFECT: "what a registration leaves behind",
    Area.STATE: "sequences of calls",
    Area.ERRORS: "how a refusal travels",
    Area.WIRE: "the awsJson1.1 protocol, and JSON of the wrong type",
}


def page() -> str:
    """Draw the page from the installed model; it ends with a newline."""
    return "\n".join([*_head(), *_chapters(), *_questions(), *_exclusions(), *_sentences()]) + "\n"


def _head() -> Iterator[str]:
    every = list(rules().values())
    yield "# The contract"
    yield ""
    yield "Drawn by `mw-conformance list --format markdown --all > docs/contract.md`; a test keeps it true."
    yield ""
    yield (
        f"What is documented about `{OPERATION}`, as this suite reads it: {len(every)} rules "
        f"(botocore {botocore_version()}, digest `{contract_digest()}`), {len(open_questions())} open questions, "
        f"{len(EXCLUSIONS)} exclusions."
    )
    yield ""
    yield (
        "A rule is MUST where the model or the documents say so, SHOULD where it is implied or was observed. Its "
        "boundary is the last value that is taken and the first that is refused. "
        f"Where no code stands in a refusing rule, {_or(REFUSED)} is right."
    )
    yield from _table(
        ("area", "is about", "MUST", "SHOULD"),
        [
            (
                f"[{area}](#{area})",
                about,
                *(str(sum(each.area is area and each.level is level for each in every)) for level in Level),
            )
            for area, about in _CHAPTERS.items()
        ],
    )


def _chapters() -> Iterator[str]:
    for area in _CHAPTERS:
        yield f"## {area}"
        found = [each for each in rules().values() if each.area is area]
        for top, group in groupby(found, key=lambda each: top_of(each.path) if area is Area.INPUT else ""):
            if top:
                yield f"### {top}"
            header = ("rule", "says", "level", "from", "boundary", "refused with", "source")
            yield from _table(header, [_row(each) for each in group])


def _row(rule: Rule) -> tuple[str, ...]:
    codes = "" if rule.codes == REFUSED else _or(rule.codes)
    return (_code(rule.id), _says(rule), rule.level, rule.evidence, _boundary(rule), codes, _text(rule.source))


def _says(rule: Rule) -> str:
    if isinstance(rule.check, Pattern):
        return f"{_code(rule.path)} matches {_code(rule.check.regex)}"
    before, path, after = rule.statement.partition(rule.path) if rule.path else (rule.statement, "", "")
    before, after = _text(before), _text(after)
    return f"{before}{_code(path)}{after}" if path else before


def _boundary(rule: Rule) -> str:
    match rule.check:
        case MinLength(limit) | MinValue(limit):
            return f"{limit}, {limit - 1}"
        case MaxLength(limit) | MaxValue(limit):
            return f"{limit}, {limit + 1}"
        case _:
            return ""


def _questions() -> Iterator[str]:
    yield "## Open questions"
    yield ""
    yield "The documents contradict each other here, or are silent. Either answer conforms; a server error does not."
    rows = [(_code(each.id), _text(each.question), _text(each.source)) for each in open_questions()]
    yield from _table(("question", "asks", "source"), rows)


def _exclusions() -> Iterator[str]:
    yield "## Exclusions"
    yield ""
    yield "Documented, and not tested."
    rows = [(_code(each.id), _text(each.sentence), _text(each.reason), _text(each.source)) for each in EXCLUSIONS]
    yield from _table(("exclusion", "is about", "why", "source"), rows)


def _sentences() -> Iterator[str]:
    found = [(each, claim_of(each)) for each in sentences()]
    gaps = [each for each, claim in found if claim is not None and claim.gap]
    yield "## Documented sentences"
    yield ""
    yield (
        f"botocore {botocore_version()} has {len(found)} sentences on the operation, its members and its errors. They "
        "stand here in our own words, by place and digest; `mw-conformance list --sentences` shows AWS's words. "
        f"Testable and not tested yet: {len(gaps)}."
    )
    for place, group in groupby(found, key=lambda each: each[0].place):
        yield f"### {place}"
        yield from _table(("digest", "says", "dealt with by"), [_claimed(*each) for each in group])


def _claimed(sentence: Sentence, claim: Claim | None) -> tuple[str, str, str]:
    if claim is None:
        return _code(sentence.digest), "", "unclaimed"
    names = [
        *map(_code, claim.rules),
        *(f"open {_code(id)}" for id in claim.open),
        *(f"excluded {_code(id)}" for id in claim.excluded),
        *([f"gap: {_text(claim.gap)}"] if claim.gap else []),
    ]
    return _code(sentence.digest), _text(claim.says), ", ".join(names)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _text(text: str) -> str:
    return re.sub(r"([\\`*\[\]<>|])", r"\\\1", text)


def _or(codes: frozenset[str]) -> str:
    return " or ".join(sorted(codes, reverse=True))
