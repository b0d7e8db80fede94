"use strict";
(() => {
  const form = document.querySelector("form.filters");
  const output = form.querySelector("output");
  const body = document.querySelector("#rules tbody");
  const rows = [...body.rows];
  const findings = [...document.querySelectorAll("details.finding")];
  const groups = [...document.querySelectorAll(".cause")];
  const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const findingWords = new Map(findings.map((each) => [each, each.textContent.toLowerCase()]));
  const rowOf = new Map(rows.map((row) => [row.id.slice("rule=".length), row]));
  const paste = JSON.parse(document.getElementById("lines").textContent);
  const NAMES = ["area", "level", "verdict", "text"];
  const LANGUAGES = [["boto3", "Python (boto3)"], ["cli", "AWS CLI"], ["curl", "curl"]];

  // --- filter

  const fits = (row, text) =>
    ["area", "level", "verdict"].every((name) => {
      const wanted = form.elements[name].value;
      return !wanted || row.dataset[name] === wanted;
    }) && (!text || words.get(row).includes(text));

  function filter() {
    const text = form.elements.text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !fits(row, text);
      if (!row.hidden) shown += 1;
    }
    let left = 0;
    for (const each of findings) {
      const row = rowOf.get(each.dataset.rule);
      const kept = row ? fits(row, "") && (!text || words.get(row).includes(text) || findingWords.get(each).includes(text)) : true;
      each.hidden = !kept;
      if (kept) left += 1;
    }
    for (const group of groups) group.hidden = !group.querySelector("details.finding:not([hidden])");
    document.getElementById("no-findings").hidden = left > 0 || findings.length === 0;
    output.value = `${shown} of ${rows.length} rules, ${left} of ${findings.length} findings`;
  }

  function changed() {
    filter();
    const set = new URLSearchParams();
    for (const name of NAMES) if (form.elements[name].value) set.set(name, form.elements[name].value);
    history.replaceState(null, "", set.size ? `#filter:${set}` : location.pathname + location.search);
  }

  function setFilter(values) {
    for (const name of NAMES) form.elements[name].value = values.get(name) || "";
    filter();
  }

  // --- links

  function follow() {
    let id = location.hash.slice(1);
    document.querySelector(".linked")?.classList.remove("linked");
    if (id.startsWith("filter:")) {
      setFilter(new URLSearchParams(id.slice("filter:".length)));
      document.getElementById("rules").scrollIntoView();
      return;
    }
    try { id = decodeURIComponent(id); } catch { /* a stray percent sign: take it as it is */ }
    const found = id && document.getElementById(id);
    if (!found || !id.includes("=")) return;
    if (found.hidden || found.closest("[hidden]")) setFilter(new Map());
    show(found);
  }

  function show(found) {
    document.querySelector(".linked")?.classList.remove("linked");
    if (found instanceof HTMLDetailsElement) found.open = true;
    found.classList.add("linked");
    found.scrollIntoView({ block: found.classList.contains("cause") ? "start" : "center" });
    const focus = found.querySelector("summary, a");
    if (focus) focus.focus({ preventScroll: true });
  }

  function step(by) {
    const seen = findings.filter((each) => !each.hidden);
    if (!seen.length) return;
    const at = seen.indexOf(document.activeElement?.closest?.("details.finding"));
    const next = seen[at < 0 ? (by > 0 ? 0 : seen.length - 1) : Math.min(Math.max(at + by, 0), seen.length - 1)];
    if (at >= 0 && seen[at] !== next) seen[at].open = false;
    show(next);
  }

  // --- lines to paste

  const textOf = (numbers) => numbers.map((number) => paste.parts[number]).join("");

  function element(name, text, properties = {}) {
    const made = Object.assign(document.createElement(name), properties);
    if (text) made.textContent = text;
    return made;
  }

  function drawLines(place) {
    const own = paste.findings[place.dataset.finding];
    if (!own || place.childElementCount) return;
    const bar = element("div", "", { className: "paste" });
    bar.append(element("b", "See it yourself:"));
    const shown = element("div");
    for (const [key, name] of LANGUAGES) {
      if (!own[key]) continue;
      const button = element("button", `Copy ${key === "cli" ? "AWS CLI" : key}`, { type: "button" });
      button.addEventListener("click", () => {
        copy(button, textOf(own[key]));
        const figure = element("figure", "", { className: "code" });
        const pre = element("pre", "", { tabIndex: 0 });
        pre.append(element("code", textOf(own[key])));
        figure.append(element("figcaption", name), pre);
        shown.replaceChildren(figure);
      });
      bar.append(button);
    }
    place.append(bar);
    if (own.note) place.append(element("p", own.note, { className: "soft" }));
    if (LANGUAGES.some(([key]) => own[key] === null)) place.append(element("p", "Lines too long for this file are in report.json.", { className: "soft" }));
    place.append(shown);
  }

  async function copy(button, text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A file that was opened from a disk may have no clipboard: take the old way.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const before = button.dataset.before || (button.dataset.before = button.textContent);
    button.textContent = "Copied ✓";
    setTimeout(() => { button.textContent = before; }, 1500);
  }

  // --- sorting

  const original = new Map(rows.map((row, at) => [row, at]));
  function sort(head, at) {
    const before = head.getAttribute("aria-sort");
    for (const each of head.parentElement.cells) each.removeAttribute("aria-sort");
    const direction = before === "ascending" ? "descending" : before === "descending" ? "" : "ascending";
    if (direction) head.setAttribute("aria-sort", direction);
    const sign = direction === "descending" ? -1 : 1;
    const key = (row) => row.cells[at].textContent.trim();
    const compare = head.dataset.sort === "number" ? (a, b) => key(a) - key(b) : (a, b) => key(a).localeCompare(key(b), "en");
    rows.sort((a, b) => (direction ? sign * compare(a, b) : 0) || original.get(a) - original.get(b));
    body.append(...rows);
  }
  [...document.querySelectorAll("#rules thead th")].forEach((head, at) => {
    const button = element("button", head.textContent, { type: "button" });
    head.replaceChildren(button);
    button.addEventListener("click", () => sort(head, at));
  });

  // --- all together

  form.hidden = false;
  for (const button of document.querySelectorAll("button.copy")) button.hidden = false;
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copy(button, button.closest("figure").querySelector("code").textContent);
  });
  for (const each of findings) {
    each.addEventListener("toggle", () => { if (each.open) each.querySelectorAll(".repro").forEach(drawLines); });
    if (each.open) each.querySelectorAll(".repro").forEach(drawLines);
  }
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      form.elements.text.focus();
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    }
  });
  addEventListener("beforeprint", () => { for (const each of findings) each.open = true; });
  filter();
  follow();
})();
