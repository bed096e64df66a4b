// The packing list: HTML drag and drop between two lists.

const note = (act) => fetch("/api/act", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(act) });
let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-item]");
  if (!dragged) return;
  event.dataTransfer.setData("text/plain", dragged.dataset.item);
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("moving");
});
document.addEventListener("dragend", () => dragged?.classList.remove("moving"));

for (const list of document.querySelectorAll(".drag")) {
  list.addEventListener("dragover", (event) => {
    event.preventDefault();
    list.classList.add("over");
  });
  list.addEventListener("dragleave", () => list.classList.remove("over"));
  list.addEventListener("drop", (event) => {
    event.preventDefault();
    list.classList.remove("over");
    if (!dragged) return;
    list.append(dragged);
    note({ act: "drop", item: dragged.dataset.item, list: list.id });
  });
}
