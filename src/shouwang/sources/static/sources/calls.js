// Taking a call down by keyboard: digits choose the cause, Ctrl+Enter sends from anywhere, the number stays in view.
(function () {
  "use strict";
  const form = document.querySelector("[data-call]");
  if (!form) return;
  const causes = [...form.querySelectorAll("input[name=cause]")];
  causes.slice(0, 9).forEach((radio, index) => {
    const key = document.createElement("kbd");
    key.textContent = String(index + 1);
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
    const chosen = isCause && /^[1-9]$/.test(event.key) ? causes[Number(event.key) - 1] : null;
    if (chosen) {
      event.preventDefault();
      chosen.checked = true;
      chosen.focus();
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  form.addEventListener("submit", () => { isSent = true; });
})();
