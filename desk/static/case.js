// One case: what is being written is kept, moves open in a dialog, messages are walked with keys, and news moves nothing.
import { agent, csrf, toast } from "./desk.js";

const page = document.querySelector("[data-case]");
const dialog = document.getElementById("case-dialog");
const key = page?.dataset.case;
const stream = () => document.getElementById("case-stream");

// ---- drafts: in this browser, for this person and this case -------------------------------------------------------------------

const SENT = "ventanilla:sent";
const place = (form) => `ventanilla:draft:${agent}:${key}:${form.dataset.draft}`;
const forms = [...document.querySelectorAll("form[data-draft]")];

function forget(name) {
  try { localStorage.removeItem(name); } catch { /* no storage: there is no draft */ }
}

function keep(form) {
  const field = form.elements.text;
  try {
    if (field.value.trim()) localStorage.setItem(place(form), JSON.stringify({ text: field.value, once: form.elements.once.value }));
    else localStorage.removeItem(place(form));
  } catch { /* full or forbidden: the text is still on the page */ }
}

/** What was sent is kept no longer: the page after it says under which mark it arrived. */
function settle() {
  const address = new URL(location.href);
  const said = address.searchParams.get("said");
  if (!said) return;
  for (const form of forms) {
    const kept = read(form);
    if (kept?.once === said) forget(place(form));
  }
  try { sessionStorage.setItem(SENT, said); } catch { /* no storage: nothing to remember */ }
  address.searchParams.delete("said");
  history.replaceState(null, "", address);
}

function read(form) {
  try { return JSON.parse(localStorage.getItem(place(form)) ?? "null"); } catch { return null; }
}

function bring(form) {
  const kept = read(form);
  const field = form.elements.text;
  if (kept?.text && !field.value) {
    field.value = kept.text;
    form.elements.once.value = kept.once; // the same try: sent once, whatever the browser lost
    form.closest("details")?.setAttribute("open", "");
    const hint = form.querySelector(".hint span, .hint");
    if (hint) hint.textContent = `${page.dataset.draftKept}. ${hint.textContent}`;
  }
  let soon;
  field.addEventListener("input", () => (clearTimeout(soon), (soon = setTimeout(keep, 300, form))));
  form.addEventListener("submit", () => (clearTimeout(soon), keep(form)));
  window.addEventListener("pagehide", () => keep(form));
}

if (page) settle();
forms.forEach(bring);

// ---- writing ------------------------------------------------------------------------------------------------------------------

const answer = document.getElementById("answer");
const text = document.getElementById("answer-text");

document.addEventListener("click", (event) => {
  const opener = event.target instanceof Element ? event.target.closest("[data-writes]") : null;
  if (!opener) return;
  const form = document.getElementById(opener.dataset.writes);
  if (!form) return;
  event.preventDefault();
  if (form instanceof HTMLDetailsElement) form.open = true;
  const field = form.querySelector("textarea");
  field?.focus();
  field?.scrollIntoView({ block: "center" });
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLTextAreaElement)) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form?.requestSubmit(field.form.querySelector("[data-sends]") ?? undefined);
  }
});

let isSending = false;
for (const form of forms)
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (isSending) return event.preventDefault();
    const size = [...(form.elements.files?.files ?? [])].reduce((sum, file) => sum + file.size, 0);
    if (size > Number(form.dataset.most ?? Infinity)) return event.preventDefault(), toast(form.dataset.tooMuch, "bad");
    isSending = true;
  });
window.addEventListener("pageshow", (event) => {
  isSending = false;
  // Back to the page as it was before: what has been sent does not stand there as if it had not.
  try { if (event.persisted && forms.some((form) => form.elements.once.value === sessionStorage.getItem(SENT))) location.reload(); } catch { /* no storage */ }
});

/** Put a text where one writes: at the caret, with a line before it where something stands there. */
function insert(said) {
  const before = text.value.slice(0, text.selectionStart);
  text.setRangeText((before && !before.endsWith("\n") ? "\n\n" : "") + said, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const saved = target?.closest("[data-insert]");
  if (saved && text) {
    event.preventDefault();
    insert(saved.dataset.text);
    answer.elements.saved_answer.value = saved.dataset.insert;
    saved.closest("details").open = false;
  }
  const mention = target?.closest("[data-mention]");
  const note = document.getElementById("note-text");
  if (mention && note) {
    note.setRangeText(`@${mention.dataset.mention} `, note.selectionStart, note.selectionEnd, "end");
    note.focus();
  }
});
document.addEventListener("input", (event) => {
  const list = document.getElementById(event.target.dataset?.filters ?? "");
  if (!list) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const item of list.children) item.hidden = !item.textContent.toLowerCase().includes(wanted);
});
document.getElementById("saved")?.addEventListener("toggle", (event) => event.target.open && event.target.querySelector("input")?.focus());

if (text?.dataset.cost) {
  const told = document.getElementById("answer-cost");
  let soon, asked = 0;
  const ask = async () => {
    const mine = ++asked;
    if (!text.value.trim()) return (told.textContent = "");
    const body = new URLSearchParams({ text: text.value });
    const reply = await fetch(text.dataset.cost, { method: "POST", body, headers: { "X-CSRF-Token": csrf } }).catch(() => null);
    if (reply?.ok && mine === asked) told.textContent = (await reply.json()).said;
  };
  text.addEventListener("input", () => (clearTimeout(soon), (soon = setTimeout(ask, 350))));
  if (text.value) ask();
}

const files = answer?.querySelector("input[type=file]");
if (files) {
  const pick = files.closest(".file-pick");
  const add = (found) => {
    const all = new DataTransfer();
    for (const file of [...files.files, ...found]) all.items.add(file);
    files.files = all.files;
  };
  answer.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && (event.preventDefault(), pick.classList.add("over")));
  answer.addEventListener("dragleave", () => pick.classList.remove("over"));
  answer.addEventListener("drop", (event) => {
    pick.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  text.addEventListener("paste", (event) => event.clipboardData.files.length && (event.preventDefault(), add(event.clipboardData.files)));
}

// ---- moves in a dialog --------------------------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-closes]") && dialog?.open) return event.preventDefault(), dialog.close();
  const more = document.getElementById("case-more");
  if (more?.open && !more.contains(target)) more.open = false;
  const link = target?.closest("a[data-move]");
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (more) more.open = false;
  const reply = await fetch(link.href, { headers: { "X-Part": "1" }, credentials: "same-origin" }).catch(() => null);
  if (!reply?.ok) return (location.href = link.href);
  dialog.replaceChildren(...new DOMParser().parseFromString(await reply.text(), "text/html").body.childNodes);
  dialog.showModal();
  (dialog.querySelector("select, textarea, input:not([type=hidden])") ?? dialog.querySelector("button"))?.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.getElementById("case-more")?.removeAttribute("open");
});

// ---- walking, and what has been seen ------------------------------------------------------------------------------------------

const entries = () => [...document.querySelectorAll("#case-stream .entry")];

function show(entry, block = "start") {
  for (const each of document.querySelectorAll(".entry.here")) each.classList.remove("here");
  entry.classList.add("here");
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block });
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-step]") : null;
  if (!button) return;
  const all = entries(), step = Number(button.dataset.step);
  const here = all.findIndex((each) => each.classList.contains("here"));
  const next = here < 0 ? all.length - (step < 0 ? 1 : 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  if (all[next]) show(all[next]);
});

const seen = answer?.elements.seen;
const watcher = seen && new IntersectionObserver((changes) => {
  for (const each of changes)
    if (each.isIntersecting && !document.hidden) seen.value = Math.max(Number(seen.value), Number(each.target.dataset.message));
});
const watch = () => watcher && document.querySelectorAll("[data-message]").forEach((each) => watcher.observe(each));
watch();

// ---- news: nothing that somebody reads or writes moves ------------------------------------------------------------------------

let newest = Number(stream()?.dataset.newest ?? 0);
let top = null;
const anchor = () => (document.activeElement?.closest?.(".case-writing") ? document.querySelector(".case-writing") : null);
if (page)
  new ResizeObserver(() => {
    const held = anchor();
    if (held && top !== null) window.scrollBy({ top: held.getBoundingClientRect().top - top, behavior: "instant" });
    top = held?.getBoundingClientRect().top ?? null;
  }).observe(stream() ?? page);
for (const name of ["scroll", "focusin", "input", "resize"]) window.addEventListener(name, () => (top = anchor()?.getBoundingClientRect().top ?? null), { passive: true });

document.addEventListener("live:changed", (event) => {
  if (event.target.id !== "case-stream") return;
  watch();
  const now = Number(event.target.dataset.newest);
  if (now > newest) toast(page.dataset.new);
  newest = now;
});

// ---- small things -------------------------------------------------------------------------------------------------------------

function count() {
  for (const each of document.querySelectorAll("[data-until]")) {
    const left = Math.ceil((Date.parse(each.dataset.until) - Date.now()) / 1000);
    each.textContent = left > 0 ? page.dataset.goesOut.replace("%", left) : each.dataset.then;
  }
}
if (page) setInterval(count, 1000);

if (page && !location.hash && !document.querySelector("form[data-refused]")) {
  const waiting = document.querySelector(".entry.waits") ?? entries().at(-1);
  if (waiting && waiting.getBoundingClientRect().top > window.innerHeight * 0.7) waiting.scrollIntoView({ block: "center" });
}
if (document.querySelector("form[data-refused]")) document.getElementById("answer-problem")?.scrollIntoView({ block: "center" });
