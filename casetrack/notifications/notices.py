"""Notices in the application: what a victim was told of, what is unread, and how they want to be told by e-mail."""

from django.db import transaction
from django.db.models import Q, QuerySet

from casetrack.audit.services import PLATFORM, record
from casetrack.cases.models import Case
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.notifications.models import Delivery, DeliveryStatus, HowTold, MailChoice
from casetrack.people.models import User

# About the person, in no case: nobody else may have done it in their name unseen.
SAFETY = ("people.bank_account_changed", "people.bank_alarm_raised", "copies.asked")


def notices_of(user: User) -> QuerySet[Delivery]:
    """What `user` was told about their cases and the safety of their log-in, newest first."""
    about = Q(case__isnull=False) | Q(action__in=SAFETY)
    return Delivery.objects.filter(about, recipient=user).order_by("-created_at", "-pk")


def unread_count(user: User) -> int:
    return notices_of(user).filter(read_at=None).count()


@transaction.atomic
def mark_all_read(*, actor: User) -> int:
    """Mark all notices of `actor` as read; how many were not."""
    return notices_of(actor).filter(read_at=None).update(read_at=clock.now())


def how_told(user: User) -> str:
    choice = MailChoice.objects.filter(user=user).first()
    return choice.how if choice else HowTold.AT_ONCE


@transaction.atomic
def choose_mails(how: HowTold, *, actor: User) -> None:
    """Keep how `actor` wants to be told by e-mail of what is not urgent; the audit log holds the choice."""
    MailChoice.objects.update_or_create(user=actor, defaults={"how": how})
    subject, data = f"user:{actor.pk}", {"how": str(how)}
    record(chain=PLATFORM, action="notifications.mails_chosen", actor=actor, subject=subject, data=data)


def is_unreachable(case: Case) -> bool:
    """Whether the last finished mail to the victim of `case`, in it or about the safety of their log-in, could not be
    delivered: the firm has to telephone. Who has no log-in yet was invited at the address that the firm gave.

    The caller has checked that its reader may see the case. Mails are their recipient's rows, so this one fact is
    looked up in the system's scope.
    """
    with system_scope():
        theirs = Q(recipient=case.victim_user_id) if case.victim_user_id else Q(victim=case.victim_id)
        mails = Delivery.objects.filter(theirs, Q(case=case) | Q(case=None))
        done = mails.filter(status__in=[DeliveryStatus.SENT, DeliveryStatus.FAILED])
        last = done.order_by("-created_at", "-pk").values_list("status", flat=True).first()
    return last == DeliveryStatus.FAILED
