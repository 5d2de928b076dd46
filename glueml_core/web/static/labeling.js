// The labeling page: keys, clicks and drags become groups, and groups become saved answers.

import { Autosave } from "./autosave.js";
import { show } from "./differences.js";
import { makeDraggable } from "./dragging.js";
import { Grouping, UNSURE, hue } from "./grouping.js";

const MARGIN_PX = 12;
const AHEAD = "typed ahead";
const AHEAD_MS = 3000;
const deal = document.getElementById("deal");
const body = deal.querySelector("tbody");
const rows = [...body.rows];
const ask = document.getElementById("ask");
const chips = document.getElementById("chips");
const texts = rows.map((row) => [...row.cells].slice(1).map((cell) => cell.querySelector(".value")?.textContent ?? ""));

const saving = new Autosave(deal.dataset.url, Number(deal.dataset.version), showState);
const answers = JSON.parse(deal.dataset.answers);
const kept = saving.recover(answers);
const grouping = new Grouping(kept ?? answers);
let current = Math.max(0, grouping.nextOpen(-1));
let anchor = current;
let ahead = null; // Keys typed on the way to the next set; they are meant for it.

// What a person does -----------------------------------------------------------------------------

function label(chosen, text) {
  const several = chosen.length > 1;
  if (!grouping.assign(chosen, text)) return;
  changed(`${several ? `${chosen.length} rows` : `Row ${chosen[0] + 1}`}: ${spoken(text)}`);
}

/** Label what is selected and go on to the next row that has no group. */
function sort(text) {
  label(selected(), text);
  const next = grouping.nextOpen(Math.max(...selected()));
  if (next >= 0) go(next);
  else if (grouping.nextOpen(-1) < 0) say("All rows have a group. Enter: done.");
}

function step(by) {
  label([current], grouping.neighbour(current, by));
}

function travel(moved) {
  if (moved) changed("Taken back");
}

async function done() {
  const open = grouping.count("");
  if (open && ask.textContent === "") {
    const who = open === 1 ? "1 row has" : `${open} rows have`;
    ask.textContent = `${who} no group. Enter again: each of them matches no other row.`;
    return;
  }
  if (open) grouping.setRestApart();
  render();
  ahead = [];
  const answer = await saving.save(grouping.answers, true);
  if (answer?.next) location.assign(answer.next);
  else ahead = null;
}

// Where the person is ----------------------------------------------------------------------------

function selected() {
  const [low, high] = [Math.min(anchor, current), Math.max(anchor, current)];
  return rows.map((_, row) => row).filter((row) => row >= low && row <= high);
}

function go(row, extend = false) {
  current = Math.min(rows.length - 1, Math.max(0, row));
  if (!extend) anchor = current;
  rows[current].focus({ preventScroll: true });
  reveal(rows[current]);
  renderSelection();
}

/** Scroll the page, and only the page, until a row stands clear of the tray. */
function reveal(row) {
  const { top, bottom } = row.getBoundingClientRect();
  const floor = document.querySelector(".tray").getBoundingClientRect().top - MARGIN_PX;
  if (top < MARGIN_PX) scrollBy(0, top - MARGIN_PX);
  else if (bottom > floor) scrollBy(0, Math.min(bottom - floor, top - MARGIN_PX));
}

// What is shown ----------------------------------------------------------------------------------

function changed(message) {
  ask.textContent = "";
  saving.save(grouping.answers);
  render();
  say(message);
}

function render() {
  for (const [index, row] of rows.entries()) paint(row, grouping.answers[index]);
  document.getElementById("undo").disabled = !grouping.canUndo;
  const groups = grouping.groups.map((text) => chip(text, String(grouping.count(text))));
  chips.replaceChildren(...groups, chip(grouping.fresh, "New"), chip(UNSURE, "Not sure"));
}

function paint(element, text) {
  if (text) element.dataset.hue = hue(text);
  else delete element.dataset.hue;
  const badge = element.querySelector(".badge");
  badge.textContent = text;
  badge.setAttribute("aria-label", spoken(text));
}

function chip(text, note) {
  const button = document.createElement("button");
  const badge = document.createElement("span");
  button.type = "button";
  button.className = "chip";
  button.dataset.label = text;
  badge.className = "badge";
  button.append(badge, note);
  paint(button, text);
  badge.removeAttribute("aria-label");
  button.setAttribute("aria-label", note === "New" ? `New group ${text}` : `${spoken(text)}, ${note}`);
  return button;
}

function renderSelection() {
  const chosen = selected();
  for (const [index, row] of rows.entries()) {
    row.tabIndex = index === current ? 0 : -1;
    row.setAttribute("aria-selected", String(chosen.includes(index)));
    for (const [column, text] of texts[index].entries()) {
      const cell = row.cells[column + 1];
      const value = cell.querySelector(".value");
      if (!value || cell.classList.contains("key")) continue;
      cell.classList.toggle("other", show(value, text, texts[current][column]));
    }
  }
}

function showState(state) {
  const saved = document.getElementById("saved");
  saved.dataset.state = state;
  saved.textContent = {
    saving: "Saving…",
    saved: "Saved",
    unsaved: "Not saved yet: trying again",
    lost: "Somebody else has this set now",
  }[state];
  if (state === "lost") location.reload();
}

function spoken(text) {
  if (text === "") return "no group";
  return text === UNSURE ? "not sure" : `group ${text}`;
}

function say(message) {
  document.getElementById("spoken").textContent = message;
}

// How the browser tells --------------------------------------------------------------------------

const KEYS = {
  ArrowUp: (event) => go(current - 1, event.shiftKey),
  ArrowDown: (event) => go(current + 1, event.shiftKey),
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  Home: () => go(0),
  End: () => go(rows.length - 1),
  " ": () => sort(grouping.last || grouping.fresh),
  "+": () => sort(grouping.fresh),
  "=": () => sort(grouping.fresh),
  "?": () => sort(UNSURE),
  0: () => sort(UNSURE),
  Backspace: () => label(selected(), ""),
  Delete: () => label(selected(), ""),
  Enter: done,
  Escape: () => {
    ask.textContent = "";
    go(current);
  },
};

function commandOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return () => travel(event.shiftKey ? grouping.redo() : grouping.undo());
    return key === "y" ? () => travel(grouping.redo()) : null;
  }
  if (event.altKey) return null;
  if (/^[1-9]$/.test(key)) return () => sort(String.fromCharCode(64 + Number(key)));
  return /^[a-z]$/.test(key) ? () => sort(key.toUpperCase()) : KEYS[key];
}

document.addEventListener("keydown", (event) => {
  // A focused button or link keeps its own keys.
  if (event.target.closest("button, a") && ["Enter", " "].includes(event.key)) return;
  const command = commandOf(event);
  if (!command) return;
  event.preventDefault();
  if (ahead) ahead.push({ key: event.key, shiftKey: event.shiftKey });
  else command(event);
});
addEventListener("pagehide", () => {
  if (ahead?.length) sessionStorage.setItem(AHEAD, JSON.stringify({ keys: ahead, at: Date.now() }));
});

function replay(typed) {
  sessionStorage.removeItem(AHEAD);
  if (!typed || Date.now() - typed.at > AHEAD_MS) return;
  for (const event of typed.keys) commandOf(event)(event);
}

body.addEventListener("click", (event) => {
  const row = rows.indexOf(event.target.closest("tr"));
  if (row >= 0 && !getSelection().toString()) go(row, event.shiftKey);
});

// Keeps the focus on the row: pressing a chip is about the row, not about the chip.
chips.addEventListener("pointerdown", (event) => event.preventDefault());
chips.addEventListener("click", (event) => {
  const button = event.target.closest(".chip");
  if (button) sort(button.dataset.label);
});

makeDraggable(body, ".deal tbody tr, .chip", (row, target) => {
  const [moved, other] = [rows.indexOf(row), rows.indexOf(target)];
  const chosen = selected().includes(moved) ? selected() : [moved];
  if (other < 0) return label(chosen, target.dataset.label);
  const theirs = grouping.answers[other];
  if (theirs && theirs !== UNSURE) return label(chosen, theirs);
  return label([...chosen, other], grouping.fresh);
});

document.getElementById("undo").addEventListener("click", () => travel(grouping.undo()));
document.getElementById("done").addEventListener("click", done);
document.getElementById("differences").addEventListener("click", (event) => {
  const shown = deal.dataset.differences === "off";
  deal.dataset.differences = shown ? "on" : "off";
  event.currentTarget.setAttribute("aria-pressed", String(shown));
});
setInterval(() => document.hidden || saving.renew(), (Number(deal.dataset.leaseS) * 1000) / 4);

render();
go(current);
if (kept) saving.save(grouping.answers);
replay(JSON.parse(sessionStorage.getItem(AHEAD)));
