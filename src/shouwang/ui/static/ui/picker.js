// Turns a field inside [data-picker] into a combobox that suggests as one types (characters or pinyin initials).
// Without this file the typed text is sent as it is and the form's page asks back.
(function () {
  "use strict";
  let serial = 0;

  function enhance(box) {
    const input = box.querySelector("input");
    if (!input || box.dataset.ready) return;
    box.dataset.ready = "1";
    const list = document.createElement("ul");
    const sent = document.createElement("input");
    const id = `picker-${(serial += 1)}`;
    let chosen = -1;
    let waiting;
    let last = 0;

    sent.type = "hidden";
    sent.name = input.name;
    sent.value = input.value;
    input.removeAttribute("name");
    if (input.dataset.shown) {
      input.value = input.dataset.shown;
      box.querySelector(".sw-picker-shown")?.remove();
    }
    list.id = id;
    list.className = "sw-picker-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "可选项");
    list.hidden = true;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", id);
    input.setAttribute("aria-expanded", "false");
    box.append(sent, list);

    const options = () => [...list.querySelectorAll("li[data-value]")];
    const show = (open) => {
      list.hidden = !open;
      input.setAttribute("aria-expanded", String(open));
      if (!open) { chosen = -1; input.removeAttribute("aria-activedescendant"); }
    };
    const mark = (index) => {
      const all = options();
      chosen = all.length ? (index + all.length) % all.length : -1;
      all.forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
      if (chosen >= 0) {
        input.setAttribute("aria-activedescendant", all[chosen].id);
        all[chosen].scrollIntoView({ block: "nearest" });
      }
    };
    const take = (option) => {
      sent.value = option.dataset.value;
      input.value = (option.querySelector("span") || option).textContent.trim();
      show(false);
      sent.dispatchEvent(new Event("change", { bubbles: true }));
    };
    // [data-picker-post]: what was typed goes in the body of a POST, so that it may also be an ID or a phone number;
    // the first hit is chosen already, Enter takes it.
    const isPosted = box.hasAttribute("data-picker-post");
    const asked = (address) => {
      const headers = { "HX-Request": "true" };
      if (!isPosted) return [address, { headers, credentials: "same-origin" }];
      const body = new FormData();
      address.searchParams.forEach((value, name) => body.set(name, value));
      body.set("csrfmiddlewaretoken", input.form.querySelector("input[name=csrfmiddlewaretoken]").value);
      address.search = "";
      return [address, { method: "POST", body, headers, credentials: "same-origin" }];
    };
    async function search() {
      const turn = (last += 1);
      const address = new URL(box.dataset.picker, window.location.href);
      address.searchParams.set("q", input.value.trim());
      for (const name of (box.dataset.pickerWith || "").split(" ").filter(Boolean)) {
        const other = input.form && input.form.querySelector(`input[name="${name}"], select[name="${name}"]`);
        if (other) address.searchParams.set(name, other.value);
      }
      const answer = await fetch(...asked(address)).catch(() => null);
      if (turn !== last || document.activeElement !== input) return;
      if (!answer || !answer.ok) { show(false); return; }
      list.innerHTML = await answer.text();
      options().forEach((option, i) => { option.id = `${id}-${i}`; });
      show(true);
      if (isPosted) mark(0);
    }
    const later = () => {
      clearTimeout(waiting);
      sent.value = input.value;
      // A resident ID or a phone number never goes into an address: the form itself sends it.
      const isNumber = /\d{15}|^1\d{10}$/.test(input.value.trim());
      if (!input.value.trim() || (isNumber && !isPosted)) { show(false); return; }
      waiting = setTimeout(search, 200);
    };

    input.addEventListener("input", (event) => { if (!event.isComposing) later(); });
    input.addEventListener("compositionend", later);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || list.hidden) return;
      if (event.key === "ArrowDown") { event.preventDefault(); mark(chosen + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); mark(chosen < 0 ? -1 : chosen - 1); }
      else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(options()[chosen]); }
      else if (event.key === "Escape") { event.stopPropagation(); show(false); }
    });
    input.addEventListener("blur", () => setTimeout(() => show(false), 150));
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("li[data-value]");
      if (option) take(option);
    });
    // A field with the focus from the start may have been typed into before this file was there.
    if (document.activeElement === input && !input.dataset.shown) later();
  }

  const all = () => document.querySelectorAll("[data-picker]").forEach(enhance);
  document.addEventListener("htmx:afterSettle", all);
  all();
})();
