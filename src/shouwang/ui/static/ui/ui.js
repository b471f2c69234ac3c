// Comforts of every page. Nothing here is needed: each page works without it.
(function () {
  "use strict";
  const bar = document.getElementById("offline-bar");

  // Addresses may hold what somebody searched for: nothing of them stays behind in the browser's storage.
  sessionStorage.removeItem("htmx-current-path-for-history");

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

  // A form marked data-careful is sent only when the server can be reached; until then it stays as it is.
  const root = document.documentElement;
  const reach = async () => {
    if (!navigator.onLine) return false;
    const answer = await fetch(root.dataset.alive, { cache: "no-store", signal: AbortSignal.timeout(8000) }).catch(() => null);
    return Boolean(answer && answer.ok);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-careful") || form.dataset.reached || !root.dataset.alive) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    reach().then((isThere) => {
      if (isThere) {
        form.dataset.reached = "1";
        form.requestSubmit(button);
      } else {
        bar.lastChild.textContent = " 现在连不上，还没有提交。内容都在这一页上，不要关，走到有信号的地方再点一次。";
        bar.hidden = false;
      }
    });
  }, true);

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

  // On a phone a row of tabs is pushed sideways: the one that is open stands in sight.
  document.querySelectorAll(".sw-tabs [aria-current]").forEach((tab) => {
    const row = tab.closest("ul");
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  });

  // The summary of errors is read first.
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  // Whether there is a network.
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

  // A part that renews itself says so when it could not.
  const failed = (event) => {
    const part = event.detail.elt.closest && event.detail.elt.closest("[data-live]");
    const note = part && part.querySelector(".sw-updated");
    if (!note || note.classList.contains("is-stale")) return;
    note.classList.add("is-stale");
    note.prepend("没有更新成功，显示的还是旧数。");
  };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:timeout", failed);

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

  if (root.dataset.worker && "serviceWorker" in navigator) {
    window.addEventListener("load", () => navigator.serviceWorker.register(root.dataset.worker, { scope: "/" }).catch(() => null));
  }

  // Who has forms on this phone is told before she signs out: the phone's own pages empty it.
  document.addEventListener("submit", (event) => {
    if (!event.target.hasAttribute("data-leave") || !localStorage.getItem("sw-phone")) return;
    event.preventDefault();
    location.assign(event.target.dataset.leave);
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
