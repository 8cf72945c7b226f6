"""Compiling the summary, and keeping editions of it."""

import datetime as dt
import hashlib

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.lib import clock
from casetrack.lib.errors import InvalidInput, NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.people.models import Role, User
from casetrack.reports import exporters
from casetrack.reports.models import SummaryEdition
from casetrack.reports.summary import BY, Summary, compile_lines

LONGEST_MONTHS = 120


def compile_summary(
    first: dt.date, last: dt.date, *, actor: User, by: str = "month", as_of: dt.datetime | None = None
) -> Summary:
    """The summary for the months `first` to `last`, of what was recorded up to `as_of` (default: now).

    Compiles in the system's scope: a regulator's own scope sees no row. Raises NotAllowed, InvalidInput.
    """
    if actor.role not in (Role.REGULATOR, Role.SYSTEM):
        raise NotAllowed(_("Only a regulator sees the summary."))
    if by not in BY:
        raise InvalidInput(_("Choose month or half-month."), field="by")
    if last < first:
        raise InvalidInput(_("The last month lies before the first."), field="last")
    if (last.year - first.year) * 12 + last.month - first.month >= LONGEST_MONTHS:
        raise InvalidInput(_("Choose at most ten years."), field="last")
    with system_scope():
        return compile_lines(first, last, by=by, as_of=as_of or clock.now())


@transaction.atomic
def publish_edition(summary: Summary, *, actor: User) -> SummaryEdition:
    """Keep the summary as the next edition, with the hash of its CSV."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(79)")
    last = SummaryEdition.objects.aggregate(last=Max("number"))["last"] or 0
    edition = SummaryEdition.objects.create(
        number=last + 1,
        first_month=summary.first,
        last_month=summary.last,
        by=summary.by,
        as_of=summary.as_of,
        rows=exporters.rows(summary),
        sha256=hashlib.sha256(exporters.to_csv(summary)).hexdigest(),
        compiled_by=actor,
        compiled_at=clock.now(),
    )
    note_use(summary, "reports.edition_published", actor=actor, edition=edition.number)
    return edition


def note_use(summary: Summary, action: str, *, actor: User, **data: object) -> None:
    """Write to the audit log that a summary was read, downloaded or published."""
    facts = {
        "from": f"{summary.first:%Y-%m}",
        "to": f"{summary.last:%Y-%m}",
        "by": summary.by,
        "as_of": exporters.as_of_text(summary),
        **data,
    }
    record(chain=PLATFORM, action=action, actor=actor, data=facts)
