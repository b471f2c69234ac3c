// Comforts of every page. Nothing here is needed: each page works without it.
(function () {
  "use strict";

  // A form that was touched and not sent asks before it is left. Nothing typed is kept in the browser.
  const touched = new Set();
  const isKept = (form) => form && form.method === "post" && !form.hasAttribute("data-unguarded");
  document.addEventListener("input", (event) => {
    if (isKept(event.target.form)) touched.add(event.target.form);
  });
  document.addEventListener("submit", (event) => touched.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    const open = [...touched].some((form) => form.isConnected);
    if (open) event.preventDefault();
  });

  // One press, one request: the button of a sent form waits.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || event.defaultPrevented || event.target.method !== "post") return;
    setTimeout(() => { button.disabled = true; button.setAttribute("aria-busy", "true"); }, 0);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("button[aria-busy]").forEach((button) => {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    });
  });

  // The summary of errors is read first.
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  // Whether there is a network.
  const bar = document.getElementById("offline-bar");
  const showNetwork = () => { if (bar) bar.hidden = navigator.onLine; };
  window.addEventListener("online", showNetwork);
  window.addEventListener("offline", showNetwork);
  showNetwork();

  // A part that takes longer than 300 ms turns pale until its answer is there.
  const waiting = new WeakMap();
  document.addEventListener("htmx:beforeRequest", (event) => {
    const target = event.detail.target;
    waiting.set(target, setTimeout(() => {
      target.classList.add("sw-waiting");
      target.setAttribute("aria-busy", "true");
    }, 300));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const target = event.detail.target;
    clearTimeout(waiting.get(target));
    target.classList.remove("sw-waiting");
    target.removeAttribute("aria-busy");
  });

  // Pick all rows of the page; the button says how many.
  const count = (name) => {
    const boxes = [...document.querySelectorAll("input[type=checkbox]")].filter((box) => box.name === name);
    const picked = boxes.filter((box) => box.checked).length;
    document.querySelectorAll("[data-picked]").forEach((place) => {
      if (place.dataset.picked === name) place.textContent = picked;
    });
    document.querySelectorAll("[data-pick-all]").forEach((all) => {
      if (all.dataset.pickAll !== name) return;
      all.checked = picked > 0 && picked === boxes.length;
      all.indeterminate = picked > 0 && picked < boxes.length;
    });
  };
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== "checkbox") return;
    const name = box.dataset.pickAll || box.name;
    if (box.dataset.pickAll) {
      document.querySelectorAll("input[type=checkbox]").forEach((other) => {
        if (other.name === name) other.checked = box.checked;
      });
    }
    count(name);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print]");
    if (button) window.print();
  });

  // Menus close on a click beside them and on Escape.
  const closeMenus = (except) => document.querySelectorAll("details.sw-menu[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.sw-menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
  });
})();
