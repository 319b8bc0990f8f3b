// Keys without a mouse: an element with data-key is clicked, or focused where one types into it, by that key outside of fields. Keys
// of two ("g c") follow each other. Lists (data-rows) are walked with j and k. All of it can be turned off (data-shortcuts="off").
const body = document.body;
const typing = "input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable=true]";
const PATIENCE = 1500;
let begun = "";
let beganAt = 0;

const isOn = () => body.dataset.shortcuts !== "off";
const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });

/** What a key means on this page: what is in the page's content comes before what stands around it, what is seen before what is not. */
function meant(key) {
  const found = [...document.querySelectorAll("[data-key]")].filter((each) => each.dataset.key === key && !each.disabled);
  const rank = (each) => (isSeen(each) ? 0 : 2) + (each.closest("main") ? 0 : 1);
  return found.sort((one, other) => rank(one) - rank(other)).find((each) => isSeen(each) || each.matches("a")) ?? null;
}

function use(element) {
  if (element.matches(typing)) {
    element.focus();
    element.select?.();
  } else {
    if (element.matches("summary")) element.focus();
    element.click();
  }
}

/** Go on by one in the list of this page, from where one is. */
function walk(step) {
  const links = [...document.querySelectorAll("[data-rows] > * a, [data-rows] tbody tr a")];
  const rows = [...new Set(links.map((link) => link.closest("[data-rows] > *, tr")))].map((row) => row.querySelector("a"));
  if (!rows.length) return false;
  const here = rows.findIndex((link) => link.closest("li, tr")?.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
  rows[next].focus();
  rows[next].closest("li, tr")?.scrollIntoView({ block: "nearest" });
  return true;
}

function isInList() {
  return Boolean(document.activeElement?.closest("[data-rows]"));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : body;
  if (target.matches(typing)) {
    if (event.key === "Escape") target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (isInList() && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    if (walk(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    return;
  }
  if (!isOn() || event.key.length !== 1) return;
  const key = event.key;
  const both = begun && Date.now() - beganAt < PATIENCE ? `${begun} ${key}` : "";
  begun = "";
  const found = (both && meant(both)) || meant(key);
  if (found && !event.repeat) {
    event.preventDefault();
    use(found);
  } else if (key === "j" || key === "k") {
    if (walk(key === "j" ? 1 : -1)) event.preventDefault();
  } else if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) {
    begun = key;
    beganAt = Date.now();
  }
});

/** What an element is called: what its data-key-label says, else its accessible name. */
function name(element) {
  const label = element.labels?.[0]?.textContent ?? "";
  return (element.dataset.keyLabel || element.getAttribute("aria-label") || label || element.textContent).replace(/\s+/g, " ").trim();
}

function line(key, said) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  for (const each of key.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = each;
    term.append(cap, " ");
  }
  const meaning = document.createElement("dd");
  meaning.textContent = said;
  row.append(term, meaning);
  return row;
}

const overview = document.getElementById("shortcuts");
overview?.addEventListener("beforetoggle", (event) => {
  if (event.newState !== "open") return;
  const list = overview.querySelector("[data-keys]");
  list.replaceChildren();
  const keys = [...new Set([...document.querySelectorAll("[data-key]")].map((each) => each.dataset.key))];
  const here = keys.filter((key) => meant(key)?.closest("main")), around = keys.filter((key) => !here.includes(key));
  for (const key of here) list.append(line(key, name(meant(key))));
  if (document.querySelector("[data-rows]")) list.append(line("j k", list.dataset.walk), line("Enter", list.dataset.open));
  for (const key of around) if (meant(key)) list.append(line(key, name(meant(key))));
});
document.addEventListener("click", (event) => {
  const opener = event.target instanceof Element && event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target instanceof Element && event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && event.target.open && event.target.dataset.light !== undefined) event.target.close();
});
