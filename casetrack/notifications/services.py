"""The drain: audit entries become deliveries, deliveries become mails.

Both steps are safe with several workers at once, and nothing is lost when one dies: an entry is claimed by the insert
of its HandledEntry together with its deliveries, a delivery by an update that must change exactly one row. Each step
is a short transaction of its own, and no mail is sent inside one; so `drain` is not called inside a transaction.
"""

import datetime as dt
import logging
import smtplib
import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, models, transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from casetrack.audit.models import Entry
from casetrack.audit.services import PLATFORM
from casetrack.bodies.models import BodyMembership
from casetrack.cases.models import Case
from casetrack.firms.models import Membership, StaffRole
from casetrack.lib.scope import system_scope
from casetrack.mediation.models import Mediation
from casetrack.notifications.models import Delivery, DeliveryStatus, HandledEntry, HowTold, MailChoice
from casetrack.notifications.reminders import is_settled_meanwhile
from casetrack.notifications.rules import RULES, URGENT, Audience
from casetrack.notifications.timing import after_quiet_hours, next_evening
from casetrack.people.models import Role, User, Victim

logger = logging.getLogger(__name__)

ENTRIES_AT_ONCE = 200
MAILS_AT_ONCE = 100
# When to try again after the first, second … failed attempt; the fifth is the last.
BACKOFF = (dt.timedelta(minutes=1), dt.timedelta(minutes=5), dt.timedelta(minutes=30), dt.timedelta(hours=3))
ATTEMPTS = len(BACKOFF) + 1
# What was recorded long after it happened (an import, the demo's past) is history, not news.
HISTORY = dt.timedelta(days=1)
# Entries are handled in order, and no transaction lasts a day: what lies below this was handled.
SETTLED = dt.timedelta(days=1)
# The server cannot be talked to at all: the other mails would fare no better.
UNREACHABLE = (ConnectionError, TimeoutError, socket.gaierror, smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError)

CLAIM = """
insert into notifications_handledentry (entry_id, handled_at)
select e.id, %(now)s from audit_entry e
where e.id > %(floor)s and not exists (select 1 from notifications_handledentry h where h.entry_id = e.id)
order by e.id limit %(limit)s
on conflict do nothing returning entry_id
"""


def drain(now: dt.datetime) -> tuple[int, int]:
    """Handle what the audit log holds and send what is due: how many entries, how many mails."""
    handled = 0
    while True:
        count = plan_deliveries(now)
        handled += count
        if count < ENTRIES_AT_ONCE:
            break
    return handled, send_deliveries(now)


def plan_deliveries(now: dt.datetime) -> int:
    """Claim the next entries that nobody has handled and write their deliveries; how many entries."""
    with system_scope():
        settled = HandledEntry.objects.filter(handled_at__lt=now - SETTLED).order_by("-entry_id").first()
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, {"now": now, "floor": settled.entry_id if settled else 0, "limit": ENTRIES_AT_ONCE})
            claimed = [row[0] for row in cursor.fetchall()]
        entries = list(Entry.objects.filter(pk__in=claimed, action__in=RULES).order_by("pk"))
        cases = Case.objects.filter(reference__in={entry.chain for entry in entries})
        by_chain = {case.reference: case for case in cases.select_related("victim", "victim_user")}
        for entry in entries:
            _plan(entry, by_chain, now)
    return len(claimed)


def _plan(entry: Entry, cases: Mapping[str, Case], now: dt.datetime) -> None:
    try:
        case = None if entry.chain == PLATFORM else cases[entry.chain]
        with transaction.atomic():
            Delivery.objects.bulk_create(_deliveries(entry, case, now), ignore_conflicts=True)
    except Exception:  # one entry must not hold up all that come after it
        logger.exception("no notice for audit entry %s (%s)", entry.pk, entry.action)


def _deliveries(entry: Entry, case: Case | None, now: dt.datetime) -> Iterator[Delivery]:
    invites = any(rule.audience in (Audience.INVITED, Audience.PERSON) for rule in RULES[entry.action])
    if not invites and entry.recorded_at and entry.recorded_at - entry.occurred_at > HISTORY:
        return
    for rule in RULES[entry.action]:
        for somebody, template in _addressees(entry, case, rule.audience, rule.template):
            to = {"recipient": somebody} if isinstance(somebody, User) else {"victim": somebody}
            delivery = Delivery(
                entry_id=entry.pk,
                template=template,
                created_at=now,
                next_try_at=now,
                case=case,
                action=entry.action,
                **to,
            )
            to_victim = isinstance(somebody, User) and somebody.role == Role.VICTIM
            if to_victim and case is not None and entry.action not in URGENT:
                _spare(delivery, now)
            yield delivery


def _spare(delivery: Delivery, now: dt.datetime) -> None:
    """What is not urgent goes out as its reader chose, and never in the quiet hours."""
    choice = MailChoice.objects.filter(user=delivery.recipient).first()
    how = choice.how if choice else HowTold.AT_ONCE
    delivery.is_urgent = False
    if how == HowTold.NEVER:
        delivery.status = DeliveryStatus.KEPT
    else:
        delivery.next_try_at = next_evening(now) if how == HowTold.DAILY else after_quiet_hours(now)


def _addressees(
    entry: Entry, case: Case | None, audience: Audience, template: str
) -> Iterable[tuple[User | Victim, str]]:
    """Whom a rule means, each with the template. Staff are not told of what they did themselves."""
    if case is None:
        kind, _colon, pk = entry.subject.partition(":")
        people = User.objects.filter(pk=int(pk), is_active=True) if kind == "user" else []
        return [(user, template) for user in people]
    if audience == Audience.INVITED:
        return [(case.victim, template)] if case.victim.email and case.victim_user is None else []
    if audience == Audience.OTHER_SIDE:
        by_victim = entry.actor_role == Role.VICTIM
        audience, template = (Audience.HANDLER, "staff-news") if by_victim else (Audience.VICTIM, "victim-news")
    if audience == Audience.VICTIM:
        return [(case.victim_user, template)] if case.victim_user and case.victim_user.is_active else []
    if audience == Audience.BODY:
        staff = mediators(case)
    else:
        staff = handlers(case) if audience == Audience.HANDLER else intake(case)
    return [(user, template) for user in staff if user.pk != entry.actor_id]


def handlers(case: Case) -> list[User]:
    """Who works on the case: the person to whom it is assigned, else the intake."""
    members = Membership.objects.filter(firm=case.firm_id, is_active=True, user__is_active=True)
    assigned = members.filter(user=case.assigned_to_id).select_related("user").first()
    return [assigned.user] if assigned else intake(case)


def mediators(case: Case) -> list[User]:
    """The people of the body before which the last mediation of the case is or was."""
    last = Mediation.objects.filter(case=case).order_by("number").last()
    places = BodyMembership.objects.filter(body=last.body_id if last else None, is_active=True, user__is_active=True)
    return [place.user for place in places.select_related("user").order_by("pk")]


def intake(case: Case) -> list[User]:
    """Those who take new cases at the firm; a firm without them, everybody there."""
    members = Membership.objects.filter(firm=case.firm_id, is_active=True, user__is_active=True)
    chosen = members.filter(role=StaffRole.INTAKE) or members
    return [member.user for member in chosen.select_related("user").order_by("pk")]


def send_deliveries(now: dt.datetime) -> int:
    """Send what is waiting and due; how many mails went out."""
    with system_scope():
        due = Delivery.objects.filter(status=DeliveryStatus.WAITING, next_try_at__lte=now)
        waiting = list(due.select_related("recipient", "victim", "case").order_by("next_try_at")[:MAILS_AT_ONCE])
    sent = 0
    mailer = get_connection()
    for delivery in waiting:
        if _is_moot(delivery, now) or not _claim(delivery, now):
            continue
        try:
            _mail(delivery, mailer).send()
        except Exception as error:  # whatever the mail server or a template does, the others go on
            _record_failure(delivery, error)
            if isinstance(error, UNREACHABLE):
                break
        else:
            _record(delivery, status=DeliveryStatus.SENT, sent_at=now, error="")
            _join(delivery, now)
            sent += 1
    mailer.close()
    return sent


def _is_moot(delivery: Delivery, now: dt.datetime) -> bool:
    """Whether it would remind of something that was done meanwhile; then it stays a notice alone."""
    with system_scope():
        case = delivery.case
        if case is None or not is_settled_meanwhile(case, delivery.action, delivery.created_at, now):
            return False
        Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.WAITING).update(status=DeliveryStatus.KEPT)
    return True


def _claim(delivery: Delivery, now: dt.datetime) -> bool:
    """Take this attempt for ourselves. If we die before it is recorded, the next is made after the pause."""
    attempts = delivery.attempts + 1
    pause = BACKOFF[min(attempts, len(BACKOFF)) - 1]
    with system_scope():
        changed = Delivery.objects.filter(
            pk=delivery.pk, status=DeliveryStatus.WAITING, attempts=delivery.attempts
        ).update(attempts=attempts, next_try_at=now + pause)
    delivery.attempts = attempts
    return changed == 1


def _join(delivery: Delivery, now: dt.datetime) -> None:
    """One mail says that there is news: what waited with it for the evening or the morning needs no second one."""
    if delivery.is_urgent:
        return
    with system_scope():
        Delivery.objects.filter(
            recipient=delivery.recipient, template=delivery.template, status=DeliveryStatus.WAITING,
            is_urgent=False, attempts=0, next_try_at__lte=now, next_try_at__gt=models.F("created_at"),
        ).update(status=DeliveryStatus.SENT, sent_at=now)  # fmt: skip


def _mail(delivery: Delivery, mailer: Any) -> EmailMessage:
    to: Any = delivery.recipient or delivery.victim
    with override(to.language):
        context = {"site_name": settings.SITE_NAME}
        subject = render_to_string(f"emails/{delivery.template}-subject.txt", context)
        body = render_to_string(f"emails/{delivery.template}-body.txt", context).strip() + "\n"
    return EmailMessage(" ".join(subject.split()), body, to=[to.email], connection=mailer)


def _record_failure(delivery: Delivery, error: Exception) -> None:
    """The kind of the failure and the server's code: never its words, which may hold an address."""
    code = getattr(error, "smtp_code", "")
    what = f"{type(error).__name__} {code}".strip()
    logger.warning("delivery %s, attempt %s: %s", delivery.pk, delivery.attempts, what)
    over = delivery.attempts >= ATTEMPTS
    _record(delivery, status=DeliveryStatus.FAILED if over else DeliveryStatus.WAITING, error=what[:200])


def _record(delivery: Delivery, **fields: Any) -> None:
    with system_scope():
        Delivery.objects.filter(pk=delivery.pk).update(**fields)
