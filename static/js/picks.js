"use strict";
/* Ticking a learner found by search moves them to the list of those picked, so that the next search keeps them. */
(() => {
  document.addEventListener("change", (event) => {
    const tick = event.target;
    if (!tick.matches("[data-pick]") || !tick.checked) return;
    const picked = document.getElementById("picked");
    if (!picked.querySelector(`input[value="${tick.value}"]`)) {
      const item = document.createElement("li");
      item.className = "pill";
      const label = document.createElement("label");
      label.className = "tick";
      const box = document.createElement("input");
      Object.assign(box, { type: "checkbox", name: "learners", value: tick.value, checked: true });
      label.append(box, ` ${tick.dataset.name}`);
      item.append(label);
      picked.append(item);
    }
    tick.closest("label").remove();
    const find = document.getElementById("find");
    find.focus();
    find.select();
  });
})();
