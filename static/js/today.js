"use strict";
/* Today: a tap is kept on the device first and sent at once where there is a network, in the order it was made. The
   server knows each entry by the id it got here, so what was sent twice counts once. */
(() => {
  const page = document.getElementById("today"), store = window.todayStore;
  if (!page) return;
  const offline = "offline" in page.dataset, shared = "shared" in page.dataset;
  const bar = document.getElementById("waiting");
  const DAY = 24 * 60 * 60 * 1000;
  let memory = [], number = 0, sending = false, again = 0, keeps = false;

  /* On a computer that others use nothing is written to its disk: what waits, waits in this page alone. */
  const queue = () => keeps ? store : {
    add: async (card, said) => { memory.push({ number: ++number, at: Date.now(), card, said, why: null }); },
    waiting: async () => [...memory],
    tell: async (which, why) => { memory = memory.map((one) => one.number === which ? { ...one, why } : one); },
    drop: async (which) => { memory = memory.filter((one) => one.number !== which); },
  };

  const uuid = () => crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
  const cardOf = (name) => [...document.querySelectorAll("[data-card]")].find((one) => one.dataset.card === name);
  const login = () => `/sign-in/?next=${encodeURIComponent(location.pathname)}`;

  function relabel(form) {
    const boxes = [...form.querySelectorAll("input[name=here]")], there = boxes.filter((one) => one.checked).length;
    const button = form.querySelector("[data-button]");
    if (boxes.length === 1) button.textContent = there ? "Present, as planned" : "Log: absent";
    else button.textContent = there === boxes.length ? "All present, as planned" : `Log: ${there} of ${boxes.length} present`;
  }
  function words(said) {
    const one = (name) => (said.find(([key]) => key === name) || [])[1];
    const every = (name) => said.filter(([key]) => key === name).length;
    if (one("state") === "missed") return "Not delivered";
    if (one("state") === "open") return "Taken back";
    return `Delivered, ${every("here")} of ${every("who")} present`;
  }
  function note(card, text, state) {
    const line = card.querySelector("[data-words]");
    line.replaceChildren(Object.assign(document.createElement("b"), { textContent: text }));
    card.toggleAttribute("data-logged", state === "logged");
    card.toggleAttribute("data-waiting", state === "waiting");
    const log = card.querySelector("details.log");
    if (log && state !== "wrong") {
      log.open = false;
      const summary = log.querySelector("summary");
      summary.className = "";
      summary.textContent = "Change";
    }
  }
  function complain(card, text, choices = []) {
    card.querySelector(".sent-back")?.remove();
    if (!text) return;
    const box = Object.assign(document.createElement("div"), { className: "notice bad sent-back" });
    box.setAttribute("role", "alert");
    box.append(Object.assign(document.createElement("p"), { textContent: text }));
    for (const [label, act] of choices) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: label });
      button.addEventListener("click", act);
      box.append(button, " ");
    }
    card.querySelector("[data-words]").after(box);
    const log = card.querySelector("details.log");
    if (log) log.open = true;
  }

  /* What a form says becomes an entry of its own: a new id, the time on this device, and which entry it amends. */
  function entry(form, button) {
    form.elements.client.value = uuid();
    form.elements.made.value = new Date().toISOString();
    const data = new FormData(form);
    data.delete("csrfmiddlewaretoken");
    if (button?.name) data.set(button.name, button.value);
    if (data.get("state") === "missed" && !data.get("reason")) return null;
    return [...data.entries()].filter(([, value]) => typeof value === "string");
  }

  async function take(form, button) {
    const card = form.closest("[data-card]"), said = entry(form, button);
    if (!said) { complain(card, "Say why it was not delivered."); return; }
    const client = form.elements.client.value;
    // What was sent back before, and what leant on it, is replaced by what is typed now.
    if (card.dataset.back) for (const one of await queue().waiting()) if (one.card === card.dataset.card) await queue().drop(one.number);
    delete card.dataset.back;
    try { await queue().add(card.dataset.card, said); } catch {
      complain(card, "This device could not keep the entry. What you typed is still here: try again.");
      return;
    }
    form.elements.after.value = client; // the next one from this card amends it, whether or not it has arrived
    complain(card, "");
    note(card, `${words(said)} · waiting to be sent`, "waiting");
    await tally();
    send();
  }

  async function tally() {
    const waiting = await queue().waiting().catch(() => []);
    const mine = waiting.filter((one) => one.said), back = mine.filter((one) => one.why);
    const lost = waiting.filter((one) => !one.said && one.old);
    for (const one of lost) await queue().drop(one.number);
    try { if (keeps) localStorage.setItem("today-waiting", String(mine.length)); } catch { /* no such store */ }
    if (!mine.length && !lost.length) { bar.hidden = !offline; if (offline) bar.textContent = "There is no connection. What you log stays on this device and is sent later."; return; }
    bar.hidden = false;
    const count = mine.length - back.length, parts = [];
    if (count) parts.push(`${count} ${count === 1 ? "entry waits" : "entries wait"} on this device to be sent.`);
    if (back.length) parts.push(`${back.length} could not be taken: see the ${back.length === 1 ? "card" : "cards"} below.`);
    if (lost.length) parts.push(`${lost.length} older than a day had to be removed: log ${lost.length === 1 ? "it" : "them"} again.`);
    if (shared && count) parts.push("This is a shared computer: keep this page open until they are sent.");
    bar.replaceChildren(Object.assign(document.createElement("p"), { textContent: parts.join(" ") }));
    if (count && !sending) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Send now" });
      button.addEventListener("click", () => send());
      bar.append(button);
    }
  }
  function askToSignIn(count) {
    bar.hidden = false;
    bar.replaceChildren(Object.assign(document.createElement("p"), { textContent: `Your sign-in has ended. ${count === 1 ? "1 entry waits" : `${count} entries wait`} on this device: sign in, and they are sent.` }));
    bar.append(Object.assign(document.createElement("a"), { className: "button main", href: login(), textContent: "Sign in to send" }));
  }

  function sentBack(one, card, answer) {
    if (!card) return;
    fill(card, one.said);
    const form = card.querySelector("form"), theirs = answer.theirs;
    card.dataset.back = one.number;
    form.elements.after.value = (one.said.find(([key]) => key === "after") || [])[1] || "";
    const gone = async () => { await queue().drop(one.number); complain(card, ""); await tally(); };
    if (!theirs) {
      note(card, `${words(one.said)} · not taken`, "wrong");
      complain(card, Object.values(answer.errors || {}).join(" "), [["Mend it below, then log again", () => form.querySelector("[data-button]").focus()], ["Leave it", gone]]);
      return;
    }
    note(card, `${theirs.words}, logged by ${theirs.by}`, "wrong");
    complain(card, `${theirs.by} logged this at ${theirs.at}: ${theirs.words.toLowerCase()}. You said: ${words(one.said).toLowerCase()}. Nothing is lost: choose.`, [
      ["Keep theirs", async () => { await gone(); form.elements.after.value = theirs.after; note(card, theirs.words, "logged"); }],
      ["Use mine", async () => { form.elements.after.value = theirs.after; fill(card, one.said); await take(form, { name: "state", value: one.said.find(([key]) => key === "state")[1] }); }],
    ]);
  }
  /* What was typed, back in its card: an entry that was not taken can be mended where it was made. */
  function fill(card, said) {
    const form = card.querySelector("form"), here = new Set(said.filter(([key]) => key === "here").map(([, value]) => value));
    for (const box of form.querySelectorAll("input[name=here]")) box.checked = here.has(box.value);
    for (const [key, value] of said) {
      if (["here", "who", "key", "client", "after", "made", "state"].includes(key)) continue;
      const field = form.elements[key];
      if (field instanceof RadioNodeList || field) field.value = value;
    }
    relabel(form);
  }

  async function ask() {
    const where = document.body.dataset.session || "/session/";
    const answer = await fetch(where, { headers: { Accept: "application/json" } });
    if (answer.status === 401) return null;
    if (!answer.ok) throw new Error("not now");
    return answer.json();
  }

  /* In order, one at a time, by one tab at a time. An entry leaves the device once the server has said that it is kept. */
  async function send() {
    if (sending || !navigator.onLine) { await tally(); return; }
    sending = true;
    clearTimeout(again);
    try {
      if (navigator.locks) await navigator.locks.request("today-queue", sendAll); else await sendAll();
    } catch { again = setTimeout(send, 15_000); }
    sending = false;
    if (!bar.querySelector("a")) await tally();
  }
  async function sendAll() {
    const stopped = new Set();
    if (!(await queue().waiting()).some((one) => one.said && !one.why)) return;
    const who = await ask();
    if (!who) { askToSignIn((await queue().waiting()).filter((one) => one.said).length); return; }
    for (const one of await queue().waiting()) {
      if (!one.said || (one.user && one.user !== who.user)) continue;
      if (one.why || stopped.has(one.card)) { stopped.add(one.card); continue; } // what follows it waits with it
      const body = new URLSearchParams(one.said);
      const answer = await fetch(page.dataset.log || document.querySelector("form[data-queue]")?.action || "/today/log/", {
        method: "POST", body, headers: { Accept: "application/json", "HX-Request": "true", "X-CSRFToken": who.token },
      });
      const card = cardOf(one.card);
      if (answer.ok) {
        const told = await answer.json();
        await queue().drop(one.number);
        if (card) { note(card, told.words, "logged"); complain(card, ""); }
        continue;
      }
      if (answer.status === 401) { askToSignIn((await queue().waiting()).filter((left) => left.said).length); return; }
      if (![409, 422, 425].includes(answer.status)) throw new Error("not now"); // the server is in trouble
      const told = await answer.json();
      await queue().tell(one.number, told);
      stopped.add(one.card);
      sentBack(one, card, told);
    }
    if (offline && !(await queue().waiting()).some((one) => one.said)) location.replace(page.dataset.today);
  }

  async function show() {
    const kept = await store.keptPage().catch(() => null), cards = document.getElementById("cards");
    if (!kept) return;
    const holder = document.createElement("template");
    holder.innerHTML = kept.html; // from our own server, encrypted since
    cards.replaceWith(holder.content);
    bar.textContent = `There is no connection. These are the sessions as they stood at ${new Date(kept.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}. What you log stays on this device and is sent later.`;
  }
  async function remind() {
    for (const one of await queue().waiting().catch(() => [])) {
      const card = one.said && cardOf(one.card);
      if (!card) continue;
      if (one.why) { sentBack(one, card, one.why); continue; }
      if (card.dataset.back) continue;
      card.querySelector("form").elements.after.value = one.said.find(([key]) => key === "client")[1];
      note(card, `${words(one.said)} · waiting to be sent`, "waiting");
    }
  }
  async function keep() {
    if (!("keeps" in page.dataset) || !window.isSecureContext || !window.indexedDB || !navigator.serviceWorker) return;
    const secret = await fetch(page.dataset.key).then((answer) => answer.ok ? answer.json() : null).catch(() => null);
    if (!secret?.key) return;
    await store.unlock(secret.user, secret.key);
    keeps = true;
    await navigator.serviceWorker.register(page.dataset.worker).catch(() => null);
    const cards = await fetch(page.dataset.kept).then((answer) => answer.ok && !answer.redirected ? answer.text() : "").catch(() => "");
    if (cards) await store.keepPage(cards);
  }

  // Before the page's own guards: here a form needs no connection.
  window.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-queue]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    take(form, event.submitter);
  }, true);
  document.addEventListener("change", (event) => { if (event.target.name === "here") relabel(event.target.form); });
  window.addEventListener("online", () => send());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  new BroadcastChannel("provision-map").addEventListener("message", () => send()); // signed in again in another tab

  (async () => {
    if (offline) { keeps = Boolean(await store.held().catch(() => null)); await show(); } else await keep().catch(() => null);
    await remind();
    await tally();
    page.dataset.ready = keeps ? "kept" : "here";
    await send();
  })();
})();
