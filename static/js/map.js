"use strict";
/* Editing the map in place: one handler for all cells, arrows between placements, live changes from others. */
(() => {
  const EVERY = 8000; // a map open elsewhere shows a change within ten seconds
  const before = new Map(); // the id of an editor, to what stood where it now is
  const map = () => document.querySelector(".map");
  const { say } = window.provisionMap;

  async function open(link) {
    const cell = link.closest("td");
    const busy = cell.querySelector(".editing");
    if (busy) {
      say("Save or cancel what is open in this cell first.", true);
      busy.querySelector("input:not([type=hidden]), select, button")?.focus();
      return;
    }
    const target = link.matches("[data-add]") ? link : link.closest(".placement");
    const mark = target.outerHTML;
    await htmx.ajax("GET", link.getAttribute("href"), { source: link, target, swap: "outerHTML" });
    const editor = cell.querySelector(".editing");
    if (!editor) return;
    before.set(editor.id, mark);
    const first = editor.querySelector("[autofocus], input:not([type=hidden]), select, button");
    first?.focus();
    first?.select?.();
  }

  function close(editor) {
    const mark = before.get(editor.id);
    if (!mark) return false;
    before.delete(editor.id);
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
    const links = (where) => [...where.querySelectorAll("a.what, a.add, a.name, input.pick")];
    const here = links(cell), at = here.indexOf(from);
    let to = null;
    if (key === "ArrowDown" && at < here.length - 1) to = here[at + 1];
    else if (key === "ArrowUp" && at > 0) to = here[at - 1];
    else if (key === "ArrowDown" || key === "ArrowUp") {
      /* A row of the interventions holds its filled cells alone: there the column is said by the class. */
      const column = [...cell.classList].find((name) => /^k\d$/.test(name));
      const under = (line) => (column ? line.querySelector(`.${column}`) : line.children[cell.cellIndex]);
      let next = row;
      do { next = key === "ArrowDown" ? next.nextElementSibling : next.previousElementSibling; } while (next && !(under(next) && links(under(next)).length));
      const there = next && links(under(next));
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
    } else if (at.matches?.(".map a, .map .pick")) {
      if (event.key === "F2" && at.matches("a")) { event.preventDefault(); at.click(); }
      else if (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key) && move(at, event.key)) event.preventDefault();
    }
  });

  /* What the address asks for, with the page left out: rows are asked for by learner. */
  function query() {
    const asked = new URLSearchParams(location.search);
    asked.delete("page");
    return asked;
  }

  /* Draw the rows of these learners anew, but for cells where somebody is typing. */
  async function refresh(learners) {
    const shown = learners.filter((learner) => document.getElementById(`learner-${learner}`));
    if (!shown.length) return;
    const asked = query();
    for (const learner of shown) asked.append("learner", learner);
    const fresh = await fetch(`/map/rows/?${asked}`, {
      method: "POST",
      headers: { "HX-Request": "true", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
      body: new URLSearchParams({ text: document.getElementById("text")?.value ?? "" }),
    }).catch(() => null);
    if (!fresh?.ok) return;
    const box = document.createElement("template");
    box.innerHTML = await fresh.text();
    for (const learner of shown) {
      const now = document.getElementById(`learner-${learner}`);
      const then = box.content.getElementById(`learner-${learner}`);
      if (!now) continue;
      if (!then) {
        if (!now.contains(document.activeElement) && !now.querySelector(".editing")) now.remove();
        continue;
      }
      for (const cell of [...then.querySelectorAll("td")]) swap(document.getElementById(cell.id), cell);
    }
  }

  function swap(old, fresh) {
    if (!old || old.innerHTML === fresh.innerHTML) return;
    if (old.querySelector(".editing")) return void warn(old);
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const held = active?.getAttribute("href"), box = active?.matches(".pick") ? active.value : null;
    old.innerHTML = fresh.innerHTML;
    document.dispatchEvent(new CustomEvent("redrawn"));
    if (box) old.querySelector(`.pick[value="${box}"]`)?.focus();
    else if (held) ([...old.querySelectorAll("a")].find((one) => one.getAttribute("href") === held) ?? old.querySelector("a"))?.focus();
  }

  /* Of what is open in this cell, say that somebody else saved it since. What this tab saved before it opened is in
     the form already, and a change of the learner's other placements is none of this one. */
  async function warn(cell) {
    const editor = cell.querySelector(".editing[id^=placement-]"), seen = editor?.querySelector("[name=seen]");
    if (!seen || cell.querySelector(".elsewhere")) return;
    const now = await fetch(`/map/placements/${editor.id.slice(10)}/`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!now || (!now.ok && now.status !== 404)) return;
    const box = document.createElement("template");
    box.innerHTML = await now.text();
    if (now.ok && box.content.querySelector("[name=seen]")?.value === seen.value) return;
    if (!editor.isConnected || cell.querySelector(".elsewhere")) return;
    const told = document.createElement("p");
    told.className = "elsewhere";
    told.setAttribute("role", "status");
    told.textContent = now.ok ? "Changed elsewhere. Saving will show you both versions." : "Somebody took this off the map meanwhile.";
    cell.append(told);
  }

  async function look() {
    const frame = map();
    if (!frame?.dataset.now || document.hidden) return;
    const asked = query();
    asked.set("since", frame.dataset.now);
    const answer = await fetch(`/map/changes/?${asked}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const news = await answer.json();
    frame.dataset.now = news.now;
    if (!news.learners.length) return;
    const all = () => [...document.querySelectorAll("tr[id^=learner-]")].map((row) => Number(row.id.slice(8)));
    const touched = news.many ? all() : news.learners;
    for (let at = 0; at < touched.length; at += 100) await refresh(touched.slice(at, at + 100));
    htmx.trigger(document.body, "changed");
  }
  setInterval(look, EVERY);

  document.addEventListener("refused", (event) => say(event.detail.value, true));
  document.addEventListener("undone", async (event) => {
    const learner = event.detail.value;
    if (!learner) return;
    await refresh([learner]);
    const row = document.getElementById(`learner-${learner}`);
    if (!row) return location.reload();
    row.scrollIntoView({ block: "nearest" });
    if (!row.contains(document.activeElement)) row.querySelector("a.what, a.name")?.focus();
  });
})();
