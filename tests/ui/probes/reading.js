// What a screen reader would stumble over.
() => {
  const shown = (one) => one.type !== 'hidden' && getComputedStyle(one).display !== 'none';
  const name = (one) => one.labels?.length || one.getAttribute('aria-label') || one.getAttribute('aria-labelledby');
  const fields = [...document.querySelectorAll('input, select, textarea, progress')].filter(shown);
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  return {
    language: document.documentElement.lang,
    nameless: fields.filter((one) => !name(one)).map((one) => one.outerHTML),
    silent: [...document.querySelectorAll('a, button, summary')].filter(shown)
      .filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label'))).map((one) => one.outerHTML),
    pictures: [...document.querySelectorAll('img:not([alt])')].length,
    headings: [...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1])),
    mains: document.querySelectorAll('main').length,
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    title: document.title,
  };
}
