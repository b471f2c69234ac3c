// What a thumb would miss: targets lower than 48 px.
() => {
  const targets = ".btn, .form-control, .form-select, .sw-choice, summary, .sw-tabs a, a.sw-stat";
  return [...document.querySelectorAll(targets)]
    .filter((one) => one.offsetParent && !one.closest(".sw-chart"))
    .filter((one) => one.getBoundingClientRect().height < 48)
    .map((one) => one.outerHTML.slice(0, 100) + one.getBoundingClientRect().height);
}
