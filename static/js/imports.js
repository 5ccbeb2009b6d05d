"use strict";
/* Imports: show that something is under way after a second, keep a second press from sending twice, tick lists. */
(() => {
  for (const form of document.querySelectorAll("form[data-busy]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      setTimeout(() => { form.querySelector("[data-busy-note]").hidden = false; }, 1000);
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-busy]")) {
      delete form.dataset.sent;
      form.querySelector("[data-busy-note]").hidden = true;
    }
  });
  for (const [name, state] of [["tickAll", true], ["tickNone", false]]) {
    for (const button of document.querySelectorAll(`[data-${state ? "tick-all" : "tick-none"}]`)) {
      button.hidden = false;
      button.addEventListener("click", () => {
        for (const box of document.querySelectorAll(`input[name="${button.dataset[name]}"]`)) box.checked = state;
      });
    }
  }
})();
