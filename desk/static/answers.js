// The form of a saved answer: braces are put in by a button, and how it reads goes along with what is typed.
const text = document.getElementById("text");
const preview = document.getElementById("preview");

function show() {
  preview.textContent = text.value.replace(/( ?)\{(customer|key|agent|service)\}/g, (_, space, name) => {
    const value = preview.dataset[name].trim();
    return value ? space + value : "";
  });
}
text.addEventListener("input", show);

for (const each of document.querySelectorAll("[data-insert]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code";
  button.textContent = each.dataset.insert;
  button.setAttribute("aria-label", each.dataset.label);
  button.addEventListener("click", () => {
    text.setRangeText(each.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    show();
  });
  each.replaceWith(button);
}
