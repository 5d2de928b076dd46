// Keeps a task run's progress current, and shows the page anew when the run has ended.
// A form marked data-at-once is what follows from that end: it is sent without being asked.

const EVERY_MS = 700;

for (const box of document.querySelectorAll("[data-watch]")) watch(box);
document.querySelector("form[data-at-once]")?.requestSubmit();
document.querySelector(".autofocus")?.focus();

async function watch(box) {
  const run = await fetch(box.dataset.watch)
    .then((response) => (response.ok ? response.json() : null))
    .catch(() => null);
  if (run) show(box, run);
  if (run && !run.is_active) location.reload();
  else setTimeout(watch, EVERY_MS, box);
}

function show(box, run) {
  box.querySelector("progress").value = run.progress;
  box.querySelector("[role=status]").textContent = run.text || "Starting";
}
