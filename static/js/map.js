"use strict";
/* Editing the map in place: one handler for all cells, arrows between placements, live changes from others. */
(() => {
  const EVERY = 8000; // a map open elsewhere shows a change within ten seconds
  const before = new Map(); // what stood where an editor now is
  const map = () => document.querySelector(".map");

  async function open(link) {
    const placed = link.closest(".placement");
    const add = link.matches("[data-add]");
    const target = add ? link : placed;
    const mark = target.outerHTML;
    await htmx.ajax("GET", link.getAttribute("href"), { target, swap: add ? "outerHTML" : "outerHTML" });
    const editor = [...document.querySelectorAll(".map .editing")].find((one) => !before.has(one));
    if (!editor) return;
    before.set(editor, mark);
    const first = editor.querySelector("[autofocus], input:not([type=hidden]), select, button");
    if (first) { first.focus(); if (first.select) first.select(); }
  }

  function close(editor) {
    const mark = before.get(editor) || (() => { const found = [...before.entries()].find(([one]) => one.id && one.id === editor.id); return found && found[1]; })();
    if (!mark) return false;
    before.delete(editor);
    const box = document.createElement("template");
    box.innerHTML = mark;
    const back = box.content.firstElementChild;
    editor.replaceWith(back);
    htmx.process(back);
    (back.matches("a") ? back : back.querySelector("a"))?.focus();
    return true;
  }

  function move(from, key) {
    const cell = from.closest("td, th"), row = from.closest("tr");
    const links = (where) => [...where.querySelectorAll("a.what, a.add, a.name")];
    const here = links(cell), at = here.indexOf(from);
    let to = null;
    if (key === "ArrowDown" && at < here.length - 1) to = here[at + 1];
    else if (key === "ArrowUp" && at > 0) to = here[at - 1];
    else if (key === "ArrowDown" || key === "ArrowUp") {
      const next = key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      const there = next && links(next.children[cell.cellIndex] || next);
      if (there) to = key === "ArrowDown" ? there[0] : there[there.length - 1];
    } else if (key === "ArrowRight" || key === "ArrowLeft") {
      let next = cell;
      do { next = key === "ArrowRight" ? next.nextElementSibling : next.previousElementSibling; to = next && links(next)[0]; } while (next && !to);
    } else if (key === "Home") to = links(row)[0];
    else if (key === "End") to = links(row).at(-1);
    if (to) to.focus();
    return Boolean(to);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) return window.print();
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.matches(".map [data-edit], .map [data-add]")) { event.preventDefault(); open(link); }
    else if (link.matches(".map [data-cancel]") && close(link.closest(".editing"))) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    const editor = at.closest?.(".map .editing");
    if (event.key === "Escape" && editor) { if (close(editor)) event.preventDefault(); return; }
    if (editor) return;
    const typing = at.matches?.("input, select, textarea");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing) {
      const undo = document.getElementById("undo");
      if (undo) { event.preventDefault(); undo.requestSubmit(); }
    } else if (at.matches?.(".map a")) {
      if (event.key === "F2") { event.preventDefault(); at.click(); }
      else if (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) && move(at, event.key)) event.preventDefault();
    }
  });

  async function look() {
    const frame = map();
    if (!frame || document.hidden || document.getElementById("text")?.value) return;
    const query = new URLSearchParams(location.search);
    query.delete("page");
    query.set("since", frame.dataset.now);
    const answer = await fetch(`/map/changes/?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer || !answer.ok) return;
    const news = await answer.json();
    frame.dataset.now = news.now;
    const shown = news.learners.filter((learner) => document.getElementById(`learner-${learner}`));
    if (!shown.length) return;
    query.delete("since");
    for (const learner of shown) query.append("learner", learner);
    const fresh = await fetch(`/map/rows/?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!fresh || !fresh.ok) return;
    const box = document.createElement("template");
    box.innerHTML = await fresh.text();
    for (const learner of shown) {
      const now = document.getElementById(`learner-${learner}`);
      const then = box.content.getElementById(`learner-${learner}`);
      if (!then) { if (!now.contains(document.activeElement) && !now.querySelector(".editing")) now.remove(); continue; }
      for (const cell of [...then.querySelectorAll("td")]) {
        const old = document.getElementById(cell.id);
        if (!old || old.innerHTML === cell.innerHTML) continue;
        if (old.querySelector(".editing")) {
          if (!old.querySelector(".elsewhere")) old.insertAdjacentHTML("beforeend", '<p class="elsewhere" role="status">Changed elsewhere. Saving will show you both versions.</p>');
          continue;
        }
        const held = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
        old.innerHTML = cell.innerHTML;
        if (held) [...old.querySelectorAll("a")].find((one) => one.getAttribute("href") === held)?.focus();
      }
    }
  }
  setInterval(look, EVERY);
})();
