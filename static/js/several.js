"use strict";
/* Selecting placements on the map: by click, Shift, Space and "all that match". What is selected stays so while rows
   come and go, through searches, filters and changes from elsewhere, and on the way back from the page that changes
   them; boxes show it. Under "all" the sets hold what was taken out again. Without scripts the boxes are a plain form. */
(() => {
  const form = document.getElementById("several");
  const { all, also, also_learners: alsoLearners, but, but_learners: butLearners, text } = form.elements;
  const whole = "whole" in form.dataset; // a row shows all placements of its learner
  const told = document.getElementById("picked"), clear = form.querySelector("[data-unpick]");
  const chosen = { placement: new Set(), learner: new Set() };
  const boxes = (where = document) => [...where.querySelectorAll(".map .pick")];
  const placesOf = (row) => [...row.querySelectorAll(".pick[name=placement]")];
  const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  let anchor = null; // the box from which Shift selects

  function mark(box, on) {
    box.checked = on;
    chosen[box.name][on === all.checked ? "delete" : "add"](box.value);
  }

  function set(box, on) {
    mark(box, on);
    const row = box.closest("tr"), places = placesOf(row);
    if (box.name === "learner") for (const one of places) mark(one, on);
    else if (whole || !(on || all.checked)) mark(row.querySelector(".pick[name=learner]"), places.every((one) => one.checked));
  }

  function tell() {
    const places = chosen.placement.size, learners = chosen.learner.size;
    const some = [places && counted(places, "placement"), learners && `${counted(learners, "learner")} with all of theirs`].filter(Boolean);
    if (all.checked) told.textContent = `All ${document.querySelectorAll("#tally b")[1]?.textContent ?? ""} placements that match${places ? `, less ${places}` : ""}`;
    else told.textContent = some.length ? `Selected: ${some.join(", ")}` : told.dataset.none;
    clear.hidden = !all.checked && !some.length;
  }

  /* Boxes as they were chosen: after rows came, went or were drawn anew. */
  function reflect() {
    for (const box of boxes()) box.checked = all.checked !== chosen[box.name].has(box.value);
    tell();
  }

  /* From `anchor` to `box`: down one column, down the learners, or all that is read between. */
  function between(box) {
    const place = (one) => { const cell = one.closest("td, th"); return one.name === "learner" ? "learner" : cell.className; };
    const same = place(anchor) === place(box);
    const line = boxes().filter((one) => (same ? place(one) === place(box) : one.name === "placement" || one === box || one === anchor));
    const [first, last] = [line.indexOf(anchor), line.indexOf(box)].sort((one, other) => one - other);
    return line.slice(first, last + 1);
  }

  function pick(box, on, extend) {
    for (const one of extend && anchor?.isConnected ? between(box) : [box]) set(one, on);
    anchor = box;
    tell();
  }

  function nothing(everything = false) {
    all.checked = everything;
    chosen.placement.clear();
    chosen.learner.clear();
    reflect();
  }

  /* What is selected, behind the address: it reaches no server and no log, and the next page takes it up. */
  const kept = () => `placements=${[...chosen.placement].join()}&learners=${[...chosen.learner].join()}${all.checked ? "&all=1" : ""}`;

  function takeUp() {
    const sent = new URLSearchParams(location.hash.slice(1));
    if (!sent.has("placements")) return;
    all.checked = sent.has("all");
    for (const [name, key] of [["placement", "placements"], ["learner", "learners"]]) for (const pk of sent.get(key).split(",")) if (pk) chosen[name].add(pk);
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-unpick]")) { nothing(); all.focus(); return; }
    const place = event.target.closest(".map .placement, .map th .pickable");
    if (!place || event.target.closest("a")) return;
    const box = place.querySelector(".pick");
    if (event.target === box) { pick(box, box.checked, event.shiftKey); return; }
    event.preventDefault(); // a label would tick its box by a click that forgets Shift
    pick(box, !box.checked, event.shiftKey);
    box.focus({ preventScroll: true });
  });
  for (const kind of ["keydown", "keyup"]) {
    document.addEventListener(kind, (event) => {
      const box = event.target.closest?.(".map .pick");
      if (event.key === " " && event.shiftKey && box) {
        event.preventDefault();
        if (kind === "keydown") pick(box, !box.checked, true);
      } else if (kind === "keydown" && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a" && event.target.closest?.(".map")) {
        event.preventDefault();
        nothing(true);
      } else if (kind === "keydown" && event.key === "Escape" && event.target.closest?.(".map, #several")) nothing();
    });
  }
  all.addEventListener("change", () => nothing(all.checked));
  /* Filters and columns lead to this page again. */
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-lean]")) event.target.action = `${location.pathname}#${kept()}`;
  });
  form.addEventListener("submit", (event) => {
    if (!all.checked && !chosen.placement.size && !chosen.learner.size) {
      event.preventDefault();
      window.provisionMap.say("Select at least one placement or learner first.", true);
      return;
    }
    const there = new Set(boxes().map((box) => box.name + box.value));
    const missing = (name) => [...chosen[name]].filter((value) => !there.has(name + value)).join(",");
    [also.value, alsoLearners.value] = all.checked ? ["", ""] : [missing("placement"), missing("learner")];
    [but.value, butLearners.value] = all.checked ? [[...chosen.placement].join(), [...chosen.learner].join()] : ["", ""];
    text.value = document.getElementById("text")?.value ?? "";
  });
  document.addEventListener("htmx:afterSettle", reflect);
  document.addEventListener("redrawn", reflect);
  window.addEventListener("pageshow", () => {
    takeUp();
    for (const box of boxes()) if (box.checked !== all.checked) chosen[box.name].add(box.value);
    reflect();
    if (matchMedia("(max-width: 700px)").matches) form.scrollIntoView({ block: "end" }); // rows above, what to do with them beneath
  });
})();
