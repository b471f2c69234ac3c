// Talking to the server: one place that knows its addresses, its clock and its problems.

import { meta } from "./store.js";

const BASE = document.documentElement.dataset.api;
const WAIT = 30000;
let csrf = "";

export class Unreachable extends Error {}
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || "服务器没有收下，过一会儿再送。");
    this.status = status;
    this.code = body.code || "";
  }
}

async function ask(path, { method = "GET", json, bytes, type, headers = {} } = {}) {
  const device = await meta.get("device");
  const all = { Accept: "application/json", ...headers };
  if (device) all["X-Device"] = device.token;
  if (method !== "GET") all["X-CSRFToken"] = csrf;
  if (json !== undefined) all["Content-Type"] = "application/json";
  if (type) all["Content-Type"] = type;
  let answer;
  try {
    answer = await fetch(BASE + path, {
      method, headers: all, body: json === undefined ? bytes : JSON.stringify(json), cache: "no-store", credentials: "same-origin",
      redirect: "error", signal: AbortSignal.timeout(WAIT),
    });
  } catch {
    throw new Unreachable();
  }
  const text = await answer.text().catch(() => { throw new Unreachable(); });
  let body = {};
  try { body = text ? JSON.parse(text) : {}; } catch { if (answer.ok) throw new Unreachable(); }
  if (answer.status >= 500 || answer.status === 429) throw new Unreachable();
  if (!answer.ok) throw new Problem(answer.status, body);
  if (body.now) await clockNote(body.now);
  return body;
}

// How far this phone's clock is behind the server's, and when the two last met.
async function clockNote(now) {
  await meta.set("offset", new Date(now).getTime() - Date.now());
  await meta.set("contact", Date.now());
}

export const serverTime = async () => new Date(Date.now() + ((await meta.get("offset")) || 0));

export async function me() {
  const found = await ask("me");
  csrf = found.csrf;
  return found;
}

export const households = (village, after) => ask(`households?village=${village}&after=${after}`);
export const reports = (list) => ask("reports", { method: "POST", json: { device_now: new Date().toISOString(), reports: list } });
export const picture = (key, about, bytes) => ask(`pictures/${encodeURIComponent(key)}?${new URLSearchParams(about)}`, { method: "PUT", bytes, type: about.media });
export const deviceAdd = (label) => ask("devices", { method: "POST", json: { label } });

// "live", "locked", "wiped", "unknown"; or "unreachable".
export async function deviceState(isWiped = false) {
  const device = await meta.get("device");
  if (!device) return "unknown";
  try {
    return (await ask("device-state", { method: "POST", json: { token: device.token, is_wiped: isWiped } })).state;
  } catch {
    return "unreachable";
  }
}

export async function leave(address) {
  const form = new URLSearchParams({ csrfmiddlewaretoken: csrf });
  await fetch(address, { method: "POST", body: form, headers: { "X-CSRFToken": csrf }, redirect: "manual", credentials: "same-origin" }).catch(() => null);
}
