"""What the firm asks the victim for, by when, and what came of it."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import CASEWORKERS, can_write_to, require
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import VICTIM
from casetrack.evidence.models import Request
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.people.models import User

LONGEST_WHAT = 200
LONGEST = 2000
MOST_OPEN = 20


@transaction.atomic
def ask_for(case: Case, what: str, *, why: str = "", due_on: dt.date, actor: User) -> Request:
    """Ask the victim for one named thing until the end of a day in Tokyo. Raises NotAllowed, InvalidInput, Conflict."""
    lock(case)
    require(actor, case, *CASEWORKERS)
    if not can_write_to(actor, case):
        raise NotAllowed(_("This case has ended: nothing can be asked for any more."))
    what, why = what.strip(), why.strip()
    if not what:
        raise InvalidInput(_("Say what you ask for."), field="what")
    if len(what) > LONGEST_WHAT or len(why) > LONGEST:
        too_long = "what" if len(what) > LONGEST_WHAT else "why"
        limit = LONGEST_WHAT if too_long == "what" else LONGEST
        raise InvalidInput(_("The text is longer than %(limit)s characters."), field=too_long, limit=limit)
    now = clock.now()
    if due_on < clock.tokyo_date(now):
        raise InvalidInput(_("Choose a day that has not passed."), field="due_on")
    if Request.objects.filter(case=case).open().count() >= MOST_OPEN:
        raise Conflict(_("%(most)s things are asked for already. Wait for answers first."), most=MOST_OPEN)
    row = Request.objects.create(case=case, what=what, why=why, due_on=due_on, asked_by=actor, asked_at=now)
    data = {"request": str(row.key), "due_on": due_on.isoformat()}
    write_event(case, "evidence.requested", actor=actor, reason=what, data=data, at=now)
    return row


def _lock_open(row: Request, actor: User, *roles: str) -> Request:
    """The request, locked after its case. Raises NotAllowed, Conflict (it is over)."""
    case = lock(row.case)
    row.refresh_from_db(from_queryset=Request.objects.select_for_update(of=("self",), no_key=True))
    row.case = case
    require(actor, case, *roles)
    if not can_write_to(actor, case):
        raise NotAllowed(_("This case has ended."))
    if not row.is_open:
        raise Conflict(_("This was answered or taken back meanwhile."))
    return row


@transaction.atomic
def answer_request(row: Request, words: str = "", *, actor: User) -> Request:
    """Close a request with the files that came for it, or with why there are none.

    Raises NotAllowed (not the victim), Conflict (it is over), InvalidInput (neither a file nor a word).
    """
    _lock_open(row, actor, VICTIM)
    words, files = words.strip(), row.files.count()
    if not words and not files:
        raise InvalidInput(_("Add a file, or say why you do not have it."), field="words")
    if len(words) > LONGEST:
        raise InvalidInput(_("The text is longer than %(limit)s characters."), field="words", limit=LONGEST)
    row.answered_at, row.answer = clock.now(), words
    row.save(update_fields=["answered_at", "answer"])
    data = {"request": str(row.key), "files": files}
    write_event(row.case, "evidence.request_answered", actor=actor, reason=words, data=data, at=row.answered_at)
    return row


@transaction.atomic
def withdraw_request(row: Request, *, actor: User) -> Request:
    """Take a request back. Raises NotAllowed, Conflict (it is over)."""
    _lock_open(row, actor, *CASEWORKERS)
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    data = {"request": str(row.key)}
    write_event(row.case, "evidence.request_withdrawn", actor=actor, reason=row.what, data=data, at=row.withdrawn_at)
    return row
