// The queue of pairs by keyboard: 1 the same, 2 different, 3 later, for the pair in focus or the first without an answer.
(function () {
  "use strict";
  const pairs = () => [...document.querySelectorAll("[data-pair]")];
  const answered = (pair) => pair.querySelector("input:checked") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !["1", "2", "3"].includes(event.key)) return;
    if (event.target.closest("input:not([type=radio]), textarea, select")) return;
    const all = pairs();
    const pair = event.target.closest("[data-pair]") || all.find((each) => !answered(each));
    if (!pair) return;
    event.preventDefault();
    pair.querySelectorAll("input[type=radio]")[Number(event.key) - 1].checked = true;
    const next = all.slice(all.indexOf(pair) + 1).find((each) => !answered(each));
    const target = next || document.querySelector("[data-pairs-save]");
    target.focus();
    target.scrollIntoView({ block: "center" });
  });
})();
