// Dragging a row's badge onto another row or a group, by mouse, pen or finger.

const THRESHOLD_PX = 5;

/**
 * Let badges inside `table` be dragged.
 *
 * `targets` is a selector of what can be dropped on; `onDrop(row, target)` gets the dragged row
 * and the element under the pointer.
 */
export function makeDraggable(table, targets, onDrop) {
  table.addEventListener("pointerdown", (event) => {
    const badge = event.target.closest(".badge");
    if (!badge || event.button !== 0) return;
    event.preventDefault();
    follow(event, badge.closest("tr"), targets, onDrop);
  });
}

function follow(start, row, targets, onDrop) {
  let ghost = null;
  let target = null;

  function move(event) {
    const distance = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
    if (!ghost && distance < THRESHOLD_PX) return;
    ghost ??= raise(row);
    ghost.style.translate = `${event.clientX + 12}px ${event.clientY + 8}px`;
    target?.classList.remove("target");
    target = document.elementFromPoint(event.clientX, event.clientY)?.closest(targets) ?? null;
    if (target === row) target = null;
    target?.classList.add("target");
  }

  function end(event) {
    stop.abort();
    ghost?.remove();
    row.classList.remove("dragged");
    target?.classList.remove("target");
    if (event.type === "pointerup" && target) onDrop(row, target);
    else if (event.type === "pointerup" && !ghost) row.focus();
  }

  const stop = new AbortController();
  const options = { signal: stop.signal };
  document.addEventListener("pointermove", move, options);
  document.addEventListener("pointerup", end, options);
  document.addEventListener("pointercancel", end, options);
}

function raise(row) {
  row.classList.add("dragged");
  const ghost = document.createElement("div");
  ghost.className = "ghost";
  const values = [...row.querySelectorAll("td:not(.key) .value")].slice(0, 4);
  ghost.textContent = values.map((value) => value.textContent).join(" · ");
  document.body.append(ghost);
  return ghost;
}
