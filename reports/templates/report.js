"use strict";
(() => {
  const form = document.querySelector("form.filters");
  const output = form.querySelector("output");
  const rows = [...document.querySelectorAll("#rules tbody tr")];
  const findings = [...document.querySelectorAll("details.finding")];
  const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const findingWords = new Map(findings.map((each) => [each, each.textContent.toLowerCase()]));
  const rowOf = new Map(rows.map((row) => [row.id.slice("rule=".length), row]));

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
    document.getElementById("no-findings").hidden = left > 0 || findings.length === 0;
    output.value = `${shown} of ${rows.length} rules, ${left} of ${findings.length} findings`;
  }

  function clear() {
    for (const name of ["text", "area", "level", "verdict"]) form.elements[name].value = "";
    filter();
  }

  function follow() {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* a stray percent sign: take it as it is */ }
    document.querySelector(".linked")?.classList.remove("linked");
    const found = id && document.getElementById(id);
    if (!found || !id.includes("=")) return;
    if (found.hidden) clear();
    if (found instanceof HTMLDetailsElement) found.open = true;
    found.classList.add("linked");
    found.scrollIntoView({ block: "center" });
    (found.querySelector("summary, a") || found).focus({ preventScroll: true });
  }

  async function copy(button) {
    const text = button.closest("figure").querySelector("code").textContent;
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
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }

  form.hidden = false;
  for (const button of document.querySelectorAll("button.copy")) button.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copy(button);
    const area = event.target.closest("a[data-area]");
    if (area) { clear(); form.elements.area.value = area.dataset.area; filter(); }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      form.elements.text.focus();
    }
  });
  addEventListener("beforeprint", () => { for (const each of findings) each.open = true; });
  filter();
  follow();
})();
