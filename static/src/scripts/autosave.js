// Keeps what is typed in a page of the report while it is typed. The page's own buttons save without this, too.
const PAUSE = 1500; // after the last key, before sending
const FIRST_RETRY = 2000;
const LAST_RETRY = 60000;
const KEEPALIVE_BYTES = 60000; // browsers refuse more in a request that outlives its page

export function autosave() {
  const form = document.querySelector("form[data-autosave]");
  const status = document.getElementById("autosave");
  if (!form || !status) return;
  const url = form.dataset.autosave;
  const field = (name) => form.elements.namedItem(name);
  let turn = 0; // how many changes were made here
  let saved = 0; // up to which of them the server has all
  let timer = 0;
  let retry = 0;
  let sending = false;
  let stopped = false;
  let leaving = false;

  const unsaved = () => saved < turn && !stopped;

  function say(words, state, label = "", address = "") {
    if (status.dataset.state === state && status.dataset.said === words) return; // not read out twice
    status.dataset.state = state;
    status.dataset.said = words;
    status.textContent = words;
    if (!address) return;
    const link = document.createElement("a");
    Object.assign(link, { href: address, target: "_blank", rel: "noopener", className: "govuk-link", textContent: label });
    status.append(" ", link);
  }

  function schedule(wait) {
    clearTimeout(timer);
    if (unsaved()) timer = setTimeout(send, wait);
  }

  function later(words, label, address) {
    say(words, "waiting", label, address);
    retry = Math.min(retry ? retry * 2 : FIRST_RETRY, LAST_RETRY);
    schedule(retry);
  }

  // Another log-in changes the token that a page must show.
  async function freshToken() {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (answer.ok) field("csrfmiddlewaretoken").value = (await answer.json()).token;
    return answer.ok;
  }

  function take(answer, body, sent) {
    if (answer.ok && body.version) {
      saved = Math.max(saved, sent);
      retry = 0;
      field("tab_seen").value = body.version;
      if (!unsaved()) say(body.message, "saved");
      return;
    }
    if (answer.status === 401) {
      later(body.message, status.dataset.signIn, status.dataset.signInUrl);
    } else if (answer.status === 409) {
      stopped = true;
      say(body.message, "conflict", status.dataset.open, window.location.href);
    } else if (answer.status === 404 || answer.status === 422) {
      stopped = true;
      say(body.message || status.dataset.stopped, "stopped");
    } else {
      later(status.dataset.failed);
    }
  }

  async function send({ last = false } = {}) {
    clearTimeout(timer);
    if (!unsaved() || leaving || (sending && !last)) return;
    sending = true;
    const sent = turn;
    field("tab_turn").value = String(sent);
    const body = new URLSearchParams(new FormData(form));
    try {
      const keepalive = last && body.toString().length < KEEPALIVE_BYTES;
      let answer = await fetch(url, { method: "POST", body, keepalive, headers: { Accept: "application/json" } });
      if (answer.status === 403 && (await freshToken())) {
        body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
        answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
      }
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      take(answer, isJson ? await answer.json() : {}, sent);
    } catch {
      later(status.dataset.offline);
    } finally {
      sending = false;
    }
    if (unsaved() && !retry) schedule(PAUSE);
  }

  function changed(event) {
    if (event.target.type === "file") return;
    turn += 1;
    if (stopped) return;
    if (!retry) {
      say(status.dataset.saving, "saving");
      schedule(PAUSE);
    }
  }

  function now() {
    retry = 0;
    send();
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    field("tab_turn").value = String(turn);
  });
  window.addEventListener("online", now);
  window.addEventListener("focus", () => retry && now()); // for instance after signing in again in another window
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send({ last: true });
    else if (retry) now();
  });
  window.addEventListener("pagehide", () => send({ last: true }));
  window.addEventListener("beforeunload", (event) => {
    if (saved < turn && !leaving) event.preventDefault();
  });
  // A page that comes back from the browser's memory may be old.
  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted && saved === turn) window.location.reload();
  });
}
