"use strict";
/* What a phone keeps of Today: the cards with letters in place of names, and entries that wait to be sent. Encrypted
   with a key of the session that no script can read back; wiped at sign-out, and after a day. */
(() => {
  const DAY = 24 * 60 * 60 * 1000;
  let opened = null;

  function open() {
    opened ||= new Promise((resolve, reject) => {
      const asked = indexedDB.open("today", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("keys");
        asked.result.createObjectStore("pages");
        asked.result.createObjectStore("queue", { keyPath: "number", autoIncrement: true });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    return opened;
  }
  async function act(store, mode, work) {
    const db = await open();
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(store, mode), asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked?.result); // on the disk, not only asked for
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }
  const get = (store, key) => act(store, "readonly", (one) => one.get(key));
  const put = (store, value, key) => act(store, "readwrite", (one) => one.put(value, key));

  const held = () => get("keys", "now");
  /* The key of whoever is signed in. One that is there already stays while it is theirs: what waits is sealed with it. */
  async function unlock(user, secret) {
    const now = await held().catch(() => null);
    if (now && now.user === user && Date.now() - now.at < DAY) return now;
    if (now && now.user !== user) await wipe();
    const bytes = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    const waiting = await all().catch(() => []);
    for (const one of waiting) if (now) one.said = await decrypt(one.sealed, now.key).catch(() => null);
    await put("keys", { user, key, at: Date.now() }, "now");
    for (const one of waiting) if (one.said) await put("queue", { ...one, said: undefined, sealed: await encrypt(one.said, key) });
    return held();
  }
  async function encrypt(value, key) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(value))) };
  }
  async function decrypt(sealed, key) {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.bytes)));
  }

  async function keepPage(html) {
    const now = await held();
    if (now) await put("pages", { at: Date.now(), sealed: await encrypt(html, now.key) }, "today");
  }
  async function keptPage() {
    const now = await held(), page = await get("pages", "today");
    if (!now || !page || Date.now() - page.at > DAY) return null;
    return { at: page.at, html: await decrypt(page.sealed, now.key) };
  }

  const all = () => act("queue", "readonly", (one) => one.getAll());
  async function add(card, fields) {
    const now = await held();
    if (!now) throw new Error("no key");
    return put("queue", { at: Date.now(), user: now.user, card, why: null, sealed: await encrypt(fields, now.key) });
  }
  /* The entries that wait, oldest first, as they were made. One that this device can't open any more is told as lost. */
  async function waiting() {
    const now = await held(), found = [];
    for (const one of await all()) {
      const said = now && now.user === one.user ? await decrypt(one.sealed, now.key).catch(() => null) : null;
      found.push({ ...one, said, old: Date.now() - one.at > DAY });
    }
    return found;
  }
  const tell = async (number, why) => { const one = await get("queue", number); if (one) await put("queue", { ...one, why }); };
  const drop = (number) => act("queue", "readwrite", (one) => one.delete(number));
  async function count() {
    try { return (await act("queue", "readonly", (one) => one.count())) || 0; } catch { return 0; }
  }
  async function wipe() {
    for (const store of ["keys", "pages", "queue"]) await act(store, "readwrite", (one) => one.clear());
  }
  window.todayStore = { unlock, held, keepPage, keptPage, add, waiting, tell, drop, count, wipe };
})();
