// 《预警信息登记表》 on the phone: what the state holds is shown, not asked; every touch of it is kept as a draft.

import { day, fen, h, yuan } from "./dom.js";
import { pad, shrink } from "./pictures.js";
import { newKey } from "./queue.js";

export const AMOUNTS = [
  ["gross_fen", "总共花费", "住院、学费、损失等的总数，不知道就不填"],
  ["reimbursed_fen", "已报销或已赔付", "医保、保险、救助已经付了的"],
  ["self_paid_fen", "自己付的", "总数减去报销，只填知道的两个就行"],
  ["income_drop_fen", "一年少收入多少", "因为这件事不能打工、绝收等"],
];
const KNOWN = [["occurred_on", "哪天发生的"], ["gross_fen", "总共花费"], ["reimbursed_fen", "已报销或已赔付"], ["self_paid_fen", "自己付的"]];
const NUMBERS = /\d{17}[\dXx]|\d{15,19}|(?<!\d)1[3-9]\d{9}(?!\d)/;

export const draftNew = (household, village) => ({
  key: newKey(), household_id: household ? household.id : null, village, person_id: household && household.members.length === 1 ? household.members[0].person_id : "",
  person_name: "", person_note: "", cause: "", cause_note: "", occurred_on: "", summary: "", amounts: {}, spending_id: null, again: {}, values: {}, photos: [], signer: "", signature: null, signed: "", asked: 0, filled_on: "",
});

// Answers the sent form's body and the problems by field; the same words as the server's.
export function check(draft, household, today) {
  const problems = {};
  const event = household && household.events.find((each) => each.id === draft.spending_id);
  if (household && !event && draft.person_id === "") problems.person_id = "请选是谁的事。";
  if (!event && !draft.cause) problems.cause = "请选一个原因。";
  if (!event && draft.cause === "OTHER" && !draft.cause_note.trim()) problems.cause_note = "原因选“其他”时，请写明是什么原因。";
  if (!event && !draft.occurred_on) problems.occurred_on = "请填发生的日期。";
  if (draft.occurred_on && draft.occurred_on > today) problems.occurred_on = "发生日期还没有到，请核对。";
  const happened = event && !("occurred_on" in draft.again) ? event.event_date : draft.occurred_on;
  if (draft.filled_on && draft.filled_on > today) problems.filled_on = "纸质表上的日期还没有到，请核对。";
  else if (draft.filled_on && happened && draft.filled_on < happened) problems.filled_on = "纸质表上的日期早于发生日期，请核对这两个日期。";
  if (!draft.summary.trim()) problems.summary = "请写一两句发生了什么，例如“5 月查出胃癌，在县医院手术”。";
  if (!household && !draft.person_name.trim()) problems.person_name = "请写这个人的姓名。";
  if (!household && !draft.person_note.trim()) problems.person_note = "请写怎么找到这家人。";
  for (const name of ["summary", "person_note", "cause_note", "person_name"]) {
    if (NUMBERS.test(draft[name] || "")) problems[name] = "这里不要写身份证号、手机号或银行账号，已有的不用再写。";
  }
  const amounts = {};
  for (const [name] of AMOUNTS) {
    const value = fen(draft.amounts[name] || "");
    if (value === undefined) problems[name] = "金额看不懂，请写成 3500 或 3500.50。";
    else amounts[name] = value;
  }
  const again = {};
  for (const [name] of event ? KNOWN : []) {
    if (!(name in draft.again)) continue;
    if (!draft.again[name].trim()) problems[name] = "这一项已有数据。要改，请写明为什么和已有的不一样。";
    else again[name] = draft.again[name].trim();
  }
  if (draft.signature && !draft.signer.trim()) problems.signer = "请写签名人的姓名。";
  const body = {
    household_id: draft.household_id, village: household ? null : draft.village, person_id: event || draft.person_id === "" ? null : draft.person_id,
    person_name: draft.person_name.trim(), person_note: draft.person_note.trim(), cause: event ? "" : draft.cause,
    cause_note: !event && draft.cause === "OTHER" ? draft.cause_note.trim() : "", occurred_on: draft.occurred_on || null, summary: draft.summary.trim(),
    ...amounts, spending_id: event ? event.id : null, again, despite: [], asked: draft.asked, known: household ? household.known : 0,
  };
  if (event) {
    for (const [name] of KNOWN) if (!(name in again)) body[name] = null;
  }
  if (draft.filled_on) body.filled_on = draft.filled_on;
  return { body, problems };
}

export function picturesOf(draft, at) {
  const found = draft.photos.map((photo) => ({ key: photo.key, bytes: photo.bytes, media: "image/jpeg", kind: "PHOTO", signer: "", text: "", at: photo.at }));
  if (draft.signature) {
    found.push({ key: draft.signature.key, bytes: draft.signature.bytes, media: "image/png", kind: "SIGNATURE", signer: draft.signer.trim(), text: draft.signed, at });
  }
  return found;
}

// Draws the form. `save` keeps the draft, `redraw` draws anew after a choice that changes what is asked.
export function formView({ draft, household, causes, signed, villages, today, problems, save, redraw, send, back }) {
  const event = household && household.events.find((each) => each.id === draft.spending_id);
  let asked = 0;
  draft.filled_on ||= ""; // drafts of earlier versions have none

  const field = (name, label, input, hint = "") => {
    asked += 1;
    const told = problems[name];
    input.id = `f-${name}`;
    if (told) { input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", `e-${name}`); }
    return h("div", { class: "field" }, h("label", { for: `f-${name}` }, label), hint && h("p", { class: "hint" }, hint), told && h("p", { class: "error", id: `e-${name}` }, told), input);
  };
  const typed = (name, about = {}, kind = "input") => h(kind, {
    value: draft[name], ...about, oninput: (event) => { draft[name] = event.target.value; save(); },
  });
  const choice = (name, legend, options) => {
    asked += 1;
    return h("fieldset", { class: "field" }, h("legend", {}, legend), problems[name] && h("p", { class: "error", id: `e-${name}` }, problems[name]),
      h("div", { class: "choices" }, options.map(([value, label]) => h("label", { class: "choice" },
        h("input", { type: "radio", name, value: value === null ? "" : value, checked: draft[name] === value, onchange: () => { draft[name] = value; save(); if (name === "cause") redraw(); } }), h("span", {}, label)))));
  };
  const amount = ([name, label, hint]) => field(name, `${label}（元）`, h("input", {
    inputmode: "decimal", autocomplete: "off", value: draft.amounts[name] || "", oninput: (event) => { draft.amounts[name] = event.target.value; save(); },
  }), hint);

  const known = household && h("details", { class: "card" }, h("summary", {}, `已有数据 ${household.known} 项，不用再填`), h("dl", {},
    h("dt", {}, "家庭成员"), h("dd", {}, household.members.map((each) => `${each.name}（${each.relationship}${each.age === null ? "" : `，${each.age} 岁`}）`).join("、")),
    household.watch_label && [h("dt", {}, "监测对象"), h("dd", {}, household.watch_label)],
    household.statuses.length ? [h("dt", {}, "享受的政策"), h("dd", {}, household.statuses.join("、"))] : null));

  const events = household && household.events.length && !event ? h("section", { class: "card" }, h("h2", {}, "是不是这里面的一件事？"),
    h("p", { class: "hint" }, "部门已经报来的，点一下就不用再填原因、日期和金额。"),
    household.events.map((each) => h("button", { type: "button", class: "row", onclick: () => { draft.spending_id = each.id; save(); redraw(); } },
      h("strong", {}, `${each.event_date} ${nameOf(household, each.person_id)}${each.cause_label}${each.detail ? `（${each.detail}）` : ""}`),
      h("span", { class: "hint" }, `${each.source}${each.gross_fen === null ? "" : ` · 总共 ${yuan(each.gross_fen)} 元`}`)))) : null;

  const knownEvent = event && h("section", { class: "card" }, h("h2", {}, `${event.event_date} ${nameOf(household, event.person_id)}${event.cause_label}`),
    KNOWN.map(([name, label]) => {
      const value = name === "occurred_on" ? event.event_date : event[name];
      if (value === null) return name === "occurred_on" ? null : amount(AMOUNTS.find(([own]) => own === name));
      if (name in draft.again) {
        asked += 1;
        const input = name === "occurred_on" ? field("occurred_on", label, typed("occurred_on", { type: "date", max: today })) : amount(AMOUNTS.find(([own]) => own === name));
        return h("div", { class: "again" }, input, field(`${name}-why`, "为什么和已有数据不一样", h("input", { value: draft.again[name], maxlength: 100, oninput: (event) => { draft.again[name] = event.target.value; save(); } })));
      }
      return h("div", { class: "known" }, h("span", {}, label), h("strong", {}, name === "occurred_on" ? value : `${yuan(value)} 元`), h("span", { class: "tag" }, "已有数据"),
        h("button", { type: "button", class: "link", onclick: () => { draft.again[name] = ""; save(); redraw(); } }, `${name === "occurred_on" ? "日期" : label}不对，要改`));
    }),
    h("button", { type: "button", class: "link", onclick: () => { draft.spending_id = null; draft.again = {}; save(); redraw(); } }, "不是这件事，重新填"));

  const who = household ? null : h("fieldset", { class: "card" }, h("legend", {}, "是谁"),
    villages.length > 1 && choice("village", "哪个村", villages.map((each) => [each.slot, each.name])),
    field("person_name", "姓名", typed("person_name", { maxlength: 60, autocomplete: "off" })),
    field("person_note", "住在哪里、怎么找到", typed("person_note", { maxlength: 200, autocomplete: "off" }), "例如“村东头，小学后面第二家”"));

  const paper = h("details", { class: "card", open: Boolean(draft.filled_on || problems.filled_on) }, h("summary", {}, "先填在纸上的，写纸上的日期"),
    field("filled_on", "纸质表上的日期", typed("filled_on", { type: "date", max: today }), "现在补录的才写；线索按这一天算。"));
  asked -= 1; // a date for whoever has a paper in hand, not a question to everybody

  const photos = h("section", { class: "card" }, h("h2", {}, "照片"), h("p", { class: "hint" }, "不填也行。照片在手机上先缩小，登记表送出后再送。"),
    h("label", { class: "button" }, "拍照或选照片", h("input", { type: "file", accept: "image/*", multiple: true, class: "hidden", onchange: async (event) => {
      for (const file of event.target.files) {
        try { draft.photos.push({ key: newKey(), bytes: await shrink(file), at: new Date().toISOString() }); } catch { problems.photos = "这个文件不是照片，没有加上。"; }
      }
      await save(); redraw();
    } })),
    problems.photos && h("p", { class: "error" }, problems.photos),
    draft.photos.map((photo, index) => h("div", { class: "known" }, h("span", {}, `照片 ${index + 1}（${Math.ceil(photo.bytes.length / 1024)} KB）`), h("button", { type: "button", class: "link", onclick: () => { draft.photos.splice(index, 1); save(); redraw(); } }, `删掉照片 ${index + 1}`))));

  // The words are the policy's; those that were signed stay with their signature, whatever the policy says later.
  const words = draft.signature && draft.signed ? { name: signed ? signed.name : "授权书", sign: draft.signed } : signed;
  const signing = words && pad(async () => {
    draft.signature = signing.isEmpty() ? null : { key: (draft.signature && draft.signature.key) || newKey(), bytes: await signing.bytes() };
    draft.signed = words.sign;
    save();
  });
  const authorisation = words && h("details", { class: "card", open: Boolean(draft.signature) }, h("summary", {}, draft.signature ? `${words.name}（已签）` : `${words.name}，请农户签名`), h("p", {}, words.sign),
    field("signer", "签名人姓名", typed("signer", { maxlength: 60, autocomplete: "off" })), draft.signature && h("p", { class: "hint" }, "已经签过。重新写会换掉原来的。"), signing.canvas,
    h("button", { type: "button", class: "link", onclick: () => { signing.clear(); draft.signature = null; save(); } }, "擦掉重签"));

  const form = h("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); draft.asked = asked; send(); } },
    Object.keys(problems).length ? h("div", { class: "card problem", role: "alert", tabindex: "-1", id: "summary" }, h("strong", {}, "还不能送出，请看这几处："),
      h("ul", {}, Object.entries(problems).map(([name, told]) => h("li", {}, h("button", { type: "button", class: "link", onclick: () => reach(form, name) }, told))))) : null,
    known, events, who, knownEvent,
    h("fieldset", { class: "card" }, h("legend", {}, "这件事"),
      household && !event && choice("person_id", "谁的事", [...household.members.map((each) => [each.person_id, `${each.name}（${each.relationship}${each.age === null ? "" : `，${each.age} 岁`}）`]), [null, "全家的事"]]),
      !event && choice("cause", "什么原因", causes.map((each) => [each.code, each.label])),
      !event && draft.cause === "OTHER" && field("cause_note", "其他原因是什么", typed("cause_note", { maxlength: 100 })),
      !event && field("occurred_on", "哪天发生的", typed("occurred_on", { type: "date", max: today })),
      field("summary", "发生了什么", typed("summary", { rows: 4, maxlength: 800 }, "textarea"), "一两句话就行，可以用键盘上的话筒说。不要写身份证号、手机号。")),
    h("fieldset", { class: "card" }, h("legend", {}, "钱的事（知道多少填多少）"), AMOUNTS.filter(([name]) => !event || name === "income_drop_fen").map(amount)),
    paper, photos, authorisation,
    h("div", { class: "bar" }, h("button", { type: "button", class: "button quiet", onclick: back }, "先存草稿"), h("button", { class: "button main" }, "写好了，送出")));
  draft.asked = asked;
  return form;
}

// Takes the reader to the field that a problem is about.
function reach(form, name) {
  const place = form.querySelector(`#f-${name}, [name="${name}"]`) || form.querySelector(`#e-${name}`);
  if (!place) return;
  const closed = place.closest("details");
  if (closed) closed.open = true;
  place.focus();
  place.scrollIntoView({ block: "center" });
}

export function nameOf(household, personId) {
  const found = household.members.find((each) => each.person_id === personId);
  return found ? found.name : "";
}

export const today = (now) => day(now);
