import {
  createAll, Button, CharacterCount, Checkboxes, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios, SkipLink,
} from "govuk-frontend";
import { words } from "./words.js";

export function start() {
  createAll(Button, { preventDoubleClick: true });
  for (const component of [Checkboxes, Radios, ErrorSummary, NotificationBanner, SkipLink]) createAll(component);
  createAll(CharacterCount, { i18n: words.characterCount });
  createAll(FileUpload, { i18n: words.fileUpload });
  createAll(PasswordInput, { i18n: words.passwordInput });
}
