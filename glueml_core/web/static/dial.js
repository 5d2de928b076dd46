// The tradeoff dial: what a position would mean, before anything is saved.

const dial = document.getElementById("dial");
const stops = JSON.parse(dial.dataset.stops);
const save = document.getElementById("save");
// As the server has it: by now somebody may have turned the dial, or a reload restored its position.
const before = Number(dial.defaultValue);

function turn() {
  const { precision, recall, threshold } = stops[Math.round(dial.value * (stops.length - 1))];
  const said = { precision, recall, threshold, tradeoff: Number(dial.value) };
  for (const [name, value] of Object.entries(said)) {
    for (const output of document.querySelectorAll(`[data-says="${name}"]`)) {
      output.textContent = value.toFixed(2);
    }
  }
  const chosen = document.getElementById("chosen");
  chosen.setAttribute("cx", recall * 320);
  chosen.setAttribute("cy", (1 - precision) * 260);
  dial.setAttribute("aria-valuetext", `precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}`);
  save.disabled = Number(dial.value) === before;
}

dial.addEventListener("input", turn);
turn();
