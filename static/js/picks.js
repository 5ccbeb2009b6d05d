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
  /* Enter in the search searches, which typing has done already; it must not send the form half filled in. */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.id === "find") event.preventDefault();
  });
  /* Choosing from the library fills in at once; everything typed so far goes along in the form. */
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-fills]")) event.target.form.querySelector("[name=fill]").click();
  });
})();
