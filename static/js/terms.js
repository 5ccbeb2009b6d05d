"use strict";
/* Copying a term: learners go with their provision. Without it they are left out, so their ticks say so; ticked again,
   it has those it had. A learner ticked takes the provision along, and without any learner it does not go. */
(() => {
  const had = new WeakMap(); // learners that were ticked when their provision was not any more
  const learnersOf = (box) => [...box.closest(".goes").querySelectorAll("[name=place]:not(:disabled)")];

  function follow(box) {
    const learners = learnersOf(box);
    if (!box.checked) {
      const ticked = learners.filter((one) => one.checked);
      if (ticked.length) had.set(box, ticked);
      for (const one of ticked) one.checked = false;
    } else if (!learners.some((one) => one.checked)) {
      const before = had.get(box) ?? learners.filter((one) => one.defaultChecked);
      for (const one of before.length ? before : learners) one.checked = true;
    }
  }
  const provisions = (within) => [...within.querySelectorAll(".goes [name=provision]")];

  document.addEventListener("change", ({ target }) => {
    if (target.matches(".goes [name=provision]")) follow(target);
    else if (target.matches(".goes [name=place]")) {
      target.closest(".goes").querySelector("[name=provision]").checked = learnersOf(target).some((one) => one.checked);
    }
  });
  /* After js/ticks.js, which ticks the provisions of a section. */
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-tick-all], [data-tick-none]")) provisions(target.closest("section")).forEach(follow);
  });
  window.addEventListener("pageshow", () => provisions(document).filter((box) => !box.checked).forEach(follow));
})();
