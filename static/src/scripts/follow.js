// A page that waits for work in the background looks again by itself: its marked part is replaced while the work goes
// on, and when the mark is gone the page is loaded anew. Without this script the page refreshes itself (noscript).
const PAUSE = 3000;
const LONGEST_PAUSE = 30000;

export function follow() {
  if (document.querySelector("[data-follow]")) later(PAUSE);
}

function later(pause) {
  setTimeout(() => (document.hidden ? later(PAUSE) : look(pause)), pause);
}

async function look(pause) {
  let answer;
  try {
    answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  } catch {
    later(Math.min(pause * 2, LONGEST_PAUSE)); // the network is away
    return;
  }
  if (answer.status >= 500 || answer.status === 429) {
    later(Math.min(pause * 2, LONGEST_PAUSE));
    return;
  }
  const text = await answer.text();
  const now = new DOMParser().parseFromString(text, "text/html").querySelector("[data-follow]");
  if (answer.redirected || !now) {
    window.location.reload();
    return;
  }
  document.querySelector("[data-follow]").replaceChildren(...now.childNodes);
  later(PAUSE);
}
