// Label files, chosen or dropped.

const drop = document.getElementById("drop");
const file = document.getElementById("file");
const refused = document.getElementById("refused");

async function send(chosen) {
  refused.hidden = true;
  drop.classList.add("busy");
  const query = document.getElementById("replace").checked ? "?replace=true" : "";
  const response = await fetch(drop.dataset.url + query, {
    method: "POST",
    headers: {
      "Content-Type": "text/csv",
      Accept: "application/json",
      "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content,
    },
    body: chosen,
  }).catch(() => null);
  drop.classList.remove("busy");

  const answer = await response?.json();
  if (response?.ok) location.assign(answer.next);
  else refuse(answer?.message ?? "The server did not answer. Nothing was imported.");
}

function refuse(message) {
  refused.querySelector("pre").textContent = message.replaceAll("; Line", ";\nLine");
  refused.hidden = false;
}

function sendChosen() {
  if (file.files.length) send(file.files[0]);
  file.value = "";
}

file.addEventListener("change", sendChosen);
sendChosen(); // Somebody may have been quicker than this script.
for (const type of ["dragenter", "dragover"]) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
});
