"use strict";
/* What a card of Today shows: what it says in words, what came of it, and what was typed, back in its place. */
(() => {
  const value = (said, name) => (said.find(([key]) => key === name) || [])[1] || "";
  const every = (said, name) => said.filter(([key]) => key === name).map(([, one]) => one);
  const make = (tag, more, ...inside) => {
    const one = Object.assign(document.createElement(tag), more);
    one.append(...inside);
    return one;
  };
  const button = (text, act) => {
    const one = make("button", { type: "button", className: "button", textContent: text });
    one.addEventListener("click", act);
    return one;
  };

  /* What an entry says, in a line; with `notes`, the texts in it as well: where no card is left to show them. */
  function words(said, notes = false) {
    const typed = notes ? said.filter(([key, text]) => key.startsWith("note") && text) : [];
    const texts = typed.map(([, text]) => `“${text}”`);
    const state = value(said, "state"), there = every(said, "here").length, of = every(said, "who").length;
    const line = { missed: "Not delivered", open: "Taken back" }[state]
      || (there ? `Delivered, ${there} of ${of} present` : "Nobody was there");
    return [line, ...texts].join(" ");
  }

  function relabel(form) {
    const boxes = [...form.querySelectorAll("input[name=here]")], there = boxes.filter((one) => one.checked).length;
    const main = form.querySelector("[data-button]");
    const minutes = [...form.querySelectorAll("[name=actual], [name^='minutes-']")];
    const planned = minutes.some((one) => one.value) ? "" : ", as planned";
    if (boxes.length === 1) main.textContent = there ? `Present${planned}` : "Log: absent";
    else if (there === boxes.length) main.textContent = `All present${planned}`;
    else main.textContent = `Log: ${there} of ${boxes.length} present`;
  }

  function note(card, text, state) {
    const back = text.startsWith("Taken back"); // as an entry says it here and on the server: it is to be logged again
    card.querySelector("[data-words]").replaceChildren(make("b", { textContent: text }));
    card.toggleAttribute("data-said", !back && state !== "wrong");
    card.toggleAttribute("data-logged", !back && state === "logged");
    card.toggleAttribute("data-waiting", state === "waiting");
    countLeft();
    const log = card.querySelector("details.log"), takeBack = card.querySelector("[data-take-back]");
    if (!log) return;
    log.hidden = "added" in card.dataset && state !== "wrong"; // what was added is changed once the page knows it
    if (state === "wrong") return;
    log.open = back;
    if (takeBack) takeBack.hidden = back;
    const summary = log.querySelector("summary");
    summary.className = back ? "visually-hidden" : "";
    summary.textContent = back ? "Log it" : "Change";
  }
  /* How many of those that are late are still to log: those on the page, and those beyond it. */
  function countLeft() {
    for (const one of document.querySelectorAll("[data-still]")) {
      const open = one.closest("details, section").querySelectorAll("[data-card]:not([data-logged], [data-said])");
      one.textContent = open.length + Number(one.dataset.still);
    }
  }
  function complain(card, text, choices = []) {
    const before = card.querySelector(".sent-back");
    if (text && before?.dataset.text === text) return; // said already: no second alarm
    for (const one of card.querySelectorAll(".sent-back")) one.remove();
    if (!text) return;
    const box = make("div", { className: "notice bad sent-back" }, make("p", { textContent: text }));
    box.dataset.text = text;
    box.setAttribute("role", "alert");
    for (const [label, act] of choices) box.append(button(label, act), " ");
    card.querySelector("[data-words]").after(box);
  }

  /* A session that begins can be logged: what the server left out of sight is shown. Says when the next one will. */
  function begin() {
    let next = Infinity;
    for (const one of document.querySelectorAll("[data-opens]")) {
      const opens = Date.parse(one.dataset.opens);
      if (Date.now() < opens) { next = Math.min(next, opens); continue; }
      delete one.dataset.opens;
      for (const main of one.querySelectorAll("[name=state][value=delivered]")) main.disabled = false;
    }
    return next;
  }

  /* Called off without a reason: said beside the reasons, where whoever asked is; `wanted` false once one is chosen. */
  function askWhy(form, wanted = true) {
    const reasons = [...form.querySelectorAll("input[name=reason]")];
    for (const one of form.querySelectorAll(".why .field-error")) one.remove();
    for (const one of reasons) one.removeAttribute("aria-describedby");
    if (!wanted) return;
    const why = make("p", { className: "field-error", id: `no-reason-${form.closest("[data-card]").id}` });
    why.textContent = "Say why it was not delivered.";
    form.querySelector(".why legend").after(why);
    for (const one of reasons) one.setAttribute("aria-describedby", why.id);
    reasons[0].focus();
  }

  /* What was typed, back in its card: an entry that was not taken can be mended where it was made. */
  function fill(card, said) {
    const form = card.querySelector("form"), here = new Set(every(said, "here"));
    for (const box of form.querySelectorAll("input[name=here]")) box.checked = here.has(box.value);
    for (const [key, text] of said) {
      if (["here", "who", "key", "client", "after", "made", "state"].includes(key)) continue;
      const field = form.elements.namedItem(key); // by name: "length" is a property of the list itself
      if (field) field.value = text;
    }
    relabel(form);
    const log = card.querySelector("details.log");
    if (log) log.open = true;
  }

  /* A session that no timetable plans is a card of its own, made from the one that stands for its provision. */
  function added(name, said) {
    const base = card(name.split(":")[0]), place = document.querySelector("[data-added-here]");
    if (!base || !place) return null;
    const one = base.cloneNode(true), title = one.querySelector("h3");
    Object.assign(one.dataset, { card: name, added: "" });
    one.id = `card-${name}`;
    title.id = `name-${name}`;
    one.setAttribute("aria-labelledby", title.id);
    one.querySelector(".when").prepend(make("b", { textContent: value(said, "at") }), " ");
    for (const box of one.querySelectorAll(".sent-back")) box.remove();
    place.append(one);
    fill(one, said);
    return one;
  }
  const card = (name) => [...document.querySelectorAll("[data-card]")].find((one) => one.dataset.card === name);
  const of = ({ card: name, said }) => card(name) || (name.includes(":") ? added(name, said) : null);

  window.todayCard = { value, words, make, button, relabel, note, complain, fill, askWhy, begin, card, of };
})();
