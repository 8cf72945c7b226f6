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
FIRST_YEAR, LAST_YEAR = 2000, 2199


def compile_summary(
    first: dt.date, last: dt.date, *, actor: User, by: str = "month", as_of: dt.datetime | None = None
) -> Summary:
    """The summary for the months `first` to `last`, of what was recorded up to `as_of` (default, and at most: now).

    Compiles in the system's scope: a regulator's own scope sees no row. Raises NotAllowed, InvalidInput.
    """
    now = clock.now()
    if actor.role not in (Role.REGULATOR, Role.SYSTEM):
        raise NotAllowed(_("Only a regulator sees the summary."))
    if by not in BY:
        raise InvalidInput(_("Choose month or half-month."), field="by")
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise InvalidInput(_("Choose months of the years 2000 to 2199."), field="first")
    if last < first:
        raise InvalidInput(_("The last month lies before the first."), field="last")
    if (last.year - first.year) * 12 + last.month - first.month >= LONGEST_MONTHS:
        raise InvalidInput(_("Choose at most ten years."), field="last")
    with system_scope():
        return compile_lines(first, last, by=by, as_of=min(as_of or now, now))


@transaction.atomic
def publish_edition(summary: Summary, extension: str, *, actor: User) -> SummaryEdition:
    """The edition of a summary that somebody takes away as a file: kept with its rows and the hash of its CSV.

    Editions are numbered without gaps and never change; the latest one of the period, if it says the same, is given
    again. The audit log says who took which.
    """
    edition = _edition(summary, actor)
    note_use(summary, "reports.summary_downloaded", actor=actor, format=extension, edition=edition.number)
    return edition


def _edition(summary: Summary, actor: User) -> SummaryEdition:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(79)")
    digest = hashlib.sha256(exporters.to_csv(summary)).hexdigest()
    same = {"first_month": summary.first, "last_month": summary.last, "by": summary.by}
    latest = SummaryEdition.objects.filter(**same).order_by("-number").first()
    if latest is not None and latest.sha256 == digest and latest.as_of <= summary.as_of:
        return latest
    last = SummaryEdition.objects.aggregate(last=Max("number"))["last"] or 0
    return SummaryEdition.objects.create(
        number=last + 1,
        first_month=summary.first,
        last_month=summary.last,
        by=summary.by,
        as_of=summary.as_of,
        rows=exporters.rows(summary),
        sha256=digest,
        compiled_by=actor,
        compiled_at=clock.now(),
    )


def note_use(summary: Summary, action: str, *, actor: User, **data: object) -> None:
    """Write to the audit log that a summary was read or downloaded."""
    facts = {
        "from": f"{summary.first:%Y-%m}",
        "to": f"{summary.last:%Y-%m}",
        "by": summary.by,
        "as_of": exporters.as_of_text(summary),
        **data,
    }
    record(chain=PLATFORM, action=action, actor=actor, data=facts)
