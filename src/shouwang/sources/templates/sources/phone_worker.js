{% autoescape off %}// Keeps the phone's own pages, so that they open without a signal. What they hold lies sealed in IndexedDB, never here.
const STORE = "phone-{{ version }}";
const PAGE = "{{ page }}";
const KEPT = [PAGE{% for address in kept %}, "{{ address }}"{% endfor %}];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(KEPT.map((address) => new Request(address, { cache: "reload" })))).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("phone-") && name !== STORE).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const request = event.request;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET" || !KEPT.includes(path)) return;
  event.respondWith(caches.open(STORE).then((store) => store.match(path)).then((kept) => kept || fetch(request)));
});
{% endautoescape %}