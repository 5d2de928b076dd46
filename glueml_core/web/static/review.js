// Marks in each cluster where its rows differ from the first one.

import { show } from "./differences.js";

for (const table of document.querySelectorAll(".cluster table")) {
  const [first, ...others] = table.tBodies[0].rows;
  const texts = [...first.cells].map((cell) => cell.textContent);
  for (const row of others) {
    for (const [column, cell] of [...row.cells].entries()) {
      if (cell.classList.contains("key")) continue;
      cell.classList.toggle("other", show(cell, cell.textContent, texts[column]));
    }
  }
}
