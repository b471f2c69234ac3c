// The phone's pages. They are drawn here, from what the phone keeps; the server is met only to send and to renew.

import { h, when, yuan } from "./dom.js";
import { AMOUNTS, check, draftNew, formView, picturesOf, today } from "./form.js";
import * as net from "./net.js";
import * as queue from "./queue.js";
import * as store from "./store.js";

const root = document.documentElement;
const main = document.getElementById("main");
const strip = document.getElementById("strip");
const LOCK_AFTER = 10 * 60000;
const LEAST_PIN = 6;
const WORDS = {
  offline: "现在连不上。登记表存在手机里，有信号会自动送。", "sign-in": "登录已过期。登记表还在，登录后自动送出。",
  "other-user": "现在登录的不是这部手机的主人，没有送。请本人登录。", "": "",
};
let hindrance = "";
let isSending = false;
let hidden = 0;
let search = "";

const go = (place) => { if (location.hash === place) draw(); else location.hash = place; };
const title = (text) => { document.title = `${text} · 守望`; return h("h1", { tabindex: "-1" }, text); };
const show = (...parts) => { main.replaceChildren(...parts.flat(3).filter(Boolean)); window.scrollTo(0, 0); const head = main.querySelector("#summary") || main.querySelector("h1"); if (head) head.focus({ preventScroll: true }); };

async function showStrip() {
  const { reports, pictures } = await store.unsent();
  const drafts = await store.drafts();
  strip.replaceChildren();
  strip.className = reports || pictures ? "waiting" : "";
  const count = reports || pictures ? `还没送出：${reports} 张登记表${pictures ? `，${pictures} 张照片` : ""}` : "都送出了";
  strip.append(h("a", { href: "#/queue" }, count), drafts ? h("span", {}, `草稿 ${drafts}`) : "", navigator.onLine ? "" : h("span", { class: "tag" }, "没有网络"));
  const days = await daysLeft();
  if (days !== null && days <= 3) strip.append(h("span", { class: "tag" }, days < 1 ? "今天再不联网，手机会自己清空" : `${Math.ceil(days)} 天内不联网，手机会自己清空`));
}

async function daysLeft() {
  const contact = await store.meta.get("contact");
  const keep = await store.meta.get("keep");
  return contact && keep ? keep - (Date.now() - contact) / 86400000 : null;
}

let isWiped = false; // what was told stays on the screen until somebody signs in again

async function wipeAll(told) {
  isWiped = true;
  await net.deviceState(true);
  await store.wipe();
  hindrance = "";
  show(title("已清空"), h("p", { class: "card" }, told), h("a", { class: "button main", href: root.dataset.login }, "重新登录"));
  strip.replaceChildren();
}

async function send() {
  if (isSending || !store.isOpen()) return;
  isSending = true;
  try {
    hindrance = await queue.flush(showStrip);
    if (hindrance === "locked") { await wipeAll("这部手机已被锁定，存在上面的内容都清空了。手机找回来了，重新登录就能再用。"); return; }
  } finally {
    isSending = false;
  }
  await showStrip();
  if (["", "#/", "#/queue"].includes(location.hash)) draw();
}

// ---- PIN ----

function pinForm(label, button, use) {
  const input = h("input", { type: "password", id: "pin", autocomplete: "off", inputmode: "numeric", maxlength: 64, required: true });
  const told = h("p", { class: "error", role: "alert" });
  return h("form", { class: "card", onsubmit: async (event) => {
    event.preventDefault();
    const pressed = event.submitter;
    if (pressed) pressed.disabled = true;
    told.textContent = "";
    try { told.textContent = (await use(input.value)) || ""; } finally { if (pressed) pressed.disabled = false; input.value = ""; }
  } }, h("label", { for: "pin" }, label), told, input, h("button", { class: "button main" }, button));
}

function setUpView() {
  let first = "";
  const step = () => show(title(first ? "再输一次口令" : "设一个手机口令"),
    h("p", { class: "card" }, `农户名单和登记表要加密存在这部手机上，没有信号也能填。口令至少 ${LEAST_PIN} 位，不要用生日。口令忘了，手机上没送出的内容找不回来。`),
    pinForm(first ? "再输一次" : "手机口令", first ? "设好口令" : "下一步", async (pin) => {
      if (!first) {
        if (pin.length < LEAST_PIN) return `口令至少 ${LEAST_PIN} 位。`;
        if (/^(.)\1+$/.test(pin) || "01234567890 09876543210".includes(pin)) return "这个口令太好猜，请换一个。";
        first = pin;
        step();
        return "";
      }
      if (pin !== first) { first = ""; step(); return "两次输的不一样，请重新设。"; }
      await begin(pin);
      return "";
    }), fallback());
  step();
}

async function begin(pin) {
  let who;
  try {
    who = await net.me();
  } catch (error) {
    if (error instanceof net.Problem && error.status === 401) { location.assign(root.dataset.login); return; }
    show(title("现在开不了"), h("p", { class: "card" }, error instanceof net.Problem ? "这个账号不填登记表，不用装在手机上。" : "第一次使用要联网。请走到有信号的地方再试。"), fallback());
    return;
  }
  await store.setUp(pin);
  await store.meta.set("keep", who.keep_days);
  await store.put("me", "me", who);
  const device = await net.deviceAdd(phoneName());
  await store.meta.set("device", { id: device.device_id, token: device.token });
  localStorage.setItem("sw-phone", "1");
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  await renew();
  go("#/");
}

const phoneName = () => {
  const found = /\(([^)]*)\)/.exec(navigator.userAgent);
  return (found ? found[1].split(";").slice(-2).join(" ") : "手机").trim().slice(0, 60) || "手机";
};

function unlockView() {
  show(title("输入手机口令"), pinForm("手机口令", "打开", async (pin) => {
    const told = await store.unlock(pin);
    if (told.ok) { draw(); send(); return ""; }
    if (told.left === 0) { await wipeAll("口令输错太多次，手机上的内容都清空了。"); return ""; }
    return `口令不对，还能试 ${told.left} 次${told.wait ? `，请等 ${told.wait} 秒` : ""}。试完了，手机上的内容会清空。`;
  }), fallback());
}

const fallback = () => h("p", { class: "hint" }, h("a", { href: root.dataset.fallback }, "有网络时，也可以用网页填登记表"));

// ---- the list ----

async function renew() {
  const who = (await store.get("me")).value;
  const found = [];
  let now = null;
  for (const village of who.villages) {
    let after = 0;
    while (after !== null) {
      const page = await net.households(village.slot, after);
      found.push(...page.households);
      now = now || page.now;
      after = page.next_after;
    }
  }
  await store.put("list", "list", { households: found, known_at: now || who.now });
}

async function homeView() {
  const who = (await store.get("me")).value;
  const list = await store.get("list");
  const households = list ? list.value.households : [];
  const drafts = await store.all("draft");
  const rows = h("ul", { class: "list" });
  const fill = () => {
    const text = search.trim().toLowerCase();
    const fit = households.filter((each) => !text || each.initials.startsWith(text) || each.head_name.includes(text) || each.members.some((member) => member.name.includes(text)));
    rows.replaceChildren(...fit.slice(0, 60).map((each) => h("li", {}, h("a", { class: "row", href: `#/household/${each.id}` }, h("strong", {}, each.head_name), h("span", { class: "hint" }, `${each.place} · ${each.members.length} 人${each.watch_label ? ` · ${each.watch_label}` : ""}`)))));
    if (!fit.length) rows.append(h("li", { class: "hint" }, households.length ? "没有这一户。登记簿里没有的，点下面“登记簿里没有的人”。" : "手机里还没有名单，联网后点“更新名单”。"));
    if (fit.length > 60) rows.append(h("li", { class: "hint" }, `还有 ${fit.length - 60} 户，写姓名或拼音首字母再找。`));
  };
  fill();
  show(title("手机登记"), hindrance && h("p", { class: "card problem", role: "status" }, WORDS[hindrance], hindrance === "sign-in" && h("a", { class: "button", href: root.dataset.login }, "去登录")),
    drafts.length ? h("section", { class: "card" }, h("h2", {}, "没写完的草稿"), drafts.map((each) => h("a", { class: "row", href: `#/draft/${each.id}` }, h("strong", {}, each.value.label), h("span", { class: "hint" }, when(each.at))))) : null,
    h("div", { class: "field" }, h("label", { for: "search" }, "找一户（姓名或拼音首字母）"), h("input", { id: "search", type: "search", autocomplete: "off", value: search, oninput: (event) => { search = event.target.value; fill(); } })),
    rows, h("p", { class: "hint" }, list ? `名单 ${households.length} 户，${when(list.value.known_at)} 更新` : ""),
    h("p", {}, h("a", { href: "#/more" }, "更新名单、丢了手机、退出"), ` · ${who.name}`),
    h("div", { class: "bar" }, h("a", { class: "button quiet", href: "#/household/0" }, "登记簿里没有的人"), h("a", { class: "button main", href: "#/queue" }, "看送出情况")));
}

async function startDraft(id) {
  const who = (await store.get("me")).value;
  const list = await store.get("list");
  const household = id ? list.value.households.find((each) => each.id === id) : null;
  if (id && !household) return go("#/");
  const draft = draftNew(household || null, who.villages.length ? who.villages[0].slot : null);
  await store.put("draft", draft.key, { draft, household, known_at: list ? list.value.known_at : null, label: household ? `${household.head_name}家` : "登记簿里没有的人" });
  location.replace(`#/draft/${draft.key}`);
}

const packed = (bytes) => { let text = ""; for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192)); return btoa(text); };
const unpacked = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

async function draftView(key) {
  const kept = await store.get(key);
  if (!kept) return go("#/");
  const { draft, household, label, known_at: knownAt } = kept.value;
  for (const each of [...draft.photos, draft.signature]) if (each && typeof each.bytes === "string") each.bytes = unpacked(each.bytes);
  const who = (await store.get("me")).value;
  const now = today(await net.serverTime());
  let problems = kept.value.problem && kept.value.problem.field ? { [kept.value.problem.field]: kept.value.problem.detail } : {};
  let last = Promise.resolve();
  let isDone = false;
  const save = () => {
    const plain = { ...draft, photos: draft.photos.map((each) => ({ ...each, bytes: packed(each.bytes) })), signature: draft.signature && { ...draft.signature, bytes: packed(draft.signature.bytes) } };
    last = last.then(() => (isDone ? null : store.put("draft", key, { draft: plain, household, label: draft.person_name ? `${draft.person_name}（未登记）` : label, known_at: knownAt })));
    return last.then(showStrip);
  };
  const draw = () => {
    const view = formView({ draft, household, causes: who.causes, signed: who.signed || null, villages: who.villages, today: now, problems, save, redraw: draw, send: finish, back: async () => { await last; go("#/"); } });
    const place = window.scrollY;
    show(title(household ? `${household.head_name}家` : "登记簿里没有的人"), h("p", { class: "hint" }, household ? household.place : "写清怎么找到这家人"), h("p", { class: "hint" }, `要填的 ${draft.asked} 项，已有数据 ${household ? household.known : 0} 项`), view);
    if (!Object.keys(problems).length) window.scrollTo(0, place);
  };
  const finish = async () => {
    const { body, problems: found } = check(draft, household, now);
    problems = found;
    if (Object.keys(found).length) { draw(); return; }
    await last;
    isDone = true;
    const at = new Date().toISOString();
    const report = { ...body, written_at: at, known_at: household ? knownAt : null };
    await queue.enqueue(key, report, { who: household ? `${household.head_name}家` : draft.person_name, what: label, household }, picturesOf(draft, at));
    await showStrip();
    go("#/queue");
    send();
  };
  draw();
}

// ---- what waits, what came back ----

const STATES = { queued: "等着送", refused: "没有收下", conflict: "别人也报过", sent: "已送到" };

async function queueView() {
  const items = (await store.all("report")).reverse();
  const groups = ["conflict", "refused", "queued", "sent"].map((state) => [state, items.filter((each) => each.state === state)]);
  show(title("送出情况"), hindrance && h("p", { class: "card problem", role: "status" }, WORDS[hindrance], hindrance === "sign-in" && h("a", { class: "button", href: root.dataset.login }, "去登录")),
    items.length ? null : h("p", { class: "card" }, "还没有写好的登记表。"),
    groups.filter(([, found]) => found.length).map(([state, found]) => h("section", { class: "card", "aria-label": STATES[state] }, h("h2", {}, `${STATES[state]}（${found.length}）`), found.map((each) => itemRow(state, each)))),
    h("div", { class: "bar" }, h("a", { class: "button quiet", href: "#/" }, "返回"), h("button", { type: "button", class: "button main", onclick: send }, "现在送出")));
}

function itemRow(state, item) {
  const { label, problem, pictures } = item.value;
  const waiting = (pictures || []).length;
  return h("div", { class: "row" }, h("strong", {}, label.who), h("span", { class: "hint" }, `${when(item.at)}${waiting ? ` · ${waiting} 张照片还没送` : ""}`),
    problem && h("p", { class: "error" }, problem.detail), (item.value.problems || []).map((told) => h("p", { class: "error" }, `照片没有收下：${told}`)),
    state === "conflict" && h("a", { class: "button", href: `#/conflict/${item.id}` }, "对照着看"),
    state === "refused" && [h("button", { type: "button", class: "button", onclick: () => mend(item) }, "改一改再送"), h("button", { type: "button", class: "link", onclick: () => dropAfter(item) }, "不报了，删掉")]);
}

async function dropAfter(item) {
  if (!confirm(`删掉${item.value.label.who}的登记表？没有送出，删了找不回来。`)) return;
  await queue.drop(item.id);
  await showStrip();
  draw();
}

// Back to a draft under the same key, so that it can still count only once.
async function mend(item) {
  const { report, label, pictures, problem } = item.value;
  const draft = { ...draftNew(label.household, report.village), ...report, key: item.id, village: report.village, occurred_on: report.occurred_on || "", amounts: {}, photos: [], signature: null };
  if (report.spending_id && !draft.cause) draft.cause = "";
  for (const [name] of AMOUNTS) if (report[name] !== null && report[name] !== undefined) draft.amounts[name] = yuan(report[name]).replaceAll(",", "");
  for (const about of pictures || []) {
    const bytes = await store.getBytes(about.key);
    if (!bytes) continue;
    if (about.kind === "SIGNATURE") { draft.signature = { key: about.key, bytes: packed(bytes) }; draft.signer = about.signer; draft.signed = about.text; } else draft.photos.push({ key: about.key, bytes: packed(bytes), at: about.at });
    await store.remove(about.key);
  }
  await store.put("draft", item.id, { draft, household: label.household, known_at: report.known_at, label: label.what, problem });
  go(`#/draft/${item.id}`);
}

async function conflictView(key) {
  const item = await store.get(key);
  if (!item || item.state !== "conflict") return go("#/queue");
  const { report, label, theirs } = item.value;
  const household = label.household;
  const causes = Object.fromEntries((await store.get("me")).value.causes.map((each) => [each.code, each.label]));
  const event = household && household.events.find((each) => each.id === report.spending_id);
  const lines = (side) => [["谁报的", side.reporter], ["什么时候报的", side.at], ["原因", side.cause], ["哪天发生的", side.occurred_on], ["发生了什么", side.summary], ...AMOUNTS.map(([name, text]) => [text, side[name] === null || side[name] === undefined ? "没有填" : `${yuan(side[name])} 元`])];
  const side = (heading, about) => h("section", { class: "side" }, h("h2", {}, heading), h("dl", {}, lines(about).map(([term, text]) => [h("dt", {}, term), h("dd", {}, text || "没有填")])));
  const mine = { ...report, reporter: "您", at: when(item.at), cause: event ? event.cause_label : causes[report.cause] || report.cause, occurred_on: report.occurred_on || (event && event.event_date), gross_fen: report.gross_fen ?? (event ? event.gross_fen : null), reimbursed_fen: report.reimbursed_fen ?? (event ? event.reimbursed_fen : null), self_paid_fen: report.self_paid_fen ?? (event ? event.self_paid_fen : null) };
  show(title(`${label.who}：别人也报过`), h("p", {}, "您写的时候，手机还不知道别人报了这一户的同一种原因。请对照着看是不是同一件事。"),
    h("div", { class: "sides" }, theirs.map((each) => side("已经报的", { ...each, at: when(each.reported_at) })), side("您写的", mine)),
    h("div", { class: "bar" }, h("button", { type: "button", class: "button quiet", onclick: async () => { await queue.drop(key); await showStrip(); go("#/queue"); } }, "是同一件事，不送了"),
      h("button", { type: "button", class: "button main", onclick: async () => { await queue.insist(key); await showStrip(); go("#/queue"); send(); } }, "是另一件事，仍然送出")));
}

// ---- leaving ----

async function moreView() {
  const told = h("p", { role: "status" });
  show(title("更多"), h("section", { class: "card" }, h("h2", {}, "农户名单"), told, h("button", { type: "button", class: "button", onclick: async (event) => {
    event.target.disabled = true;
    told.textContent = "正在更新…";
    try { await send(); await store.put("me", "me", await net.me()); await renew(); told.textContent = "名单已更新。"; } catch (error) { told.textContent = error instanceof net.Problem ? error.message : WORDS.offline; }
    event.target.disabled = false;
  } }, "更新名单")),
  h("section", { class: "card" }, h("h2", {}, "手机丢了"), h("p", {}, "在电脑或别的手机上登录，打开“我的手机”锁定它；也可以找县里的管理员。它下次联网就清空。"), h("a", { href: root.dataset.devices }, "打开“我的手机”")),
  h("section", { class: "card" }, h("h2", {}, "锁上"), h("button", { type: "button", class: "button", onclick: () => { store.shut(); go("#/"); draw(); } }, "锁上，下次要输口令")),
  h("section", { class: "card" }, h("h2", {}, "退出"), h("p", {}, "退出登录，并清空手机上的名单、草稿和登记表。"), h("a", { class: "button", href: "#/leave" }, "退出并清空")), fallback(),
  h("div", { class: "bar" }, h("a", { class: "button quiet", href: "#/" }, "返回")));
}

async function leaveView() {
  const { reports, pictures } = await store.unsent();
  const drafts = await store.drafts();
  const left = [reports && `${reports} 张登记表`, pictures && `${pictures} 张照片`, drafts && `${drafts} 份草稿`].filter(Boolean);
  show(title("退出并清空"), left.length ? h("p", { class: "card problem", role: "alert" }, `还有${left.join("、")}没有送出，清空后找不回来。`) : h("p", { class: "card" }, "都送出了，可以放心退出。"),
    h("div", { class: "bar" }, h("a", { class: "button main", href: "#/" }, "先不退出"), h("button", { type: "button", class: "button quiet", onclick: async () => {
      await net.me().catch(() => null);
      await net.deviceState(true);
      await net.leave(root.dataset.leave);
      await store.wipe();
      strip.replaceChildren();
      show(title("已清空"), h("p", { class: "card" }, "已退出，手机上的内容都清空了。"), h("a", { class: "button main", href: root.dataset.login }, "重新登录"));
    } }, left.length ? "不要了，退出并清空" : "退出并清空")));
}

// ---- the way ----

async function draw() {
  const place = location.hash.slice(1) || "/";
  if (isWiped) return;
  const isSetUp = await store.isSetUp();
  if (isWiped) return;
  if (!isSetUp) return setUpView();
  const days = await daysLeft();
  if (isWiped) return;
  if (days !== null && days < 0) return wipeAll("太久没有联网，手机上的内容已自己清空。");
  await showStrip();
  if (place === "/leave") return leaveView();
  if (!store.isOpen()) return unlockView();
  const [, name, id] = place.split("/");
  if (name === "household") return startDraft(Number(id));
  if (name === "draft") return draftView(id);
  if (name === "conflict") return conflictView(id);
  if (name === "queue") return queueView();
  if (name === "more") return moreView();
  return homeView();
}

async function start() {
  if (!window.isSecureContext || !("indexedDB" in window) || !crypto.subtle || !navigator.locks) {
    show(title("这部手机用不了"), h("p", { class: "card" }, "这里不能加密保存，所以不能离线登记。请用网页填登记表。"), fallback());
    return;
  }
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope }).catch(() => null);
  window.addEventListener("hashchange", draw);
  window.addEventListener("online", () => { showStrip(); send(); });
  window.addEventListener("offline", showStrip);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { hidden = Date.now(); return; }
    if (hidden && Date.now() - hidden > LOCK_AFTER) { store.shut(); draw(); } else send();
  });
  setInterval(() => { if (navigator.onLine && !document.hidden) store.unsent().then((left) => { if (left.reports || left.pictures) send(); }); }, 60000);
  // A lost phone is told so before anybody gives the PIN.
  if ((await store.isSetUp()) && (await net.deviceState()) === "locked") {
    await wipeAll("这部手机已被锁定，存在上面的内容都清空了。手机找回来了，重新登录就能再用。");
    return;
  }
  await draw();
}

start();
