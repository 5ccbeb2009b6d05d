"use strict";
/* The map's panels: one open at a time, addresses without empty filters, the link to copy, all rows before printing. */
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
  async function print() {
    for (let left = 20; left && document.querySelector("tr.more a"); left -= 1) {
      const link = document.querySelector("tr.more a");
      await htmx.ajax("GET", link.getAttribute("href"), { source: link, target: link.closest("tr"), swap: "outerHTML" });
    }
    window.print();
  }
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print-all]")) print(); });
})();
