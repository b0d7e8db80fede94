"""The HTML report in a real browser: silent, alone, and doing what its controls promise."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest

from conformance.events import read_log
from reports import html

LOG = Path(__file__).parents[1] / "golden" / "run.jsonl"
VISIBLE = "[...document.querySelectorAll('#rules tbody tr')].filter(row => !row.hidden).map(row => row.id.slice(5))"
FINDINGS = (
    "[...document.querySelectorAll('details.finding')].filter(each => !each.hidden).map(each => each.dataset.rule)"
)


@pytest.fixture
def report(tmp_path: Path) -> str:
    """Give the address of the golden log's report."""
    path = tmp_path / "report.html"
    path.write_text(html.render(read_log(LOG)), "utf-8")
    return path.as_uri()


def test_it_complains_of_nothing_and_asks_for_nothing_but_itself(page: Any, report: str) -> None:
    page.open(report)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    page.evaluate("new Promise(done => setTimeout(done, 300))")
    assert [] == page.errors
    assert [report] == page.requests


def test_a_filter_leaves_the_rules_and_the_findings_that_fit_it(page: Any, report: str) -> None:
    page.open(report)
    everything = page.evaluate(VISIBLE)
    page.evaluate(
        "{ const form = document.querySelector('form.filters'); form.elements.area.value = 'state';"
        "form.dispatchEvent(new Event('input')); }"
    )
    assert ["token.mismatch-refused", "acceptance.reads-work", "deregister.twice-refused"] == page.evaluate(VISIBLE)
    assert set(page.evaluate(VISIBLE)) == set(page.evaluate(FINDINGS))
    assert "#filter:area=state" == page.evaluate("location.hash")
    page.evaluate("document.querySelector('form.filters button[type=reset]').click()")
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    assert everything == page.evaluate(VISIBLE)


def test_a_link_to_a_filter_sets_it(page: Any, report: str) -> None:
    page.open(f"{report}#filter:verdict=diverges&text=name")
    assert ["Name.max-length", "Name.type"] == page.evaluate(VISIBLE)
    assert "name" == page.evaluate("document.querySelector('form.filters').elements.text.value")


def test_a_link_to_a_rule_or_a_finding_leads_there(page: Any, report: str) -> None:
    finding = page_finding(page, report)
    for hash, opened in ((f"finding={finding}", True), ("rule=Name.accepted", False)):
        page.open("about:blank#x")
        page.open(f"{report}#{hash}")
        assert hash == page.evaluate("document.querySelector('.linked').id")
        assert opened is page.evaluate("document.querySelector('.linked').open === true")
        top = page.evaluate("document.querySelector('.linked').getBoundingClientRect().top")
        assert -600 < top < 900


def page_finding(page: Any, report: str) -> str:
    page.open(report)
    found: str = page.evaluate("document.querySelectorAll('details.finding')[3].id.slice('finding='.length)")
    return found


def test_keys_begin_a_search_and_go_through_the_findings(page: Any, report: str) -> None:
    page.open(report)
    page.press("j")
    page.press("j")
    linked = "[...document.querySelectorAll('details.finding')].findIndex(each => each.matches('.linked'))"
    assert 1 == page.evaluate(linked)
    page.press("k")
    assert page.evaluate("document.querySelector('details.finding').open")
    page.press("/")
    assert "text" == page.evaluate("document.activeElement.name")


def test_a_column_sorts_up_down_and_back(page: Any, report: str) -> None:
    page.open(report)
    before = page.evaluate(VISIBLE)
    click = "document.querySelector('#rules th button').click()"
    page.evaluate(click)
    assert sorted(before, key=str.lower) == sorted(page.evaluate(VISIBLE), key=str.lower)
    upwards = page.evaluate(VISIBLE)
    assert before != upwards
    assert "ascending" == page.evaluate("document.querySelector('#rules th').getAttribute('aria-sort')")
    page.evaluate(click)
    assert upwards[::-1] == page.evaluate(VISIBLE)
    page.evaluate(click)
    assert before == page.evaluate(VISIBLE)


def test_the_lines_to_copy_are_the_lines_of_the_log(page: Any, report: str) -> None:
    page.open(report)
    page.evaluate("document.querySelectorAll('details.finding').forEach(each => { each.open = true; })")
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    for finding in read_log(LOG).findings:
        place = f"document.querySelector('.repro[data-finding=\"{finding.id}\"]')"
        page.evaluate(f"{place}.querySelector('button').click()")
        assert finding.repro["boto3"] == page.evaluate(f"{place}.querySelector('pre').textContent")
        if "note" in finding.repro:
            assert finding.repro["note"] in page.evaluate(f"{place}.textContent")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
def test_it_is_drawn_in_light_and_dark_and_fits_a_phone(
    page: Any, report: str, tmp_path: Path, scheme: str, width: int
) -> None:
    page.open(report, width=width, scheme=scheme)
    picture = page.screenshot(tmp_path / f"{scheme}-{width}.png")
    assert len(zlib.compress(picture)) > 15_000  # an empty page is a few hundred bytes
    red, green, blue = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (red + green + blue > 600) is (scheme == "light")
    assert width >= page.evaluate("document.documentElement.scrollWidth")


CONTRAST = """
(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => [r, g, b].map(v => linear(v / 255))
    .reduce((sum, v, at) => sum + v * [.2126, .7152, .0722][at], 0);
  const behind = (each) => { for (; each; each = each.parentElement) {
    const c = rgb(getComputedStyle(each).backgroundColor);
    if (c.length < 4 || c[3] === 1) return c;
  } return [255, 255, 255]; };
  const poor = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const each = node.parentElement;
    if (!node.data.trim() || !each.getClientRects().length || each.matches('.sr, script, option')) continue;
    const [a, b] = [light(rgb(getComputedStyle(each).color)), light(behind(each))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.add(`${each.tagName}.${each.className} ${ratio.toFixed(2)}`);
  }
  return [...poor];
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_text_has_the_contrast_that_wcag_aa_asks_for(page: Any, report: str, scheme: str) -> None:
    page.open(report, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    assert [] == page.evaluate(CONTRAST)
