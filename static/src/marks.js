// "Was this you?" by keys, and each answer saved as it is given. The page's own buttons save without this, too.
// The keys work only while the focus is in the list (WCAG 2.1.4).
const PAUSE = 1200; // so that a run of answers is one message to the firm
const LAST_RETRY = 30000;

const form = document.querySelector("form[data-marks]");
if (form) start();

function start() {
  const status = form.querySelector("[data-marks-status]");
  const help = form.querySelector("[data-marks-help]");
  const rows = [...form.querySelectorAll("[data-trade]")];
  const pending = new Map(); // answers by field name that the server does not have yet
  const answers = { y: "yes", n: "no", s: "not_sure" };
  let timer = 0;
  let wait = PAUSE;
  let sending = false;
  help.hidden = false;

  const say = (words) => { status.textContent = words; };
  const rowOf = (name) => form.querySelector(`[name="${name}"]`).closest("[data-trade]");

  function mark(names, words) {
    for (const name of names) {
      const row = rowOf(name);
      row.classList.toggle("ct-marks__failed", Boolean(words));
      row.querySelector(".ct-marks__said")?.remove();
      if (!words) continue;
      const said = document.createElement("p");
      said.className = "ct-marks__said govuk-error-message";
      said.textContent = words;
      row.querySelector("[role=radiogroup]").after(said);
    }
  }

  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  }

  async function send({ last = false } = {}) {
    if (!pending.size || (sending && !last)) return;
    sending = true;
    const sent = new Map(pending);
    const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, stay: "1", ...Object.fromEntries(sent) });
    let words = "";
    try {
      const answer = await fetch(window.location.href, { method: "POST", body, keepalive: last, headers: { Accept: "application/json" } });
      if (answer.status === 422) words = (await answer.json()).message;
      else if (answer.status !== 204) words = status.dataset.failed;
    } catch {
      words = status.dataset.failed;
    }
    sending = false;
    mark(sent.keys(), words);
    if (words) {
      say(words);
      wait = Math.min(wait * 2, LAST_RETRY);
    } else {
      for (const [name, value] of sent) if (pending.get(name) === value) pending.delete(name);
      wait = PAUSE;
      say(status.dataset.saved);
    }
    if (pending.size) later(wait);
  }

  function go(row) {
    const field = row?.querySelector("input:checked") ?? row?.querySelector("input");
    if (!field) return;
    field.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const target = event.target;
    if (target.matches("select, textarea, input:not([type=radio])")) return;
    const key = event.key.toLowerCase();
    const row = target.closest("[data-trade]");
    const place = rows.indexOf(row);
    if (key === "j") go(rows[place + 1]);
    else if (key === "k") go(rows[Math.max(place - 1, 0)]);
    else if (key === "u") form.querySelector("button[name=undo]")?.click();
    else if (key === "?") {
      help.open = !help.open;
      if (help.open) help.scrollIntoView({ block: "nearest" });
      say(help.open ? help.querySelector("[data-marks-keys]").textContent.replace(/\s+/g, " ") : "");
    } else if (row && answers[key]) {
      const field = row.querySelector(`input[value=${answers[key]}]`);
      field.focus();
      if (!field.checked) field.click();
    } else return;
    event.preventDefault();
  }

  form.addEventListener("keydown", press);
  form.addEventListener("change", (event) => {
    if (event.target.type !== "radio") return;
    pending.set(event.target.name, event.target.value);
    say(status.dataset.saving);
    later(PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    pending.clear(); // the form itself sends every answer of the page
    mark(rows.map((row) => row.querySelector("input").name), "");
  });
  window.addEventListener("online", () => send());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send({ last: true }));
  window.addEventListener("pagehide", () => send({ last: true }));
  window.addEventListener("beforeunload", (event) => {
    if (form.querySelector(".ct-marks__failed")) event.preventDefault();
  });
}
