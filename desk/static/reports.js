// Asks whether the figures that are being worked out are there, and shows them when they are.
const working = document.querySelector("[data-working]");

async function ask() {
  try {
    const answer = await fetch(location.href, { headers: { "X-Part": "1" }, credentials: "same-origin" });
    if (answer.status !== 202) return location.reload();
  } catch { /* the network is away for a moment: ask again */ }
  setTimeout(ask, 1500);
}
if (working) setTimeout(ask, 1000);
