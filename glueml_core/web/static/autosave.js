// Sends answers to the server one after the other, and keeps them in the browser until it has them.

const RETRY_MS = 2000;

/** Saves one labeling set; `onState` hears "saving", "saved", "unsaved" or "lost". */
export class Autosave {
  #url;
  #version;
  #pending = null; // What is to be saved, until the server has it.
  #sent = null; // What is on its way; one at a time, so that the server sees them in order.
  #sending = null;
  #onState;

  constructor(url, version, onState) {
    this.#url = url;
    this.#version = version;
    this.#onState = onState;
    addEventListener("pagehide", () => this.#leave());
  }

  /**
   * Answers that a closed tab kept, if they build on what the server has; else null.
   *
   * The server may have got what was on its way when the tab closed, and be one version further.
   */
  recover(answers) {
    const kept = JSON.parse(localStorage.getItem(this.#url) ?? "null");
    if (kept?.version === this.#version) return kept.answers;
    const arrived = kept?.sent && String(kept.sent) === String(answers);
    if (arrived && kept.version + 1 === this.#version) return kept.answers;
    localStorage.removeItem(this.#url);
    return null;
  }

  /** Send `answers` as soon as what is on its way has arrived; newer ones replace waiting ones. */
  save(answers, done = false) {
    this.#pending = { answers, done };
    this.#keep();
    this.#onState("saving");
    this.#sending ??= this.#drain();
    return this.#sending;
  }

  /** Tell the server that somebody is still at it. */
  async renew() {
    const response = await post(`${this.#url}/lease`, {}).catch(() => null);
    if (response?.status === 409) this.#onState("lost");
  }

  async #drain() {
    let answer = null;
    while (this.#pending) {
      this.#sent = this.#pending;
      this.#keep();
      answer = await this.#send(this.#sent);
      if (answer === null) await new Promise((resume) => setTimeout(resume, RETRY_MS));
      else if (this.#pending === this.#sent) this.#pending = null;
      this.#sent = null;
    }
    this.#sending = null;
    return answer;
  }

  async #send(sent) {
    const response = await post(this.#url, { ...sent, version: this.#version }).catch(() => null);
    if (response?.status === 409) return this.#lose();
    if (!response?.ok) {
      this.#onState("unsaved");
      return null;
    }

    const answer = await response.json();
    this.#version = answer.version;
    if (this.#pending === sent) {
      localStorage.removeItem(this.#url);
      this.#onState("saved");
    }
    return answer;
  }

  #lose() {
    this.#pending = null;
    localStorage.removeItem(this.#url);
    this.#onState("lost");
    return { lost: true };
  }

  /** The page goes: what waits behind another answer is sent after it, without waiting. */
  #leave() {
    if (!this.#pending || this.#pending === this.#sent) return;
    const version = this.#version + (this.#sent ? 1 : 0);
    post(this.#url, { ...this.#pending, version }).catch(() => null);
  }

  #keep() {
    const kept = {
      version: this.#version,
      sent: this.#sent?.answers ?? null,
      answers: this.#pending.answers,
    };
    localStorage.setItem(this.#url, JSON.stringify(kept));
  }
}

/** A POST of JSON with the page's CSRF token; it outlives the page. */
export function post(url, body) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
    body: JSON.stringify(body),
    keepalive: true,
  });
}
