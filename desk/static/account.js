// The account: copies a token, and asks the browser before it promises notifications.
import { toast } from "./desk.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    await navigator.clipboard.writeText(source.value);
    source.select();
    button.classList.add("first");
  });
}

const box = document.getElementById("f-notifications");
const hint = document.getElementById("h-notifications");
box?.addEventListener("change", async () => {
  if (!box.checked || !("Notification" in window)) return;
  if ((await Notification.requestPermission()) === "granted") return;
  box.checked = false;
  toast(hint.dataset.denied, "bad");
});
