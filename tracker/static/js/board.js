/* The board, nicer: a card can be dragged to another column. It sends the card's own form, which works without this.

   <section class="board-column" data-stage="interview"> … <li data-card> … <form> … <select name="to"> */

let dragged = null;

for (const card of document.querySelectorAll("[data-card]")) {
  if (!card.querySelector("form select[name=to]")) continue;
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.querySelector("a").textContent.trim());
  });
  card.addEventListener("dragend", () => { dragged = null; });
}

for (const column of document.querySelectorAll("[data-stage]")) {
  const takes = () => dragged && dragged.closest("[data-stage]") !== column;
  column.addEventListener("dragover", (event) => {
    if (!takes()) return;
    event.preventDefault();
    column.classList.add("is-over");
  });
  column.addEventListener("dragleave", (event) => {
    if (!column.contains(event.relatedTarget)) column.classList.remove("is-over");
  });
  column.addEventListener("drop", (event) => {
    if (!takes()) return;
    event.preventDefault();
    const form = dragged.querySelector("form");
    form.querySelector("select[name=to]").value = column.dataset.stage;
    form.requestSubmit();
  });
}
