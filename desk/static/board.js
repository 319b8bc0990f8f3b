// The board: cards are dragged onto people, several are chosen at once, filters go without their button. All of it works without.
const give = document.getElementById("give");
const drop = document.getElementById("drop");
let dragged = null;

/** Choosing several: the bar says how many. */
function count() {
  if (!give) return;
  const chosen = document.querySelectorAll('input[form="give"]:checked').length;
  give.classList.toggle("is-idle", !chosen);
  const said = give.querySelector(".count-chosen");
  said.hidden = !chosen;
  said.textContent = chosen ? give.dataset.chosen.replace("{n}", chosen) : "";
  give.querySelector("[data-help]").hidden = !!chosen;
  give.querySelector('[type="reset"]').hidden = !chosen;
}
document.addEventListener("change", (event) => {
  if (event.target.form === give) count();
  const filters = event.target.closest("[data-filters]");
  if (filters) filters.requestSubmit();
});
give?.addEventListener("reset", () => setTimeout(count));
document.addEventListener("live:changed", count);
window.addEventListener("pageshow", count);
for (const each of document.querySelectorAll("[data-filters] button")) each.hidden = true;

/** One open "give to" at a time, and its field ready. */
document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.("details.give[open]")) return;
    for (const other of document.querySelectorAll("details.give[open]")) if (other !== event.target) other.open = false;
    event.target.querySelector("select")?.focus();
  },
  true,
);
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest?.("details.give[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

/** Dragging: onto a person who does not have it already. */
const personAt = (event) => event.target.closest?.(".person[data-agent]");
document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-case][draggable]");
  if (!card || !drop) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.case.split(":")[0]);
  setTimeout(() => {
    card.classList.add("is-dragged");
    document.body.classList.add("is-dragging");
  });
});
document.addEventListener("dragover", (event) => {
  const person = dragged && personAt(event);
  for (const each of document.querySelectorAll(".is-target")) if (each !== person) each.classList.remove("is-target");
  if (!person || person.dataset.agent === dragged.dataset.owner) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  person.classList.add("is-target");
});
document.addEventListener("drop", (event) => {
  const person = dragged && personAt(event);
  if (!person || person.dataset.agent === dragged.dataset.owner) return;
  event.preventDefault();
  drop.elements.case.value = dragged.dataset.case;
  drop.elements.to.value = person.dataset.agent;
  drop.requestSubmit();
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  document.body.classList.remove("is-dragging");
  for (const each of document.querySelectorAll(".is-target")) each.classList.remove("is-target");
  dragged = null;
});
count();
