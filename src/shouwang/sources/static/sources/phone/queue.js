// What waits to be sent. Each form has a key of its own from its first day: however often it is sent, it counts once.

import * as net from "./net.js";
import * as store from "./store.js";

const BATCH = 20;
const KEEP_SENT_DAYS = 7;
export const WAITING = "queued";

export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export async function enqueue(key, report, label, pictures) {
  const about = pictures.map(({ key: own, media, kind, signer, text, at }) => ({ key: own, media, kind, signer, text, at }));
  // The draft lies under the same key: it turns into the form that waits, and its pictures with it, in one step.
  await store.putAll([
    { kind: "report", id: key, value: { report, label, pictures: about, problem: null, theirs: [] }, state: WAITING },
    ...pictures.map((each) => ({ kind: "picture", id: each.key, bytes: each.bytes, state: WAITING })),
  ]);
}

async function mark(item, state, changes) {
  await store.put("report", item.id, { ...item.value, ...changes }, { state, at: item.at });
}

// Sends what waits. Answers what stood in the way: "", "offline", "sign-in", "other-user", "locked".
export async function flush(onChange = () => {}) {
  if (!store.isOpen()) return "";
  return navigator.locks.request("shouwang-phone-flush", async () => {
    const state = await net.deviceState();
    if (state === "locked") return "locked";
    if (state === "unreachable") return "offline";
    try {
      const who = await net.me();
      const mine = await store.get("me");
      if (mine && mine.value.user_id !== who.user_id) return "other-user";
      await store.put("me", "me", who);
      await sendReports(onChange);
      await sendPictures(onChange);
      await forgetOld();
      return "";
    } catch (error) {
      if (error instanceof net.Unreachable) return "offline";
      if (error instanceof net.Problem && error.status === 401) return "sign-in";
      if (error instanceof net.Problem && error.code === "device-locked") return "locked";
      throw error;
    }
  });
}

async function sendReports(onChange) {
  for (;;) {
    const waiting = (await store.all("report")).filter((item) => item.state === WAITING).slice(0, BATCH);
    if (!waiting.length) return;
    await sendBatch(waiting);
    onChange();
  }
}

async function sendBatch(items) {
  let told;
  try {
    told = await net.reports(items.map((item) => ({ ...item.value.report, key: item.id })));
  } catch (error) {
    if (!(error instanceof net.Problem) || [401, 403].includes(error.status) || error.code === "device-locked") throw error;
    // One form that the server cannot read must not hold the others up.
    if (items.length > 1) {
      for (const item of items) await sendBatch([item]);
    } else {
      await mark(items[0], "refused", { problem: { code: error.code, detail: error.message, field: "" } });
    }
    return;
  }
  const byKey = new Map(told.results.map((result) => [result.key, result]));
  for (const item of items) {
    const result = byKey.get(item.id);
    if (!result) continue;
    if (result.state === "accepted") {
      // What has arrived is not kept here: only its name and number.
      const { label, pictures } = item.value;
      await store.put("report", item.id, { label: { who: label.who }, pictures, clue_id: result.clue_id, received_at: result.received_at }, { state: "sent", at: item.at });
    } else if (result.state === "conflict") {
      await mark(item, "conflict", { theirs: result.theirs, problem: null });
    } else {
      await mark(item, "refused", { problem: { code: result.code, detail: result.detail, field: result.field }, theirs: [] });
    }
  }
}

async function sendPictures(onChange) {
  for (const item of (await store.all("report")).filter((each) => each.state === "sent" && (each.value.pictures || []).length)) {
    const left = [...item.value.pictures];
    while (left.length) {
      const about = left[0];
      const bytes = await store.getBytes(about.key);
      let problem = null;
      if (bytes) {
        try {
          const { key, ...more } = about;
          await net.picture(key, { ...more, report: item.id }, bytes);
        } catch (error) {
          if (!(error instanceof net.Problem) || [401, 403].includes(error.status) || error.code === "device-locked") throw error;
          problem = error.message;
        }
      }
      await store.remove(about.key);
      left.shift();
      const problems = problem ? [...(item.value.problems || []), problem] : item.value.problems;
      item.value = { ...item.value, pictures: left, problems };
      await store.put("report", item.id, item.value, { state: "sent", at: item.at });
      onChange();
    }
  }
}

async function forgetOld() {
  const before = Date.now() - KEEP_SENT_DAYS * 86400000;
  for (const item of await store.all("report")) {
    if (item.state === "sent" && item.at < before && !(item.value.pictures || []).length) await store.remove(item.id);
  }
}

// It is another matter than what others reported: sent again, saying so.
export async function insist(key) {
  const item = await store.get(key);
  const seen = item.value.theirs.map((each) => each.clue_id);
  const report = { ...item.value.report, despite: [...new Set([...(item.value.report.despite || []), ...seen])] };
  await mark(item, WAITING, { report, theirs: [], problem: null });
}

export async function drop(key) {
  const item = await store.get(key);
  for (const each of item.value.pictures || []) await store.remove(each.key);
  await store.remove(key);
}
