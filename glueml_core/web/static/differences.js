// Where two cells differ, and how that is shown. Content only ever becomes text, never markup.

const LONG = 80; // Longer values are compared by words: letters would only make confetti.
const MOST_PARTS = 400;
const ALIKE = 2 / 3;

/**
 * The pieces of `text` as [piece, differs], against `other`.
 *
 * An empty piece that differs stands where `other` has something and `text` has nothing. Null when
 * the two have so little in common that pieces would say nothing.
 */
export function pieces(text, other) {
  const byWord = Math.max(text.length, other.length) > LONG;
  const [mine, theirs] = [split(text, byWord), split(other, byWord)];
  if (mine.length > MOST_PARTS || theirs.length > MOST_PARTS) return null;

  const steps = alignment(mine.map(fold), theirs.map(fold));
  const shared = steps.filter((step) => step === "both").length;
  if (shared < ALIKE * Math.max(mine.length, theirs.length)) return null;
  return join(mine, steps);
}

/** Show in `element` how its text differs from `other`; the returned flag says "altogether". */
export function show(element, text, other) {
  const found = text && other && fold(text) !== fold(other) ? pieces(text, other) : [[text, false]];
  element.replaceChildren(...(found ?? [[text, false]]).map(node));
  return found === null;
}

function node([piece, differs]) {
  if (!differs) return document.createTextNode(piece);
  const mark = document.createElement("mark");
  mark.textContent = piece;
  mark.classList.toggle("gap", piece === "");
  return mark;
}

function split(text, byWord) {
  return byWord ? text.split(/(?<=\s)|(?=\s)/) : [...text];
}

function fold(text) {
  return text.toLowerCase();
}

/** The longest common subsequence, as steps: "both", "mine" or "theirs". */
function alignment(mine, theirs) {
  const best = commonLengths(mine, theirs);
  const steps = [];
  let [i, j] = [0, 0];
  while (i < mine.length || j < theirs.length) {
    if (i < mine.length && j < theirs.length && mine[i] === theirs[j]) {
      steps.push("both");
      [i, j] = [i + 1, j + 1];
    } else if (j === theirs.length || (i < mine.length && best[i + 1][j] >= best[i][j + 1])) {
      steps.push("mine");
      i += 1;
    } else {
      steps.push("theirs");
      j += 1;
    }
  }
  return steps;
}

function commonLengths(mine, theirs) {
  const best = Array.from({ length: mine.length + 1 }, () => new Uint16Array(theirs.length + 1));
  for (let i = mine.length - 1; i >= 0; i -= 1) {
    for (let j = theirs.length - 1; j >= 0; j -= 1) {
      const same = mine[i] === theirs[j];
      best[i][j] = same ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
    }
  }
  return best;
}

function join(mine, steps) {
  const out = [];
  let at = 0;
  for (const step of steps) {
    const differs = step !== "both";
    const piece = step === "theirs" ? "" : mine[at++];
    const last = out.at(-1);
    if (last && last[1] === differs) last[0] += piece;
    else out.push([piece, differs]);
  }
  return out;
}
