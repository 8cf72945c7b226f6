"""The demo's mail: printed, and kept under var/mail for the demo mailbox."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend as Console

KEPT = 100


def folder() -> Path:
    return Path(settings.VAR_DIR) / "mail"


class DemoBackend(Console):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder().mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = folder() / f"{time.time_ns()}.eml"
            new = path.with_suffix(".new")  # a reader sees whole mails only
            new.write_bytes(message.message().as_bytes())
            new.replace(path)
        for old in sorted(folder().glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return super().send_messages(email_messages) or 0


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    sent_at: datetime
    body: str


def mails(to: str = "") -> list[Mail]:
    """Newest first; only those to an address, if one is given."""
    found = [_read(path) for path in sorted(folder().glob("*.eml"), reverse=True)[:KEPT]]
    return [mail for mail in found if not to or to.lower() in mail.to.lower()]


def _read(path: Path) -> Mail:
    parsed = message_from_bytes(path.read_bytes(), _class=Parsed, policy=policy.default)
    body = parsed.get_body(("plain",))
    return Mail(
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        sent_at=parsedate_to_datetime(str(parsed["Date"])),
        body=body.get_content() if body else "",
    )
