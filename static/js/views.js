"use strict";
/* The map's panels: one open at a time, addresses without empty filters, the link to copy, all rows before printing, what paper says about itself. */
(() => {
  const { say } = window.provisionMap;
  const open = () => [...document.querySelectorAll("details.drop[open]")];

  document.addEventListener("click", (event) => {
    for (const one of open()) if (!one.contains(event.target)) one.open = false;
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard.writeText(location.href).then(() => say("The link is copied. It holds no names."), () => say("The link could not be copied: take it from the address bar.", true));
  });
  document.addEventListener("keydown", (event) => {
    const panel = event.key === "Escape" && event.target.closest?.("details.drop[open]");
    if (panel) { panel.open = false; panel.querySelector("summary").focus(); }
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-lean]")) return;
    for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form[data-lean] :disabled")) field.disabled = false;
  });
  for (const copy of document.querySelectorAll("[data-copy]")) copy.hidden = !navigator.clipboard;

  /* Rows come as they are scrolled to; paper wants them all. */
  const more = () => document.querySelector("tr.more a");
  async function print() {
    for (let link = more(), left = 20; link && left; link = more(), left -= 1) {
      await htmx.ajax("GET", link.getAttribute("href"), { source: link, target: link.closest("tr"), swap: "outerHTML" });
      if (link.isConnected) break; // it could not be fetched: the paper says what it lacks
    }
    window.print();
  }
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print-all]")) print(); });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "p" || !more()) return;
    event.preventDefault();
    print();
  });

  /* What paper says about itself: when it was printed, and how much of the map is on it; on every sheet where the
     browser can (print.css), and on the first or last one where it cannot. */
  const words = (found) => [...document.querySelectorAll(found)].filter((one) => !one.hidden).map((one) => one.textContent.replace(/\s+/g, " ").trim());
  window.addEventListener("beforeprint", () => {
    const printed = document.getElementById("printed");
    if (!printed) return;
    printed.textContent = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" }).format(new Date());
    const left = document.getElementById("left-out");
    if (left) {
      const rows = document.querySelectorAll("#rows > tr[id]").length;
      left.hidden = rows >= Number(left.dataset.total);
      left.textContent = `This paper shows ${rows} of ${left.dataset.total} learners. For all of them use “Print or export” on the map.`;
    }
    const said = { "--paper-head": words(".tally .secret, .map-head h1, .map-head .soft, .left-out").join(" · "), "--paper-foot": words(".printed")[0] };
    for (const [name, text] of Object.entries(said)) document.documentElement.style.setProperty(name, JSON.stringify(text));
  });
})();
