"use strict";
/* "Tick all" and "Tick none" of a section without asking the server, which answers the same buttons by itself. */
(() => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tick-all], [data-tick-none]");
    if (!button) return;
    const all = "tickAll" in button.dataset;
    const section = document.getElementById(all ? button.dataset.tickAll : button.dataset.tickNone);
    if (!section) return;
    event.preventDefault();
    const boxes = [...section.querySelectorAll(button.dataset.tick || "[name=provision]")];
    for (const box of boxes) if (!box.disabled) box.checked = all;
    window.provisionMap.say(all ? `${boxes.length} ticked` : "None ticked");
  });
})();
