"""Messages and notes."""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import CASEWORKERS, can_write_to, require, role_in
from casetrack.cases.workflow import VICTIM
from casetrack.correspondence.models import Message, Note, Party
from casetrack.lib import clock
from casetrack.lib.errors import InvalidInput, NotAllowed
from casetrack.people.models import INSIDE, User

LONGEST = 10_000


def _checked(body: str) -> str:
    body = body.strip()
    if not body:
        raise InvalidInput(_("Write a message."), field="body")
    if len(body) > LONGEST:
        raise InvalidInput(_("The text is longer than %(limit)s characters."), field="body", limit=LONGEST)
    return body


def party_of(user: User, case: Case) -> Party:
    """The side of a case that somebody is on. Raises NotAllowed: a mediator is on neither, nor is a stranger."""
    if role_in(user, case) == VICTIM:
        return Party.VICTIM
    if user.role not in INSIDE:
        raise NotAllowed(_("You are not allowed to do this in this case."))
    return Party.FIRM


@transaction.atomic
def send_message(case: Case, body: str, *, actor: User) -> Message:
    """Send a message to the other side. Raises NotAllowed, InvalidInput (empty, too long)."""
    if not can_write_to(actor, case):
        raise NotAllowed(_("Messages can no longer be sent in this case."))
    now = clock.now()
    message = Message.objects.create(
        case=case, party=party_of(actor, case), author=actor, body=_checked(body), sent_at=now
    )
    write_event(case, "correspondence.message_sent", actor=actor, at=now, data={"message": message.pk})
    return message


@transaction.atomic
def mark_read(case: Case, *, actor: User) -> int:
    """Mark what the other side wrote as read; the count of messages that were not read before."""
    own = party_of(actor, case)
    return case.messages.filter(read_at=None).exclude(party=own).update(read_at=clock.now())


@transaction.atomic
def write_note(case: Case, body: str, *, actor: User) -> Note:
    """An internal note, for the firm's people only. Raises NotAllowed, InvalidInput."""
    require(actor, case, *CASEWORKERS)
    now = clock.now()
    note = Note.objects.create(case=case, author=actor, body=_checked(body), written_at=now)
    write_event(case, "correspondence.note_written", actor=actor, at=now, is_public=False, data={"note": note.pk})
    return note
