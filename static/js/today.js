"use strict";
/* Today: a tap is kept on the device first and sent at once where there is a network, in the order it was made. The
   server knows each entry by the id it got here, so what was sent twice counts once. */
(() => {
  const page = document.getElementById("today"), store = window.todayStore, cards = window.todayCard;
  if (!page) return;
  const { value, words, make, button } = cards;
  const offline = "offline" in page.dataset, shared = "shared" in page.dataset;
  const bar = document.getElementById("waiting");
  const SOON = 15_000, LATER = 60_000; // milliseconds until the next try: the network failed; one entry has to wait
  const slow = new Map(); // entries that the server did not take yet: number → how often, and why
  let memory = [], number = 0, sending = false, again = 0, soon = 0, keeps = false, ended = false;
  const LATER_SENT = "What you log stays on this device and is sent later.";
  let idle = offline ? `There is no connection. ${LATER_SENT}` : "";
  let gone = { lost: [], others: 0 }; // what had to be removed when this page was opened

  /* On a computer that others use nothing is written to its disk: what waits, waits in this page alone. */
  const here = {
    add: async (one, replaced = []) => {
      memory.push({ ...one, number: `here-${++number}`, why: null });
      memory = memory.filter((old) => !replaced.includes(old.number));
    },
    waiting: async () => [...memory],
    tell: async (which, why) => { memory = memory.map((one) => one.number === which ? { ...one, why } : one); },
    drop: async (which) => { memory = memory.filter((one) => !which.includes(one.number)); },
  };
  const queue = () => keeps ? store : here;
  const waitingOf = async (name) => (await queue().waiting()).filter((one) => one.card === name);
  const count = (number, one, more) => number === 1 ? `1 ${one}` : `${number} ${more}`;

  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const random = (digit) => digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)));
    return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => random(Number(digit)).toString(16));
  }

  /* What a form says becomes an entry of its own: a new id, the time on this device, and which entry it amends. */
  function entry(form, pressed) {
    form.elements.client.value = uuid();
    form.elements.made.value = new Date().toISOString();
    const data = new FormData(form);
    data.delete("csrfmiddlewaretoken");
    if (pressed?.name) data.set(pressed.name, pressed.value);
    if (data.get("state") === "missed" && !data.get("reason")) return null;
    return [...data.entries()].filter(([, one]) => typeof one === "string");
  }

  async function take(form, pressed) {
    const card = form.closest("[data-card]"), said = entry(form, pressed), client = form.elements.client.value;
    if (!said) { cards.askWhy(form); return; }
    const extra = "new" in card.dataset, first = extra && !("added" in card.dataset);
    const name = first ? `${card.dataset.card}:${client}` : card.dataset.card; // each is a session of its own
    const title = extra ? `${card.dataset.title} ${value(said, "at")}` : card.dataset.title;
    try {
      // What was sent back before, and what leant on it, is replaced by what is typed now: both or neither.
      const replaced = card.dataset.back ? (await waitingOf(name)).map((one) => one.number) : [];
      await queue().add({ card: name, title, said }, replaced);
    } catch {
      cards.complain(card, "This device could not keep the entry. What you typed is still here: try again.");
      return;
    }
    delete card.dataset.back;
    cards.complain(card, "");
    if (first) {
      form.reset();
      cards.relabel(form);
      for (const one of [form.closest(".log"), form.closest(".add")]) if (one) one.open = false;
    } else if (!extra) form.elements.after.value = client; // the next one amends it, whether or not it has arrived
    const shown = cards.of({ card: name, said }) || card;
    cards.note(shown, `${words(said)} · waiting to be sent`, "waiting");
    if (first) shown.scrollIntoView({ block: "nearest" });
    await tally();
    send();
  }

  /* Everything that waits of one session is let go: what came later leant on what came first. */
  async function leave(name) {
    const waiting = await waitingOf(name), card = cards.card(name);
    await queue().drop(waiting.map((one) => one.number));
    for (const one of waiting) slow.delete(one.number);
    if (!card) return;
    delete card.dataset.back;
    cards.complain(card, "");
    if (waiting.length) card.querySelector("form").elements.after.value = value(waiting[0].said, "after");
  }
  async function askToLeave({ card: name, title }) {
    if (!window.confirm(`${title}: remove what you said from this device? Nothing of it will be logged.`)) return;
    await leave(name);
    const card = cards.card(name);
    if (card) cards.note(card, "", "wrong");
    if (card && "added" in card.dataset) card.remove();
    await tally();
  }
  const choice = (one) => ["Leave it", () => askToLeave(one)];

  /* The line at the top: what waits and why, what could not be taken, and what had to be removed. */
  async function tally() {
    const waiting = await queue().waiting().catch(() => []), back = waiting.filter((one) => one.why);
    const left = waiting.length - back.length, apart = new Map(); // by card: those whose card is not here any more
    for (const one of back) if (!apart.has(one.card) && !cards.of(one)) apart.set(one.card, one);
    try { if (keeps) localStorage.setItem("today-waiting", String(waiting.length)); } catch { /* no such store */ }
    const lines = [...left ? wait(left) : [], ...removed()];
    for (const one of waiting) if (slow.has(one.number)) lines.push(`${one.title}: ${slow.get(one.number).why}`);
    if (back.some((one) => !apart.has(one.card))) lines.push("What could not be taken says why in its card below.");
    if (!lines.length && !apart.size && idle) lines.push(idle);
    const orphans = await Promise.all([...apart.values()].map(orphan));
    const parts = [...lines.map((text) => make("p", { textContent: text })), ...orphans];
    if (left && ended) parts.push(signIn());
    else if (left && !sending) parts.push(button("Send now", () => send()));
    bar.replaceChildren(...parts);
    bar.hidden = !parts.length;
  }
  function wait(left) {
    const them = `${count(left, "entry waits", "entries wait")} on this device`;
    const where = shared ? "This is a shared computer" : "This browser keeps nothing";
    return [
      ended ? `Your sign-in has ended. ${them}: sign in, and they are sent.` : `${them} to be sent.`,
      ...keeps ? [] : [`${where}: keep this page open until they are sent.`],
    ];
  }
  function removed() {
    const { others, lost } = gone, lines = [];
    const them = (number) => count(number, "entry", "entries"), had = "had to be removed";
    const titles = lost.map((title) => title || "a session that can't be read any more").join("; ");
    if (others) lines.push(`${them(others)} of somebody else waited here and ${had}: nobody sends for another.`);
    if (lost.length) lines.push(`${them(lost.length)} older than a day ${had}. Log again: ${titles}.`);
    return lines;
  }
  /* An entry whose card is not here any more can still be read, and removed. */
  async function orphan(one) {
    const last = (await waitingOf(one.card)).at(-1) || one, { theirs, errors } = one.why;
    const why = theirs ? logged(theirs) : Object.values(errors || {}).join(" ");
    const text = `${one.title} could not be taken. ${why} You said: ${words(last.said, true)}.`;
    const acts = theirs ? choices(one, last.said) : [choice(one)];
    const buttons = acts.flatMap(([label, act]) => [button(label, act), " "]);
    return make("div", { className: "apart" }, make("p", { textContent: text }), ...buttons);
  }
  const logged = (theirs) => `${theirs.by} logged this at ${theirs.at}: ${theirs.words.toLowerCase()}.`;
  /* Where nothing is kept, the page has to stay open meanwhile: signing in happens in another tab. */
  function signIn() {
    const next = keeps ? location.pathname + location.search : page.dataset.signedIn;
    const href = page.dataset.signIn + encodeURIComponent(next), target = keeps ? "" : "_blank";
    return make("a", { className: "button main", href, target, textContent: "Sign in to send" });
  }

  /* What was not taken is shown in its card, with the last of what was typed there: that is what its writer means. */
  async function sentBack(one) {
    const card = cards.of(one);
    if (!card) return;
    const mine = ((await waitingOf(one.card)).at(-1) || one).said, form = card.querySelector("form");
    const { theirs, errors } = one.why;
    if (!form) return;
    card.dataset.back = one.number;
    cards.fill(card, mine);
    form.elements.after.value = value(one.said, "after");
    if (!theirs) {
      cards.note(card, `${words(mine)} · not taken`, "wrong");
      cards.complain(card, Object.values(errors || {}).join(" "), [
        ["Mend it below, then log again", () => form.querySelector("[data-button]").focus()],
        choice(one),
      ]);
      return;
    }
    cards.note(card, `${theirs.words}, logged by ${theirs.by}`, "wrong");
    const both = `${logged(theirs)} You said: ${words(mine).toLowerCase()}. Nothing is lost: choose.`;
    cards.complain(card, both, choices(one, mine));
  }
  /* Somebody else said otherwise: theirs stays, or mine amends it, as an entry of its own. */
  function choices(one, mine) {
    const { theirs } = one.why;
    const fresh = { client: uuid(), after: theirs.after, made: new Date().toISOString() };
    return [
      ["Keep theirs", async () => {
        await leave(one.card);
        settled(one.card, theirs.after, theirs.words, "logged");
        await tally();
      }],
      ["Use mine", async () => {
        const said = mine.map(([key, text]) => [key, fresh[key] ?? text]);
        const replaced = (await waitingOf(one.card)).map((old) => old.number);
        await queue().add({ card: one.card, title: one.title, said }, replaced);
        settled(one.card, fresh.client, `${words(said)} · waiting to be sent`, "waiting");
        await tally();
        send();
      }],
    ];
  }
  function settled(name, after, text, state) {
    const card = cards.card(name);
    if (!card) return;
    delete card.dataset.back;
    card.querySelector("form").elements.after.value = after;
    cards.complain(card, "");
    cards.note(card, text, state);
  }

  async function ask() {
    const answer = await fetch(page.dataset.session, { headers: { Accept: "application/json" } });
    ended = answer.status === 401;
    if (ended) return null;
    if (!answer.ok) throw new Error("not now");
    return answer.json();
  }
  const post = (one, who) => fetch(page.dataset.log, {
    method: "POST", body: new URLSearchParams(one.said),
    headers: { Accept: "application/json", "HX-Request": "true", "X-CSRFToken": who.token },
  });

  /* In order, one at a time, by one tab at a time. An entry leaves the device once the server says that it is kept. */
  async function send() {
    if (sending || !navigator.onLine) { await tally(); return; }
    sending = true;
    clearTimeout(again);
    await tally(); // "Send now" is there when nothing is being sent
    try {
      if (navigator.locks) await navigator.locks.request("today-queue", sendAll); else await sendAll();
    } catch { again = setTimeout(send, SOON); }
    sending = false;
    await tally();
  }
  async function sendAll() {
    const stopped = new Set(), tried = new Set();
    let who = null;
    for (;;) {
      const waiting = await queue().waiting();
      for (const one of waiting) if (one.why) stopped.add(one.card); // what follows it waits with it
      const one = waiting.find((other) => !stopped.has(other.card) && !tried.has(other.number));
      if (!one) break;
      tried.add(one.number);
      who ||= await ask();
      if (!who || (one.user && one.user !== who.user)) return;
      let answer = await post(one, who);
      if (answer.status === 403) { // perhaps only the token of a sign-in that was renewed meanwhile
        who = await ask();
        if (who) answer = await post(one, who);
      }
      if (!who || answer.status === 401) { ended = true; return; }
      if (!await settle(one, answer)) stopped.add(one.card);
    }
    if (slow.size) again = setTimeout(send, LATER);
    if (offline && tried.size && !(await queue().waiting()).length) location.replace(page.dataset.today);
  }
  /* What the server said to one entry. False where those that follow it in its card have to wait. */
  async function settle(one, answer) {
    const card = cards.of(one), trouble = answer.status >= 500 || [408, 429].includes(answer.status);
    const before = slow.get(one.number)?.times || 0;
    slow.delete(one.number);
    if (answer.ok) {
      const { words: said } = await answer.json();
      await queue().drop([one.number]);
      if (card) { cards.note(card, said, "logged"); cards.complain(card, ""); }
      return true;
    }
    if (trouble || answer.status === 425) {
      const what = trouble ? "the server can't take it now" : "what it amends has not arrived";
      const why = `${what}. It is sent again later.`;
      slow.set(one.number, { times: before + 1, why });
      if (trouble && !before) throw new Error("not now"); // the server as a whole, perhaps
      if (card) cards.complain(card, `This was not taken yet: ${why}`, [choice(one)]);
      return false;
    }
    const none = "You may not log this session any more. Ask your SENCO who logs it now.";
    const why = await answer.json().catch(() => null) || { errors: { form: none }, theirs: null };
    await queue().tell(one.number, why);
    await sentBack({ ...one, why });
    return false;
  }

  async function show() {
    gone = await store.tidy();
    keeps = Boolean(await store.held());
    const kept = await store.keptPage();
    if (!kept) return;
    const holder = document.createElement("template");
    holder.innerHTML = kept.html; // from our own server, encrypted since
    document.getElementById("cards").replaceWith(holder.content);
    const at = new Date(kept.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    idle = `There is no connection. These are the sessions as they stood at ${at}. ${LATER_SENT}`;
  }
  async function keep() {
    if (!page.dataset.key || !window.isSecureContext || !window.indexedDB) return;
    const secret = await fetch(page.dataset.key).then((answer) => answer.ok ? answer.json() : null).catch(() => null);
    if (!secret?.key) return;
    gone = await store.unlock(secret.user, secret.key);
    while (memory.length) { // tapped while the key was under way
      const [one] = memory;
      await store.add(one);
      memory = memory.filter((other) => other.number !== one.number);
    }
    keeps = true;
    if (navigator.serviceWorker) await navigator.serviceWorker.register(page.dataset.worker).catch(() => null);
    if (!page.dataset.kept) return;
    const answer = await fetch(page.dataset.kept);
    if (answer.ok && !answer.redirected) await store.keepPage(await answer.text());
  }
  async function remind() {
    for (const one of await queue().waiting().catch(() => [])) {
      const card = cards.of(one), form = card?.querySelector("form");
      if (!form || card.dataset.back) continue;
      if (one.why) { await sentBack(one); continue; }
      if (!("new" in card.dataset)) form.elements.after.value = value(one.said, "client");
      cards.note(card, `${words(one.said)} · waiting to be sent`, "waiting");
    }
  }

  /* Looked at once a minute at most: a phone that slept knows the time again, and its clock may have been set. */
  function begin() {
    clearTimeout(soon);
    const next = cards.begin();
    if (next < Infinity) soon = setTimeout(begin, Math.min(Math.max(next - Date.now(), 500), LATER));
  }

  /* A session that is added began just now, in steps of five minutes, as long as nobody typed another time. */
  document.addEventListener("toggle", ({ target }) => {
    if (!target.open) return;
    const now = new Date(), step = now.getMinutes() - now.getMinutes() % 5;
    const two = (number) => String(number).padStart(2, "0"), at = `${two(now.getHours())}:${two(step)}`;
    const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`; // a page may be kept overnight
    for (const one of target.querySelectorAll(`[data-now="${day}"]`)) {
      if (one.value === one.defaultValue) one.value = one.defaultValue = at;
    }
  }, true);

  // Before the page's own guards: here a form needs no connection.
  window.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-queue]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    take(form, event.submitter);
  }, true);
  document.addEventListener("input", ({ target }) => {
    if (/^(here|actual|minutes-.*)$/.test(target.name) && target.closest("form[data-queue]")) cards.relabel(target.form);
    if (target.name === "reason") cards.askWhy(target.form, false);
  });
  window.addEventListener("online", () => send());
  window.addEventListener("beforeunload", (event) => { if (memory.length) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { begin(); send(); } });
  new BroadcastChannel("provision-map").addEventListener("message", () => send()); // signed in again in another tab

  (async () => {
    await (offline ? show() : keep()).catch(() => null);
    begin();
    await remind();
    await tally();
    page.dataset.ready = keeps ? "kept" : "here";
    await send();
  })();
})();
