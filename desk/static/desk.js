// What every page does by itself: times that go on, messages that fade, forms that ask before loss. Each place adds a file of its own.
const body = document.body;
export const prefix = body.dataset.prefix;
export const csrf = body.dataset.csrf;
export const agent = body.dataset.agent;
export const language = document.documentElement.lang;

/** A short message in the corner, read aloud too. kind: "" or "bad". */
export function toast(text, kind = "") {
  const box = document.createElement("p");
  box.className = `toast ${kind}`;
  box.textContent = text;
  document.getElementById("toasts").append(box);
  setTimeout(() => box.remove(), 6000);
}

/** A length in its two largest units, as the server says it: "2 d 3 h", "45 min", "30 s". */
export function length(seconds) {
  let left = Math.abs(Math.trunc(seconds));
  if (left < 60) return `${left} s`;
  const parts = [];
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    const count = Math.trunc(left / size);
    left %= size;
    if (count || parts.length) parts.push(count ? `${count} ${unit}` : "");
  }
  return parts.slice(0, 2).filter(Boolean).join(" ");
}

const SAID = {
  es: { late: (x) => `${x} de retraso`, left: (x) => `quedan ${x}`, ago: (x) => `hace ${x}`, now: "ahora" },
  en: { late: (x) => `${x} late`, left: (x) => `${x} left`, ago: (x) => `${x} ago`, now: "now" },
}[language];

function keepTimes() {
  const now = Date.now();
  for (const each of document.querySelectorAll("time[data-due]")) {
    const left = (Date.parse(each.dateTime) - now) / 1000;
    each.className = `due ${left < 0 ? "late" : left < 3600 ? "soon" : "calm"}`;
    each.textContent = SAID[left < 0 ? "late" : "left"](length(left));
  }
  for (const each of document.querySelectorAll("time[data-ago]")) {
    const gone = (now - Date.parse(each.dateTime)) / 1000;
    each.textContent = gone < 5 ? SAID.now : SAID.ago(length(gone));
  }
}
setInterval(keepTimes, 15000);

document.addEventListener("submit", (event) => {
  const asked = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (asked && !window.confirm(asked)) event.preventDefault();
});
/** How many cases wait on this person, in the title and beside the places. */
function showWaiting() {
  const count = Number(document.getElementById("frame")?.dataset.waitingCount ?? NaN);
  if (Number.isNaN(count)) return;
  document.title = (count ? `(${count}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  for (const each of document.querySelectorAll("[data-waiting]")) {
    each.textContent = count;
    each.hidden = !count;
  }
}
document.addEventListener("live:changed", (event) => {
  keepTimes();
  if (event.target.id === "frame") showWaiting();
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.action?.endsWith("/logout")) return;
  try { // drafts go with whoever wrote them
    for (const name of Object.keys(localStorage)) if (name.startsWith("ventanilla:draft:")) localStorage.removeItem(name);
  } catch { /* no storage: there is no draft */ }
});

for (const each of document.querySelectorAll("[data-fades]")) setTimeout(() => each.remove(), 8000);
document.addEventListener("click", (event) => {
  const menu = document.getElementById("menu");
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.getElementById("menu")?.removeAttribute("open");
});
