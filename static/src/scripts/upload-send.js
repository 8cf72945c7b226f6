// Sends one file in pieces. The server says how much it has; we send what is missing until it is all there. A broken
// connection only makes it wait.
const PIECE = 1024 * 1024;
const PATIENCE = 60000;
const LONGEST_WAIT = 30000;

export class Refused extends Error {}

async function fingerprint(file) {
  if (!globalThis.crypto?.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Sending {
  // `place`: where the file goes; `tell(state, sent)`: states are preparing, sending, paused, checking.
  constructor(file, { url, token, place, tell }) {
    Object.assign(this, { file, url, token, place, tell, sent: 0, failures: 0, stop: new AbortController() });
  }

  async run() {
    this.tell("preparing", 0);
    try {
      this.sha256 = await fingerprint(this.file);
    } catch {
      throw new Refused("unreadable");
    }
    await this.start();
    for (;;) {
      while (this.sent < this.file.size) await this.piece();
      this.tell("checking", this.sent);
      const { status, body } = await this.ask("POST", `${this.address}finish/`);
      if (status === 201) return body;
      this.goOn(status, body);
    }
  }

  async start() {
    this.key ??= newKey();
    const facts = { ...this.place, key: this.key, name: this.file.name, size: this.file.size, sha256: this.sha256 };
    const { status, body } = await this.ask("POST", this.url, new URLSearchParams(facts));
    if (status !== 201) throw new Refused(body.message || "refused");
    this.address = `${this.url}${body.key}/`;
    this.sent = body.offset;
  }

  async piece() {
    this.tell("sending", this.sent);
    const piece = this.file.slice(this.sent, this.sent + PIECE);
    const { status, body } = await this.ask("PUT", this.address, piece, { "Upload-Offset": this.sent });
    if (status === 200) this.sent = body.offset;
    else this.goOn(status, body);
  }

  // After a refusal: from where the server says, once from the beginning if it forgot us, or not at all.
  goOn(status, body) {
    if (status === 409 && "offset" in body) this.sent = body.offset;
    else throw new Refused(body.message || "refused");
  }

  // An answer of the server, whatever it takes: without a connection, or while the server is troubled, wait and repeat.
  async ask(method, url, body, headers = {}) {
    for (;;) {
      const answer = await this.once(method, url, body, headers);
      if (answer?.type === "opaqueredirect") throw new Refused("signedOut");
      if (answer && answer.status < 500 && answer.status !== 429) {
        this.failures = 0;
        return { status: answer.status, body: await answer.json().catch(() => ({})) };
      }
      this.stop.signal.throwIfAborted();
      await this.pause();
    }
  }

  async once(method, url, body, headers) {
    const limit = setTimeout(() => this.broken?.abort(), PATIENCE);
    this.broken = new AbortController();
    const stop = () => this.broken.abort();
    this.stop.signal.addEventListener("abort", stop);
    try {
      const options = { method, body, redirect: "manual", headers: { ...headers, "X-CSRFToken": this.token } };
      return await fetch(url, { ...options, signal: this.broken.signal });
    } catch (error) {
      this.stop.signal.throwIfAborted();
      if (error.name === "NotReadableError" || error.name === "NotFoundError") throw new Refused("unreadable");
      return null;
    } finally {
      clearTimeout(limit);
      this.stop.signal.removeEventListener("abort", stop);
    }
  }

  // Until the network is back, or a little longer each time: `online` is not always told.
  pause() {
    this.tell("paused", this.sent);
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** this.failures++) * (0.8 + 0.4 * Math.random());
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        removeEventListener("online", go);
        this.stop.signal.removeEventListener("abort", go);
        resolve();
      };
      const timer = setTimeout(go, wait);
      addEventListener("online", go);
      this.stop.signal.addEventListener("abort", go);
    });
  }

  cancel() {
    this.stop.abort();
    if (this.address) {
      fetch(this.address, { method: "DELETE", keepalive: true, headers: { "X-CSRFToken": this.token } }).catch(() => {});
    }
  }
}
