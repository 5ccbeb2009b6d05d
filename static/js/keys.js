"use strict";
/* Passkeys: says in plain words what went wrong, takes the tick about the computer along, and hides the buttons where
   the browser knows none. */
(() => {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const gave = event.detail.exception?.name;
    const words = gave === "NotAllowedError" || gave === "AbortError"
      ? "No passkey was used: it was cancelled, or took too long. Try again, or use another way."
      : "This device could not use a passkey here. Use another way.";
    window.provisionMap.say(words, true);
  });
  document.getElementById("passkey-use")?.addEventListener("click", () => {
    document.getElementById("passkey-shared").disabled = !document.getElementById("id_shared").checked;
  });
  if (!window.PublicKeyCredential) for (const one of document.querySelectorAll("[data-needs-script]")) one.hidden = true;
})();
