// Everything here only makes a page more comfortable: each works without it.
import { autosave } from "./scripts/autosave.js";
import { start } from "./scripts/components.js";
import { follow } from "./scripts/follow.js";
import { preventSecondSubmission } from "./scripts/submit.js";
import { startUploads } from "./scripts/upload.js";
import { reportSecurityKeyErrors } from "./scripts/keys.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
start();
preventSecondSubmission();
reportSecurityKeyErrors();
startUploads();
autosave();
follow();
