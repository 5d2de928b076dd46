// What a person has answered for one labeling set, and how to take it back.

export const UNSURE = "?";
const HUES = 10;

/** 0, 1, … 25, 26: A, B, … Z, AA. */
export function letters(number) {
  const rest = Math.floor(number / 26);
  return (rest ? letters(rest - 1) : "") + String.fromCharCode(65 + (number % 26));
}

/** Which colour a label has: a number below ten, "unsure", or "" for none. */
export function hue(label) {
  if (label === "" || label === UNSURE) return label && "unsure";
  const number = [...label].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  return String((number - 1) % HUES);
}

/** The answers of one set: for each row a group's letters, UNSURE, or "" while it has none. */
export class Grouping {
  #undo = [];
  #redo = [];

  constructor(answers) {
    this.answers = answers;
    this.last = "";
  }

  /** Give rows a label; says whether that changed anything. */
  assign(rows, label) {
    if (label && label !== UNSURE) this.last = label;
    const after = this.answers.map((answer, row) => (rows.includes(row) ? label : answer));
    return this.#become(after);
  }

  /** Answer every row that has no group yet with a group of its own. */
  setRestApart() {
    const after = [...this.answers];
    for (const [row, answer] of after.entries()) if (answer === "") after[row] = unused(after);
    return this.#become(after);
  }

  undo() {
    return this.#travel(this.#undo, this.#redo);
  }

  redo() {
    return this.#travel(this.#redo, this.#undo);
  }

  get canUndo() {
    return this.#undo.length > 0;
  }

  /** The groups in use, by letter. */
  get groups() {
    const used = new Set(this.answers.filter((label) => label && label !== UNSURE));
    return [...used].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  }

  /** The first letter that no row has. */
  get fresh() {
    return unused(this.answers);
  }

  /** The label that lies `step` after a row's own: none, the groups in use, a new one. */
  neighbour(row, step) {
    const ring = ["", ...this.groups, this.fresh];
    const at = Math.max(0, ring.indexOf(this.answers[row]));
    return ring[Math.min(ring.length - 1, Math.max(0, at + step))];
  }

  /** How many rows have this label. */
  count(label) {
    return this.answers.filter((answer) => answer === label).length;
  }

  /** The first row without an answer after `row`, round the end; -1 when all have one. */
  nextOpen(row) {
    const after = this.answers.indexOf("", row + 1);
    return after >= 0 ? after : this.answers.indexOf("");
  }

  #become(after) {
    if (after.every((label, row) => label === this.answers[row])) return false;
    this.#undo.push(this.answers);
    this.#redo = [];
    this.answers = after;
    return true;
  }

  #travel(from, to) {
    if (!from.length) return false;
    to.push(this.answers);
    this.answers = from.pop();
    return true;
  }
}

function unused(answers) {
  let number = 0;
  while (answers.includes(letters(number))) number += 1;
  return letters(number);
}
