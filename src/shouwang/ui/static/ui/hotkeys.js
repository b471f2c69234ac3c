// Keys for those who want them: "/" searches, Alt+1 … Alt+9 go to the parts of the page, "?" shows the list.
(function () {
  "use strict";
  const OFF = "hotkeys-off";
  const sections = () => [...document.querySelectorAll("[data-section]")].slice(0, 9);
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const isOff = () => localStorage.getItem(OFF) === "1";

  sections().forEach((section) => section.setAttribute("tabindex", "-1"));

  // The key of each part stands beside its heading, never in it, and only while the list of keys is open.
  const signs = () => sections().map((section, index) => {
    const key = document.createElement("kbd");
    key.className = "sw-key";
    key.textContent = `Alt+${index + 1}`;
    key.setAttribute("aria-hidden", "true");
    section.before(key);
    return key;
  });

  function help() {
    const dialog = document.createElement("dialog");
    const title = document.createElement("h2");
    const list = document.createElement("dl");
    const form = document.createElement("form");
    dialog.className = "sw-hotkeys";
    dialog.setAttribute("aria-label", "键盘操作");
    title.textContent = "键盘操作";
    list.className = "sw-facts";
    const line = (key, what) => {
      const row = document.createElement("div");
      const name = document.createElement("dt");
      const text = document.createElement("dd");
      const sign = document.createElement("kbd");
      sign.textContent = key;
      name.append(sign);
      text.textContent = what;
      row.append(name, text);
      list.append(row);
    };
    if (document.querySelector('[data-hotkey="/"]')) line("/", "找户、找人");
    sections().forEach((section, index) => line(`Alt+${index + 1}`, section.textContent.trim()));
    line("?", "看这张表");
    const label = document.createElement("label");
    const box = document.createElement("input");
    const button = document.createElement("button");
    label.className = "sw-choice";
    box.type = "checkbox";
    box.className = "form-check-input";
    box.checked = isOff();
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "1" : "0"));
    label.append(box, "关闭“/”和“?”两个键");
    button.className = "btn btn-primary";
    button.textContent = "关上";
    form.method = "dialog";
    form.append(label, button);
    dialog.append(title, list, form);
    const shown = signs();
    dialog.addEventListener("close", () => {
      dialog.remove();
      shown.forEach((key) => key.remove());
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && /^Digit[1-9]$/.test(event.code)) {
      const section = sections()[Number(event.code.slice(5)) - 1];
      if (!section) return;
      event.preventDefault();
      section.scrollIntoView({ block: "start" });
      section.focus();
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey || isOff() || isTyping(event.target)) return;
    if (event.key === "/") {
      const search = document.querySelector('[data-hotkey="/"]');
      if (search) { event.preventDefault(); search.focus(); }
    } else if (event.key === "?" && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      help();
    }
  });
})();
