// News for every page: one stream a browser, parts that are fetched again when something happens to them, notices, who else is here.
import { agent, csrf, prefix, toast } from "./desk.js";

const sign = document.getElementById("live-sign");
const words = sign?.dataset ?? {};
const me = Math.random().toString(36).slice(2);
const SILENT = 50_000; // no sign of life for so long: the connection is dead, whatever the browser thinks
const AWAY_AFTER = 4_000;
const NEXT = 1_000; // a part is not fetched more often than this; data-every="5" says otherwise in seconds

// ---- what this page shows ------------------------------------------------------------------------------------------------------

const parts = () => [...document.querySelectorAll("[data-live][id]")];
const listens = (part) => (part.dataset.on ?? "").split(/\s+/).filter(Boolean);

/** The keys of the cases that this page shows. */
function shown() {
  const found = new Set();
  for (const each of parts()) for (const topic of listens(each)) if (topic.startsWith("case:")) found.add(topic.slice(5));
  for (const each of document.querySelectorAll("[data-live-looking]")) found.add(each.dataset.liveLooking);
  return [...found];
}

// ---- parts ---------------------------------------------------------------------------------------------------------------------

const waiting = new Map(); // id → timer
const busy = new Set();
const again = new Set();
const fetched = new Map(); // id → when
const stale = new Set(); // while nobody looks
let isDragging = false;

function touched(topics) {
  const told = new Set(topics);
  for (const part of parts()) if (told.has("*") || listens(part).some((topic) => told.has(topic))) want(part.id);
  for (const each of document.querySelectorAll("[data-live-looking]"))
    if (told.has("*") || told.has(`looking:${each.dataset.liveLooking}`)) askWhoLooks(each);
}

/** Fetch a part soon: once for whatever happens until then, one at a time, and not while nobody looks. */
function want(id) {
  if (document.hidden || isDragging) return stale.add(id);
  if (busy.has(id)) return again.add(id);
  if (waiting.has(id)) return;
  const part = document.getElementById(id);
  const apart = Number(part?.dataset.every ?? 0) * 1000 || NEXT;
  const pause = Math.max(40, (fetched.get(id) ?? -Infinity) + apart - performance.now());
  waiting.set(id, setTimeout(() => (waiting.delete(id), renew(id)), pause));
}

function catchUp() {
  if (document.hidden || isDragging) return;
  const wanted = [...stale];
  stale.clear();
  wanted.forEach(want);
}

async function renew(id) {
  const part = document.getElementById(id);
  if (!part) return;
  busy.add(id);
  fetched.set(id, performance.now());
  try {
    const answer = await fetch(part.dataset.live, { headers: { "X-Part": "1" }, credentials: "same-origin" });
    if (answer.status === 401) return over();
    if (answer.ok && !answer.redirected) put(part, await answer.text());
  } catch {
    stale.add(id); // the connection is gone: when it is back everything is fetched
  } finally {
    busy.delete(id);
    if (again.delete(id)) want(id);
  }
}

/** Change a part into its newer self and leave alone what somebody is doing in it. */
function put(part, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(part.id);
  if (!fresh) return;
  if (part.hasAttribute("data-live-looking")) {
    part.classList.add("looking");
    window.Idiomorph.morph(part, fresh.innerHTML, { morphStyle: "innerHTML" });
    return;
  }
  window.Idiomorph.morph(part, document.importNode(fresh, true), { morphStyle: "outerHTML", restoreFocus: true, callbacks });
  document.getElementById(part.id)?.dispatchEvent(new CustomEvent("live:changed", { bubbles: true }));
}

const callbacks = {
  beforeNodeMorphed(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) return true;
    return !(isKept(old) || isBeingFilled(old) || old.isEqualNode(fresh));
  },
  beforeNodeRemoved(old) {
    if (old.nodeType !== Node.ELEMENT_NODE) return true;
    return !isKept(old) && !(old.contains(document.activeElement) && isBeingFilled(document.activeElement));
  },
  beforeAttributeUpdated(name, node) {
    return !(name === "open" && (node instanceof HTMLDetailsElement || node instanceof HTMLDialogElement));
  },
  afterNodeAdded(node) {
    if (node.nodeType !== Node.ELEMENT_NODE || !node.id || !node.matches("tr, li, article")) return;
    node.classList.add("is-new");
    setTimeout(() => node.classList.remove("is-new"), 4000);
  },
};

const isKept = (node) => node.matches("[data-keep], [data-live-looking]") || (node instanceof HTMLMediaElement && !node.paused && !node.ended);

/** A field that somebody has written in or chosen something of, and not sent. */
function isBeingFilled(node) {
  if (node.isContentEditable) return node === document.activeElement;
  if (node instanceof HTMLTextAreaElement) return node.value !== node.defaultValue || node === document.activeElement;
  if (node instanceof HTMLSelectElement) return node === document.activeElement || [...node.options].some((one) => one.selected !== one.defaultSelected && node.dataset.touched);
  if (!(node instanceof HTMLInputElement)) return false;
  if (node.type === "checkbox" || node.type === "radio") return node.checked !== node.defaultChecked;
  return node.type !== "hidden" && (node.value !== node.defaultValue || (node === document.activeElement && node.type !== "submit"));
}

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement) event.target.dataset.touched = "1";
});
document.addEventListener("dragstart", () => (isDragging = true));
for (const name of ["dragend", "drop"]) document.addEventListener(name, () => ((isDragging = false), catchUp()));
document.addEventListener("visibilitychange", () => document.hidden || (badge(0), catchUp()));
window.addEventListener("focus", () => badge(0));
window.addEventListener("pageshow", (event) => event.persisted && touched(["*"]));

// ---- the sign ------------------------------------------------------------------------------------------------------------------

let isAway = false;
let isOver = false;
let awaySoon;

function say(text, kind) {
  sign.textContent = text;
  sign.dataset.kind = kind;
  sign.hidden = !text;
}

function away(text = words.away) {
  if (isOver || isAway || awaySoon) return;
  awaySoon = setTimeout(() => ((awaySoon = undefined), (isAway = true), say(text, "away")), AWAY_AFTER);
}

function back() {
  clearTimeout(awaySoon);
  awaySoon = undefined;
  if (!isAway || isOver) return;
  isAway = false;
  say(words.back, "back");
  setTimeout(() => sign.dataset.kind === "back" && say("", ""), 3000);
}

function over() {
  if (isOver) return;
  isOver = true;
  clearTimeout(awaySoon);
  say(`${words.over} `, "over");
  const link = document.createElement("a");
  link.href = `${words.login}?then=${encodeURIComponent(location.pathname.slice(prefix.length) + location.search)}`;
  link.textContent = words.loginText;
  sign.append(link);
  stopStream();
}

// ---- the stream: in one tab of the browser, for all of them --------------------------------------------------------------------

let channel = "BroadcastChannel" in window ? new BroadcastChannel(`ventanilla-live-${prefix}-${agent}`) : null;
const tabs = new Map(); // of whoever leads: tab → {cases, seen, at}
let recent = []; // of whoever leads: what was told lately, for a tab that has just been drawn
let isLeading = false;
let source;
let opened = "";
let hadHello = false;
let watch;
let retry;

function startStream(age) {
  if (isOver) return;
  stopStream();
  const asked = new URLSearchParams({ age: age.toFixed(1) });
  const cases = wantedCases();
  for (const key of cases) asked.append("see", key);
  opened = cases.join(" ");
  source = new EventSource(`${words.stream}?${asked}`);
  alive();
  source.addEventListener("hello", () => {
    alive();
    if (hadHello && age === RECONNECT) told({ topics: ["*"], notices: [] });
    hadHello = true;
    age = RECONNECT; // the browser comes back by itself with the same address: what was missed is unknown
    pass({ is: "back" });
  });
  source.addEventListener("beat", alive);
  source.addEventListener("told", (event) => (alive(), told(JSON.parse(event.data))));
  source.addEventListener("over", () => pass({ is: "over" }));
  source.onerror = () => {
    pass({ is: "away" });
    if (source?.readyState === EventSource.CLOSED) ask();
  };
}

const RECONNECT = 30;

function stopStream() {
  source?.close();
  source = undefined;
  clearTimeout(watch);
  clearTimeout(retry);
}

/** A sign of life; without another one the stream is opened anew. */
function alive() {
  clearTimeout(watch);
  watch = setTimeout(() => (pass({ is: "away" }), startStream(RECONNECT)), SILENT);
}

/** The stream was refused: why, and when to try again. */
async function ask() {
  stopStream();
  let pause = 5;
  try {
    const answer = await fetch(`${words.stream}?probe=1`, { credentials: "same-origin" });
    if (answer.status === 401) return pass({ is: "over" });
    if (answer.status === 503) {
      pause = Number(answer.headers.get("Retry-After")) || 15;
      if (pause >= 30) pass({ is: "full" });
    }
    if (answer.ok) pause = 0.5;
  } catch {
    pause = 5;
  }
  retry = setTimeout(() => startStream(RECONNECT), pause * 1000 * (0.75 + Math.random() / 2));
}

function told(news) {
  const at = performance.now();
  recent = [...recent.filter((one) => at - one.at < 15_000), { at, topics: news.topics }];
  pass({ is: "told", ...news });
  for (const notice of news.notices) notify(notice);
}

/** To this tab and to the others. */
function pass(message) {
  channel?.postMessage(message);
  hear(message);
}

function hear(message) {
  if (message.is === "told") {
    touched(message.topics);
    if (message.notices.length && document.hidden) badge(unread + message.notices.length);
  } else if (message.is === "over") over();
  else if (message.is === "away") away();
  else if (message.is === "full") away(words.full);
  else if (message.is === "back") back();
  else if (message.is === "notice" && message.tab === me) showToast(message.notice);
  else if (isLeading && message.is === "here") noteTab(message);
  else if (isLeading && message.is === "bye") tabs.delete(message.tab);
  else if (message.is === "lead" && !isLeading) tellHere(0);
}

function noteTab(message) {
  tabs.set(message.tab, { cases: message.cases, seen: message.seen, at: performance.now() });
  const missed = new Set(recent.filter((one) => performance.now() - one.at < message.age * 1000).flatMap((one) => one.topics));
  if (message.age && missed.size) channel?.postMessage({ is: "told", topics: [...missed], notices: [] });
  if (source && wantedCases().some((key) => !opened.split(" ").includes(key))) startStream(5);
}

function wantedCases() {
  const all = new Set(shown());
  for (const tab of tabs.values()) tab.cases.forEach((key) => all.add(key));
  return [...all].sort().slice(0, 20);
}

/** Tell whoever leads what this tab shows, and how old it is when it asks for what it may have missed. */
function tellHere(age) {
  channel?.postMessage({ is: "here", tab: me, cases: shown(), seen: !document.hidden && document.hasFocus(), age });
}

/** Seconds since this page was asked for, and a moment: what it shows is not older. */
function age() {
  const asked = performance.getEntriesByType("navigation")[0]?.requestStart ?? 0;
  return (performance.now() - asked) / 1000 + 0.5;
}

function lead() {
  isLeading = true;
  startStream(age());
  channel?.postMessage({ is: "lead" });
  return new Promise(() => {}); // until this tab goes
}

function begin() {
  if (channel) channel.onmessage = (event) => hear(event.data);
  if (channel && navigator.locks) {
    navigator.locks.request(`ventanilla-live-${prefix}-${agent}`, lead);
    tellHere(age());
    for (const name of ["focus", "blur"]) window.addEventListener(name, () => isLeading || tellHere(0));
    document.addEventListener("visibilitychange", () => isLeading || tellHere(0));
    window.addEventListener("pagehide", () => channel.postMessage({ is: "bye", tab: me }));
    return;
  }
  // Without locks (http on an address of the house's own network) each tab that is looked at has its own.
  isLeading = true;
  channel?.close();
  channel = null; // nothing can be told to one that is closed
  const follow = () => (document.hidden ? stopStream() : source || startStream(hadHello ? RECONNECT : age()));
  document.addEventListener("visibilitychange", follow);
  follow();
}

// ---- notices -------------------------------------------------------------------------------------------------------------------

let unread = 0;

function badge(count) {
  unread = count;
  document.title = (count ? "● " : "") + document.title.replace(/^● /, "");
}

/** On the desktop while nobody looks at the desk; else in the corner of the tab that is looked at, unless it shows that very case. */
function notify(notice) {
  if (!document.hidden && document.hasFocus()) return shown().includes(notice.key) || showToast(notice);
  for (const [tab, about] of tabs)
    if (about.seen) return about.cases.includes(notice.key) || channel?.postMessage({ is: "notice", tab, notice });
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const made = new Notification(notice.title, { body: notice.body, tag: `ventanilla-${notice.key}`, icon: words.icon });
  made.onclick = () => {
    window.focus();
    made.close();
    location.assign(words.cases + encodeURIComponent(notice.key));
  };
}

function showToast(notice) {
  toast(notice.title);
  const link = document.createElement("a");
  link.href = words.cases + encodeURIComponent(notice.key);
  link.textContent = words.openText;
  document.getElementById("toasts").lastElementChild?.append(" ", link);
}

document.addEventListener("click", async (event) => {
  if (!event.target.closest?.("[data-notify-ask]") || !("Notification" in window)) return;
  const answer = await Notification.requestPermission();
  showAsked();
  toast(answer === "granted" ? words.noticesOn : words.noticesRefused, answer === "granted" ? "" : "bad");
});

document.addEventListener("click", (event) => {
  const tries = event.target.closest?.("[data-notify-try]");
  if (tries) new Notification(tries.dataset.title, { body: tries.dataset.body, tag: "ventanilla-try", icon: words.icon });
});

/** `data-notify` of the page's root says what the browser allows: "default", "granted", "denied", "none". */
function showAsked() {
  document.documentElement.dataset.notify = "Notification" in window && window.isSecureContext ? Notification.permission : "none";
}

// ---- who else has the case open ------------------------------------------------------------------------------------------------

const HERE_EVERY = 15_000;
const IDLE = 5 * 60_000;
let wrote = -Infinity;
let moved = performance.now();
let wasTyping = false;

const isTyping = () => performance.now() - wrote < 6_000;

async function askWhoLooks(place) {
  const key = place.dataset.liveLooking;
  try {
    const answer = await fetch(`${prefix}/live/looking?key=${encodeURIComponent(key)}`, { headers: { "X-Part": "1" } });
    if (answer.ok) put(place, await answer.text());
  } catch {
    return; // it is asked again in a moment
  }
}

/** Say that this page is looked at, and show who else looks. */
async function sayHere() {
  const place = document.querySelector("[data-live-looking]");
  if (!place?.id || isOver || document.hidden || performance.now() - moved > IDLE) return;
  wasTyping = isTyping();
  try {
    const answer = await fetch(`${prefix}/live/here`, {
      method: "POST",
      headers: { "X-Part": "1" },
      body: new URLSearchParams({ csrf, key: place.dataset.liveLooking, typing: wasTyping ? "yes" : "no" }),
    });
    if (answer.status === 401) over();
    else if (answer.ok && answer.status !== 204) put(place, await answer.text());
  } catch {
    return;
  }
}

function sayGone() {
  const place = document.querySelector("[data-live-looking]");
  if (!place || isOver) return;
  navigator.sendBeacon(`${prefix}/live/here`, new URLSearchParams({ csrf, key: place.dataset.liveLooking, gone: "1" }));
}

function followLooking() {
  if (!document.querySelector("[data-live-looking]")) return;
  sayHere();
  setInterval(sayHere, HERE_EVERY);
  setInterval(() => wasTyping !== isTyping() && sayHere(), 1000);
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea, [contenteditable], [data-typing]")) wrote = performance.now();
  });
  for (const name of ["input", "pointermove", "keydown", "scroll"])
    document.addEventListener(name, () => (moved = performance.now()), { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => (document.hidden ? sayGone() : sayHere()));
  window.addEventListener("pagehide", sayGone);
}

// --------------------------------------------------------------------------------------------------------------------------------

showAsked();
if (agent && sign) {
  begin();
  followLooking();
}
