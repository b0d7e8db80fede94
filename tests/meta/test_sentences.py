"""Every sentence that the installed model has on the operation is claimed by what really deals with it."""

from __future__ import annotations

import copy
import html
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.catalogue import rule, rules
from conformance.contract.exclusions import EXCLUSIONS
from conformance.contract.open import open_questions
from conformance.contract.page import page
from conformance.contract.sentences import Claim, Sentence, claim_of, claims, sentences, sentences_on, split, words_on
from conformance.contract.shapes import botocore_version, service_model

QUESTIONS = {each.id for each in open_questions()}
EXCLUDED = {each.id for each in EXCLUSIONS}


def _how_to_claim(unclaimed: list[Sentence]) -> str:
    lines = [f'["{each.place}"]\n{each.digest} = {{ says = "…", rules = ["…"] }}  # {each.text}' for each in unclaimed]
    return (
        f"botocore {botocore_version()} says what nobody has claimed. Read each sentence, then add a line in our own "
        "words to conformance/contract/sentences.toml, with rules, open, excluded or gap:\n" + "\n".join(lines)
    )


def test_every_sentence_of_the_installed_model_is_claimed() -> None:
    found = sentences()
    unclaimed = [each for each in found if claim_of(each) is None]
    assert len(found) > 150
    assert [] == unclaimed, _how_to_claim(unclaimed)


def test_a_gap_is_told_and_there_is_none_at_the_moment() -> None:
    gaps = {f"{each.place}: {each.says}": each.gap for each in claims().values() if each.gap}
    assert {} == gaps, f"testable, and tested by no rule: {gaps}"


@pytest.mark.parametrize("claim", claims().values(), ids=lambda claim: f"{claim.place}-{claim.digest}")
def test_a_claim_names_what_there_is(claim: Claim) -> None:
    assert claim.says
    assert claim.rules or claim.open or claim.excluded or claim.gap
    assert all(claim.rule_ids(rules(), pattern) for pattern in claim.rules), claim.rules
    assert set(claim.open) <= QUESTIONS
    assert set(claim.excluded) <= EXCLUDED


def _runs(text: str, length: int = 6) -> set[tuple[str, ...]]:
    words = text.lower().replace(",", " ").replace(".", " ").split()
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def test_a_claim_is_in_our_own_words() -> None:
    theirs = set[tuple[str, ...]]().union(*(_runs(each.text) for each in sentences()))
    assert len(theirs) > 500
    assert [] == [each.says for each in claims().values() if _runs(each.says) & theirs]


def test_every_exclusion_that_the_model_speaks_of_is_claimed_by_a_sentence() -> None:
    named = {id for each in claims().values() for id in each.excluded}
    assert {"AccessDeniedException"} == EXCLUDED - named, "it stands in no sentence of the model, and no other does so"


def test_a_sentence_that_is_reworded_is_unclaimed() -> None:
    model = copy.deepcopy({name: service_model()[name] for name in ("operations", "shapes")})
    members: dict[str, Any] = model["shapes"]["RegisterTaskWithMaintenanceWindowRequest"]["members"]
    members["Name"]["documentation"] = "<p>An optional name for the task. It can't be <code>aws</code>.</p>"
    unclaimed = [each for each in sentences(model) if claim_of(each) is None]
    assert [("RegisterTaskWithMaintenanceWindowRequest.Name", "It can't be aws.")] == [
        (each.place, each.text) for each in unclaimed
    ]
    assert "sentences.toml" in _how_to_claim(unclaimed)


def test_a_finding_tells_the_sentence_that_its_rule_rests_on_and_no_more() -> None:
    on_errors = words_on(rule("targetless.MaxErrors-refused"))
    assert on_errors == html.escape(sentences_on("targetless.MaxErrors-refused")[0].text, quote=False)
    assert "placeholder" not in on_errors
    assert "placeholder" in words_on(rule("default.MaxErrors"))
    assert words_on(rule("Name.pattern")), "no sentence speaks of the pattern, so all that is said of the name is told"
    assert "&lt;instance-id-1&gt;" in words_on(rule("LAMBDA.targeted-accepted"))


@pytest.mark.parametrize(
    ("markup", "parts"),
    [
        ("", ()),
        ("<p>One. Two.</p>", ("One.", "Two.")),
        ("<p>One <code>1</code>. </p>\n<p>Two &lt;x&gt;</p>", ("One 1.", "Two <x>")),
        ("<ul> <li> <p>A.B is one.</p> </li> <li>two</li> </ul>", ("A.B is one.", "two")),
        ('<p>Listed as "Required: No", a value.</p>', ('Listed as "Required: No", a value.',)),
        ("<p>See <a href='x.html'>This. Page</a></p>", ("See This.", "Page")),
        ("<p>One.</p> <p>(Optional) Two.</p>", ("One.", "(Optional) Two.")),
    ],
)
def test_documentation_is_split_into_sentences(markup: str, parts: tuple[str, ...]) -> None:
    assert parts == split(markup)


def test_the_page_of_the_contract_is_true() -> None:
    drawn = Path(__file__).parents[2].joinpath("docs", "contract.md").read_text("utf-8")
    assert drawn == page(), "redraw it: mw-conformance list --format markdown --all > docs/contract.md"


def test_the_page_has_every_rule_question_and_exclusion_and_no_words_of_aws() -> None:
    text = page()
    for id in (*rules(), *QUESTIONS, *EXCLUDED):
        assert f"`{id}`" in text
    assert [] == [each.text for each in sentences() if len(each.text.split()) > 5 and each.text in text]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    widths = {line.replace("\\|", "").count("|") for line in rows}
    assert widths <= {4, 5, 8}, "a table has another number of columns than its header"
