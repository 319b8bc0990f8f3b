// The account: copies a token, and asks the browser when somebody wants notifications.
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

document.getElementById("f-notifications")?.addEventListener("change", (event) => {
  const asks = document.querySelector("[data-notify-ask]");
  if (event.target.checked && asks?.checkVisibility()) asks.click(); // live.js asks the browser, and says what it allows
});
