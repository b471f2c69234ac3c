// Taking a call down by keyboard: digits choose the cause, Ctrl+Enter sends from anywhere, the number stays in view.
(function () {
  "use strict";
  const form = document.querySelector("[data-call]");
  if (!form) return;
  const KEYS = "1234567890-";
  const causes = [...form.querySelectorAll("input[name=cause]")];
  causes.slice(0, KEYS.length).forEach((radio, index) => {
    const key = document.createElement("kbd");
    key.textContent = KEYS[index];
    key.setAttribute("aria-hidden", "true");
    radio.closest("label").append(key);
  });
  let isSent = false;
  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!isSent) form.requestSubmit();
      return;
    }
    const isCause = event.target.name === "cause" && !event.altKey && !event.ctrlKey && !event.metaKey;
    const chosen = isCause && event.key.length === 1 ? causes[KEYS.indexOf(event.key)] : null;
    if (chosen) {
      event.preventDefault();
      chosen.checked = true;
      chosen.focus();
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  form.addEventListener("submit", () => { isSent = true; });
})();
