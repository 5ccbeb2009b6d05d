"use strict";
/* What every page does: the CSRF header, quiet messages, errors that keep what was typed, asking before harm. */
(() => {
  const status = () => document.getElementById("status");

  function say(text, bad = false) {
    const line = document.createElement("div");
    line.textContent = text;
    if (bad) line.className = "bad";
    status().replaceChildren(line);
    if (!bad) setTimeout(() => line.remove(), 4000);
  }
  window.provisionMap = { say };

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
  });
  document.addEventListener("said", (event) => say(event.detail.value));
  document.addEventListener("htmx:responseError", (event) => {
    const code = event.detail.xhr.status;
    const words = {
      401: "Your sign-in has ended. What you typed is still here: sign in again in another tab, then save.",
      403: "Your role does not allow this, or your sign-in changed in another tab. Nothing was saved.",
      404: "This is no longer here, or no longer shared with you.",
    };
    if (code !== 401 || !document.body.dataset.session) say(words[code] || "Something went wrong on our side. What you typed is still here: try again.", true);
  });
  for (const trouble of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(trouble, () => say("No connection. What you typed is still here: try again in a moment.", true));
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    const wanted = event.detail.target.querySelector("[autofocus]");
    if (wanted) wanted.focus();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    if (form) form.requestSubmit();
  });
})();
