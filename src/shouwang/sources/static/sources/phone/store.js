// The phone's store: IndexedDB, every record sealed by a key that the page cannot read out.
//
// A random data key seals the records. It lies wrapped twice: by a key derived from the PIN, and by a key of this
// browser that cannot be exported. docs/decisions/0025 says what that keeps off and what not.

const NAME = "shouwang-phone";
const ITERATIONS = 600000;
const TRIES = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let database = null;
let dataKey = null;

const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function open() {
  if (database) return database;
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("meta");
    const items = request.result.createObjectStore("items", { keyPath: "id" });
    items.createIndex("kind", "kind");
    items.createIndex("state", "state");
  };
  database = await asked(request);
  database.onversionchange = () => { database.close(); database = null; };
  return database;
}

async function run(name, mode, work) {
  const transaction = (await open()).transaction(name, mode);
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  const result = await work(transaction.objectStore(name));
  await ended;
  return result;
}

export const meta = {
  get: (name) => run("meta", "readonly", (store) => asked(store.get(name))),
  set: (name, value) => run("meta", "readwrite", (store) => asked(store.put(value, name))),
};

async function pinKey(pin, salt, iterations) {
  const material = await crypto.subtle.importKey("raw", encoder.encode(pin.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations }, material, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"],
  );
}

const random = (length) => crypto.getRandomValues(new Uint8Array(length));

async function wrap(key, pin) {
  const own = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const lock = { salt: random(16), iterations: ITERATIONS, pinIv: random(12), ownIv: random(12), own, tries: 0, until: 0 };
  const derived = await pinKey(pin, lock.salt, lock.iterations);
  const inner = await crypto.subtle.wrapKey("raw", key, derived, { name: "AES-GCM", iv: lock.pinIv });
  lock.wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv: lock.ownIv }, own, inner);
  return lock;
}

async function unwrap(lock, pin) {
  const derived = await pinKey(pin, lock.salt, lock.iterations);
  const inner = await crypto.subtle.decrypt({ name: "AES-GCM", iv: lock.ownIv }, lock.own, lock.wrapped);
  return crypto.subtle.unwrapKey("raw", inner, derived, { name: "AES-GCM", iv: lock.pinIv }, { name: "AES-GCM" }, false, ["encrypt", "decrypt"]);
}

export const isSetUp = async () => Boolean(await meta.get("lock"));
export const isOpen = () => dataKey !== null;
export const shut = () => { dataKey = null; };

export async function setUp(pin) {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const lock = await wrap(key, pin);
  await meta.set("lock", lock);
  dataKey = await unwrap(lock, pin);
}

// Answers {ok}, or {left, wait}: tries left before everything is wiped, seconds until the next one.
export async function unlock(pin) {
  const lock = await meta.get("lock");
  const wait = Math.ceil((lock.until - Date.now()) / 1000);
  if (wait > 0) return { left: TRIES - lock.tries, wait };
  // Counted before it is tried: closing the page in between gains nothing.
  lock.tries += 1;
  lock.until = lock.tries >= 5 ? Date.now() + 30000 : 0;
  await meta.set("lock", lock);
  try {
    dataKey = await unwrap(lock, pin);
  } catch {
    if (lock.tries >= TRIES) await wipe();
    return { left: Math.max(0, TRIES - lock.tries), wait: Math.max(0, Math.ceil((lock.until - Date.now()) / 1000)) };
  }
  await meta.set("lock", { ...lock, tries: 0, until: 0 });
  return { ok: true };
}

const bound = (kind, id) => encoder.encode(`${kind}:${id}`);

async function seal(kind, id, bytes) {
  const iv = random(12);
  return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(kind, id) }, dataKey, bytes) };
}

const unseal = (row) => crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData: bound(row.kind, row.id) }, dataKey, row.sealed);

// `state` and `at` stand in the clear: they tell how many forms wait, not what is in them.
export async function put(kind, id, value, { state = "", at = Date.now() } = {}) {
  const row = { id, kind, state, at, ...(await seal(kind, id, encoder.encode(JSON.stringify(value)))) };
  await run("items", "readwrite", (store) => asked(store.put(row)));
}

// Rows of one change, all or none: {kind, id, value or bytes, state}.
export async function putAll(changes) {
  const at = Date.now();
  const rows = await Promise.all(changes.map(async ({ kind, id, value, bytes, state }) => ({
    id, kind, state, at, ...(await seal(kind, id, bytes || encoder.encode(JSON.stringify(value)))),
  })));
  await run("items", "readwrite", async (store) => { for (const row of rows) store.put(row); });
}

async function read(row) {
  return { id: row.id, state: row.state, at: row.at, value: JSON.parse(decoder.decode(await unseal(row))) };
}

export async function get(id) {
  const row = await run("items", "readonly", (store) => asked(store.get(id)));
  return row ? read(row) : null;
}

export async function getBytes(id) {
  const row = await run("items", "readonly", (store) => asked(store.get(id)));
  return row ? new Uint8Array(await unseal(row)) : null;
}

export async function all(kind) {
  const rows = await run("items", "readonly", (store) => asked(store.index("kind").getAll(kind)));
  return (await Promise.all(rows.map(read))).sort((one, other) => one.at - other.at);
}

export const remove = (id) => run("items", "readwrite", (store) => asked(store.delete(id)));

export async function removeKind(kind) {
  await run("items", "readwrite", async (store) => {
    for (const id of await asked(store.index("kind").getAllKeys(kind))) store.delete(id);
  });
}

// How many forms and pictures have not been sent; known without the PIN.
export async function unsent() {
  const states = ["queued", "refused", "conflict"];
  return run("items", "readonly", async (store) => {
    const rows = await Promise.all(states.map((state) => asked(store.index("state").getAll(state))));
    const found = rows.flat();
    return { reports: found.filter((row) => row.kind === "report").length, pictures: found.filter((row) => row.kind === "picture").length };
  });
}

export async function drafts() {
  return run("items", "readonly", (store) => asked(store.index("kind").count("draft")));
}

// Everything goes: records, keys, the copy of the register. Nothing can be read after it.
export async function wipe() {
  dataKey = null;
  const held = await open();
  const transaction = held.transaction(["meta", "items"], "readwrite");
  transaction.objectStore("meta").clear();
  transaction.objectStore("items").clear();
  await new Promise((resolve, reject) => { transaction.oncomplete = resolve; transaction.onabort = () => reject(transaction.error); });
  held.close();
  database = null;
  await new Promise((resolve) => {
    const gone = indexedDB.deleteDatabase(NAME);
    gone.onsuccess = gone.onerror = gone.onblocked = resolve;
  });
  localStorage.removeItem("sw-phone");
}
