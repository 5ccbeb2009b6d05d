"use strict";
/* The end of a session, without losing what is typed: a word before it, a cover over the page after it, and the page
   again as it was once the same person has signed in in another tab. Escape twice covers the page at once. */
(() => {
  const body = document.body;
  const user = Number(body.dataset.user), warning = Number(body.dataset.warning) * 1000;
  const cover = document.getElementById("cover"), words = document.getElementById("cover-words");
  const again = document.getElementById("cover-again"), stay = document.getElementById("stay");
  const title = document.title;
  let ends = Date.now() + Number(body.dataset.left) * 1000, covered = "", timer = 0, before = null, asking = false, heard = Date.now();
  const UNHEARD = 20_000; // milliseconds without a word of the server, after which a form asks before it is sent

  const token = () => document.querySelector("meta[name=csrf-token]");
  function renew(value) {
    token().content = value;
    for (const one of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) one.value = value;
  }

  function lay(why) {
    if (!covered) before = document.activeElement;
    covered = why;
    stay.hidden = true;
    words.textContent = why === "hidden"
      ? "The screen is hidden. What was on it is still there."
      : "You have been signed out. What you typed is still here: sign in again, and go on where you were.";
    again.textContent = why === "hidden" ? "Show it again" : "Sign in again";
    again.href = why === "hidden" ? again.dataset.again : again.dataset.signIn;
    document.title = "Provision Map";
    for (const one of body.children) if (one !== cover) one.inert = true;
    cover.hidden = false;
    again.focus();
  }

  function lift() {
    for (const one of body.children) one.inert = false;
    cover.hidden = true;
    covered = "";
    document.title = title;
    before?.focus();
  }

  async function ask(method = "GET") {
    if (asking) return;
    asking = true;
    const headers = method === "POST" ? { "X-CSRFToken": token().content } : {};
    const answer = await fetch(body.dataset.session, { method, headers }).catch(() => null);
    asking = false;
    if (!answer) return; // no connection: the page stays as it is, and saves say so
    if (answer.status === 401) { lay("ended"); return; }
    if (!answer.ok) return;
    const now = await answer.json();
    if (now.user !== user) { location.replace("/"); return; } // somebody else: nothing of this page is theirs
    renew(now.token);
    heard = Date.now();
    ends = Date.now() + now.left * 1000;
    if (now.hidden) lay("hidden"); else if (covered) lift();
    plan();
  }

  function plan() {
    clearTimeout(timer);
    const left = ends - Date.now();
    stay.hidden = left > warning || Boolean(covered);
    timer = setTimeout(() => (ends - Date.now() > 1000 ? plan() : ask()), Math.max(500, left > warning ? left - warning + 500 : left));
  }

  async function hide() {
    lay("hidden");
    // kept alive: the session closes even when the tab is shut in the same moment
    await fetch(body.dataset.lock, { method: "POST", keepalive: true, headers: { "X-CSRFToken": token().content } }).catch(() => null);
  }

  /* Signing out wipes what a phone keeps of Today: who has entries waiting there is asked first. */
  window.addEventListener("submit", (event) => {
    let waiting = 0;
    try { waiting = Number(localStorage.getItem("today-waiting")); } catch { /* no such store */ }
    const out = event.target.action === new URL(body.dataset.out, location.href).href;
    const them = waiting === 1 ? "1 entry waits" : `${waiting} entries wait`;
    if (out && !navigator.onLine) { // nothing is removed: what waits is sent later, by whoever is still signed in
      window.provisionMap.say(`You can't sign out without a connection.${waiting ? ` ${them}.` : ""}`, true);
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (out && waiting && !window.confirm(`${them} on this device to be sent. Signing out removes ${waiting === 1 ? "it" : "them"}. Sign out anyway?`)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  let escaped = 0;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (Date.now() - escaped < 600 && !covered) hide();
    escaped = Date.now();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-hide]")) hide();
    if (event.target.closest("[data-stay]")) ask("POST");
  });
  /* A form that would be refused is kept back: nothing typed is sent into a session that has ended, nor from a computer
     without a connection, where the browser would put its own page in place of this one. */
  document.addEventListener("submit", (event) => {
    const offline = !navigator.onLine, form = event.target;
    const sure = !offline && Date.now() <= ends && Date.now() - heard < UNHEARD;
    if (form.method !== "post" || covered || sure) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (offline) window.provisionMap.say("No connection. What you typed is still here: try again in a moment.", true);
    // The session may have been ended elsewhere: asked first, and sent once it is known to last.
    else ask().then(() => { if (!covered && Date.now() - heard < UNHEARD) form.requestSubmit(event.submitter); });
  }, true);
  window.addEventListener("online", () => ask()); // whether it still lasts could not be asked meanwhile
  document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status === 401) ask(); });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig?.verb === "post") ends = Date.now() + Number(body.dataset.idle) * 1000, plan();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && (covered || ends - Date.now() < warning)) ask(); });
  window.addEventListener("focus", () => { if (covered) ask(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  new BroadcastChannel("provision-map").addEventListener("message", () => ask());
  plan();
})();
