// django-allauth tells of a failed or cancelled passkey only on the console, and by this event.
import { words } from "./words.js";

const KNOWN = {
  NotAllowedError: words.keyCancelled,
  InvalidStateError: words.keyThere,
  NotSupportedError: words.keyUnsupported,
  SecurityError: words.keyUnsupported,
};

function sentence(exception) {
  if (!window.PublicKeyCredential) return words.keyUnsupported;
  return KNOWN[exception?.name] ?? words.keyFailed;
}

export function reportSecurityKeyErrors() {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const main = document.getElementById("main-content");
    document.getElementById("key-error")?.remove();
    const box = document.createElement("div");
    box.id = "key-error";
    box.className = "govuk-error-summary";
    box.setAttribute("role", "alert");
    box.tabIndex = -1;
    const title = document.createElement("h2");
    title.className = "govuk-error-summary__title";
    title.textContent = words.keyTitle;
    const text = document.createElement("p");
    text.className = "govuk-body";
    text.textContent = sentence(event.detail?.exception);
    box.append(title, text);
    main.prepend(box);
    box.focus();
    box.scrollIntoView({ block: "nearest" });
  });
}
