"use strict";
/* What a phone keeps of Today: the cards with letters in place of names, and entries that wait to be sent. Encrypted
   with a key of the session that no script can read back; wiped at sign-out, and after a day. */
(() => {
  const DAY = 24 * 60 * 60 * 1000;
  const STORES = ["keys", "pages", "queue"];
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
  /* One transaction over some stores: all of `work` is on the disk, or nothing of it. */
  async function act(names, mode, work) {
    const db = await open();
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(names, mode);
      let asked = null;
      transaction.oncomplete = () => resolve(asked?.result); // on the disk, not only asked for
      transaction.onerror = transaction.onabort = () => reject(transaction.error || new Error("not kept"));
      try { asked = work(...names.map((one) => transaction.objectStore(one))); } catch { transaction.abort(); }
    });
  }
  /* No transaction outlives the wait for a cipher: what is sealed with a key and the key itself change by turns. */
  const alone = (work) => navigator.locks ? navigator.locks.request("today-store", work) : work();
  const get = (store, key) => act([store], "readonly", (one) => one.get(key));
  const all = () => act(["queue"], "readonly", (one) => one.getAll());
  const held = () => get("keys", "now");
  const young = (one) => Date.now() - one.at < DAY;

  async function encrypt(value, key) {
    const iv = crypto.getRandomValues(new Uint8Array(12)), bytes = new TextEncoder().encode(JSON.stringify(value));
    return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
  }
  async function decrypt(sealed, key) {
    const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.bytes);
    return JSON.parse(new TextDecoder().decode(bytes));
  }
  const read = (one, now) => now && one ? decrypt(one.sealed, now.key).catch(() => null) : null;

  /* Everything that is less than a day old is sealed with `key` from now on, and the rest is gone, in one transaction.
     The titles of the entries that were older are told, where they could still be read. */
  async function turn(user, key, now) {
    const stays = [], lost = [], page = await get("pages", "today");
    const html = page && young(page) && await read(page, now);
    for (const one of await all()) {
      const content = one.user === user ? await read(one, now) : null;
      if (content && young(one)) stays.push({ ...one, sealed: await encrypt(content, key) });
      else lost.push(content?.title || "");
    }
    const kept = html && { at: page.at, sealed: await encrypt(html, key) };
    await act(STORES, "readwrite", (keys, pages, queue) => {
      for (const one of [keys, pages, queue]) one.clear();
      if (kept) pages.put(kept, "today");
      for (const one of stays) queue.put(one);
      keys.put({ user, key, at: Date.now() }, "now");
    });
    return { lost, others: 0 };
  }
  /* Opened with a connection: the key of this session takes over. What waits of anybody else, only they could send:
     it is removed, and how many there were is told. */
  const unlock = (user, secret) => alone(async () => {
    const bytes = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    const now = await held();
    if (!now || now.user === user) return turn(user, key, now);
    const others = (await all()).length;
    await wipe();
    return { ...await turn(user, key, null), others };
  });
  /* Opened without one: past a day the session's key goes, and with it the page. Entries made since then stay for their
     own day, under a key that was never known to anybody; without any, nothing is left. */
  const tidy = () => alone(async () => {
    const now = await held(), page = await get("pages", "today");
    if (now && young(now)) {
      const old = (await all()).filter((one) => !young(one)), lost = [];
      for (const one of old) lost.push((await read(one, now))?.title || "");
      await act(["pages", "queue"], "readwrite", (pages, queue) => {
        if (page && !young(page)) pages.clear();
        for (const one of old) queue.delete(one.number);
      });
      return { lost, others: 0 };
    }
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await act(["pages"], "readwrite", (pages) => pages.clear());
    const told = now ? await turn(now.user, key, now) : { lost: [], others: 0 };
    if (!(await all()).length) await wipe();
    return told;
  });

  const keepPage = (html) => alone(async () => {
    const now = await held();
    if (!now) return;
    const sealed = await encrypt(html, now.key);
    await act(["pages"], "readwrite", (pages) => pages.put({ at: Date.now(), sealed }, "today"));
  });
  async function keptPage() {
    const page = await get("pages", "today"), html = await read(page, await held());
    return html ? { at: page.at, html } : null;
  }

  /* Kept, and what it takes the place of removed: both or neither. */
  const add = ({ card, title, said }, replaced = []) => alone(async () => {
    const now = await held();
    if (!now) throw new Error("no key");
    const one = { at: Date.now(), user: now.user, card, why: null, sealed: await encrypt({ title, said }, now.key) };
    return act(["queue"], "readwrite", (queue) => {
      queue.put(one);
      for (const number of replaced) queue.delete(number);
    });
  });
  /* The entries that wait, oldest first, as they were made. */
  async function waiting() {
    const now = await held(), found = [];
    for (const one of await all()) {
      const content = now?.user === one.user ? await read(one, now) : null;
      if (content) found.push({ ...one, ...content });
    }
    return found;
  }
  const tell = (number, why) => alone(async () => {
    const one = await get("queue", number);
    if (one) await act(["queue"], "readwrite", (queue) => queue.put({ ...one, why }));
  });
  const drop = (numbers) => act(["queue"], "readwrite", (queue) => { for (const one of numbers) queue.delete(one); });
  const wipe = () => act(STORES, "readwrite", (...stores) => { for (const one of stores) one.clear(); });

  window.todayStore = { unlock, tidy, held, keepPage, keptPage, add, waiting, tell, drop };
})();
