{% load static %}"use strict";
/* Keeps the frame of Today and what it is drawn with; never a page that holds anything of anybody. */
const FRAME = "{% url 'interventions:today-offline' %}";
const NAME = "today-{% static 'js/today.js' %}";
const PARTS = [FRAME, "{% static 'css/tokens.css' %}", "{% static 'css/base.css' %}", "{% static 'css/components.css' %}", "{% static 'css/today.css' %}", "{% static 'js/today_store.js' %}", "{% static 'js/today_card.js' %}", "{% static 'js/today.js' %}", "{% static 'icons/icon.svg' %}"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(PARTS)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("today-") && name !== NAME) await caches.delete(name);
    await self.clients.claim();
  })());
});
self.addEventListener("fetch", (event) => {
  const { request } = event, path = new URL(request.url).pathname;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async () => (await caches.match(FRAME)) || Response.error()));
  } else if (PARTS.includes(path) && path !== FRAME) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(path)) || Response.error()));
  }
});
