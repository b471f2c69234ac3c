// Building pages without writing HTML: nothing that somebody typed can become markup.

export function h(name, about = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(about)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else if (key === "value") element.value = value;
    else if (value === true) element.setAttribute(key, "");
    else element.setAttribute(key, value);
  }
  element.append(...inside.flat(3).filter((part) => part !== null && part !== undefined && part !== false && part !== ""));
  return element;
}

const two = (number) => String(number).padStart(2, "0");
// Days and hours as in China, whatever zone the phone is set to.
const shifted = (moment) => new Date(new Date(moment).getTime() + 8 * 3600000);
export const day = (moment) => { const at = shifted(moment); return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`; };
export const when = (moment) => { const at = shifted(moment); return `${day(moment)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`; };

export const yuan = (fen) => {
  const cents = two(Math.abs(fen) % 100);
  return `${fen < 0 ? "-" : ""}${Math.floor(Math.abs(fen) / 100).toLocaleString("en-US")}.${cents}`;
};

// An amount as people write it → fen; null when empty, undefined when it is none. No fractions are computed.
export function fen(text) {
  const plain = text.replace(/[,，\s元]/g, "").replace(/[０-９]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 65248)).replace(/[．。]/g, ".");
  if (!plain) return null;
  const found = /^(\d{1,9})(?:\.(\d{1,2}))?(万)?$/.exec(plain);
  if (!found) return undefined;
  const cents = Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0"));
  return found[3] ? cents * 10000 : cents;
}
