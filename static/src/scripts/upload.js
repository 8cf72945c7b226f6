// Files are sent as soon as they are chosen, in pieces, each with its progress. Without this script the form sends them.
import { Refused, Sending } from "./upload-send.js";
import { say, size } from "./upload-words.js";

const AT_ONCE = 2;

export function startUploads() {
  for (const box of document.querySelectorAll("[data-upload]")) new Uploads(box).start();
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

class Uploads {
  constructor(box) {
    this.box = box;
    this.form = box.closest("form");
    this.input = this.form.querySelector("input[type=file]");
    this.list = box.querySelector("[data-upload-list]");
    this.said = box.querySelector("[data-upload-said]");
    this.token = this.form.elements.csrfmiddlewaretoken.value;
    this.limit = Number(box.dataset.limit);
    const { draft, case: reference, request } = box.dataset;
    this.place = Object.fromEntries(Object.entries({ draft, case: reference, request }).filter(([, value]) => value));
    this.waiting = [];
    this.running = 0;
    this.failed = 0;
  }

  start() {
    if (!this.input) return;
    for (const part of this.form.querySelectorAll("[data-upload-hidden]")) part.hidden = true;
    this.input.addEventListener("change", () => this.take(this.input));
    this.form.addEventListener("submit", (event) => this.hold(event));
    addEventListener("beforeunload", (event) => this.busy && event.preventDefault());
    if (matchMedia("(pointer: coarse)").matches) this.addCamera();
  }

  get busy() {
    return this.running > 0 || this.waiting.length > 0;
  }

  take(input) {
    const files = [...input.files];
    if (!files.length) return;
    input.value = "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
    for (const file of files) this.add(file);
    this.next();
  }

  // A telephone's camera, beside the choice of files.
  addCamera() {
    const input = Object.assign(element("input"), { type: "file", accept: "image/*", hidden: true });
    input.setAttribute("capture", "environment");
    const button = element("button", "govuk-button govuk-button--secondary ct-upload__camera", say("camera"));
    button.type = "button";
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => this.take(input));
    this.box.prepend(button, input);
  }

  add(file) {
    const row = new Row(file, () => this.cancel(row));
    this.list.append(row.item);
    if (file.size === 0) return this.refuse(row, say("empty"));
    if (file.size > this.limit) return this.refuse(row, say("tooLarge", { mb: Math.floor(this.limit / 1024 / 1024) }));
    row.show("waiting", 0);
    this.waiting.push(row);
  }

  next() {
    while (this.running < AT_ONCE && this.waiting.length) this.send(this.waiting.shift());
    if (!this.busy) this.rest();
  }

  async send(row) {
    this.running += 1;
    const tell = (state, sent) => {
      if (state === "paused" && row.state !== "paused") this.announce(say("saidPaused"));
      row.show(state, sent);
    };
    row.sending = new Sending(row.file, { url: this.box.dataset.start, token: this.token, place: this.place, tell });
    try {
      await row.sending.run();
      row.end("arrived", say("arrived"));
      this.announce(say("saidArrived", { name: row.file.name }));
      this.arrived = true;
    } catch (error) {
      if (row.state === "cancelled") return;
      if (!(error instanceof Refused)) console.error(error);
      const reason = error instanceof Refused ? error.message : "refused";
      this.refuse(row, ["unreadable", "signedOut", "refused"].includes(reason) ? say(reason) : reason);
    } finally {
      this.running -= 1;
      this.next();
    }
  }

  refuse(row, reason) {
    this.failed += 1;
    row.end("refused", reason);
    this.announce(say("saidRefused", { name: row.file.name, reason }));
  }

  cancel(row) {
    if (row.isOver) {
      row.item.remove();
      this.input.focus();
      return;
    }
    this.waiting = this.waiting.filter((other) => other !== row);
    row.end("cancelled", say("cancelled"));
    row.sending?.cancel();
    this.announce(`${row.file.name}: ${say("cancelled")}`);
    this.next();
  }

  announce(text) {
    this.said.textContent = text;
  }

  // A form that is sent meanwhile goes on when all is there; with something refused, its reader decides.
  hold(event) {
    if (!this.busy) return;
    event.preventDefault();
    this.held = event.submitter;
    this.failed = 0;
    this.announce(say("wait"));
  }

  async rest() {
    const held = this.held;
    this.held = null;
    if (this.arrived) await this.refresh();
    this.arrived = false;
    if (held && !this.failed) this.form.requestSubmit(held);
  }

  // The list of what has arrived, as the server now draws it.
  async refresh() {
    try {
      const answer = await fetch(location.href, { redirect: "error" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of ["[data-upload-files]", "[data-upload-unfinished]"]) {
        const [old, now] = [document.querySelector(part), fresh.querySelector(part)];
        if (old && now) old.replaceChildren(...document.importNode(now, true).childNodes);
      }
    } catch {
      // The page shows it when it is opened again.
    }
  }
}

class Row {
  constructor(file, onCancel) {
    this.file = file;
    this.item = element("li", "ct-upload__item");
    this.text = element("span", "ct-upload__state");
    this.bar = element("progress", "ct-upload__bar");
    this.bar.max = file.size || 1;
    this.bar.setAttribute("aria-label", say("progressOf", { name: file.name }));
    this.button = element("button", "ct-linklike", say("cancel"));
    this.button.type = "button";
    this.button.append(element("span", "govuk-visually-hidden", ` ${file.name}`));
    this.button.addEventListener("click", onCancel);
    this.item.append(element("span", "ct-upload__name", file.name), this.button, this.bar, this.text);
  }

  show(state, sent) {
    if (this.isOver) return;
    this.state = state;
    this.item.dataset.state = state;
    this.bar.value = sent;
    this.text.textContent = state === "sending" ? say(state, { part: size(sent), whole: size(this.file.size) }) : say(state);
  }

  end(state, text) {
    this.state = state;
    this.isOver = true;
    this.item.dataset.state = state;
    this.bar.remove();
    this.text.textContent = text;
    if (state === "arrived") this.button.remove();
    else this.button.firstChild.textContent = say("close");
  }
}
