"""What a copy says of the person: their log-in, where they are signed in, what they entered, what they were told."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from casetrack.audit.models import Entry
from casetrack.audit.services import PLATFORM
from casetrack.copies.facts import facts, opened
from casetrack.copies.models import Copy
from casetrack.evidence.models import Upload
from casetrack.intake.models import ColumnMapping, Draft
from casetrack.notifications.models import Delivery
from casetrack.notifications.notices import how_told
from casetrack.people.bank import profile_of
from casetrack.people.models import BankAccount, BankAlarm, IdempotentWrite, User, Victim

PROFILE = (
    "family_name", "given_name", "family_name_kana", "given_name_kana", "language", "email", "telephone", "postcode",
    "address", "created_at",
)  # fmt: skip
BANK = (
    "bank_name", "bank_code", "branch_name", "branch_code", "kind", "number", "holder", "holder_differs", "entered_at",
    "payable_from",
)  # fmt: skip
TRADE = (
    "line", "traded_on", "settled_on", "security_code", "security_name", "market", "account_kind", "side", "deal",
    "quantity", "price", "amount", "currency", "words", "answer", "answered_at",
)  # fmt: skip


def profile(victim: Victim | None) -> dict[str, Any] | None:
    return facts(victim, *PROFILE) if victim else None


def account(user: User) -> dict[str, Any]:
    """The log-in, without the secrets by which it is recognized."""
    writes = IdempotentWrite.objects.filter(user=user).order_by("pk")
    mappings = ColumnMapping.objects.filter(user=user).order_by("pk")
    copies = Copy.objects.visible_to(user).order_by("pk")
    return {
        **facts(user, "email", "language", "date_joined", "last_login", "is_active"),
        "has_password": user.has_usable_password(),
        "profile": profile(profile_of(user)),
        "email_addresses": [
            facts(row, "email", "verified", "primary") for row in EmailAddress.objects.filter(user=user)
        ],
        "ways_to_sign_in": [
            facts(row, "type", "created_at", "last_used_at") for row in Authenticator.objects.filter(user=user)
        ],
        "sessions": [
            facts(row, "ip", "user_agent", "created_at", "last_seen_at")
            for row in UserSession.objects.filter(user=user).order_by("created_at")
        ],
        "mails": how_told(user),
        "copies": [facts(row, "asked_at", "status", "made_at", "expires_at", "size", "sha256") for row in copies],
        "forms_sent": [facts(row, "action", "done_at") for row in writes],
        "columns_explained": [facts(row, "columns", "saved_at") for row in mappings],
        "uploads_on_their_way": [
            facts(row, "name", "size", "received", "started_at")
            for row in Upload.objects.visible_to(user).unfinished().order_by("pk")
        ],
    }


def bank_accounts(user: User) -> dict[str, Any]:
    """Every version, newest first, and each time that payments were stopped. The firm's person stays unnamed."""
    alarms = BankAlarm.objects.filter(user=user).prefetch_related("clearances").order_by("-pk")
    return {
        "accounts": [facts(row, *BANK) for row in BankAccount.objects.visible_to(user).order_by("-pk")],
        "payments_stopped": [
            {
                "at": alarm.raised_at,
                "cleared": [{"firm": row.firm_code, "at": row.cleared_at} for row in alarm.clearances.all()],
            }
            for alarm in alarms
        ],
    }


def log(user: User) -> Iterator[dict[str, Any]]:
    """What the audit log says about the person outside of cases."""
    entries = Entry.objects.filter(chain=PLATFORM, subject=f"user:{user.pk}").order_by("pk")
    for entry in entries.iterator():
        yield {"at": entry.occurred_at, "action": entry.action, "by_you": entry.actor_id == user.pk}


@cache
def _mail(template: str, language: str) -> dict[str, str]:
    """The words of a mail, which are the same for everybody in a language."""
    context = {"site_name": settings.SITE_NAME}
    with override(language):
        subject, body = (render_to_string(f"emails/{template}-{part}.txt", context) for part in ("subject", "body"))
    return {"subject": " ".join(subject.split()), "body": body.strip()}


def notices(user: User) -> Iterator[dict[str, Any]]:
    """Every notice with the mail that was sent for it, oldest first."""
    rows = Delivery.objects.filter(recipient=user).select_related("case").order_by("created_at", "pk")
    for row in rows.iterator():
        yield {
            **facts(row, "created_at", "action", "is_urgent", "read_at", "status", "sent_at"),
            "case": row.case.reference if row.case else None,
            "mail": _mail(row.template, user.language),
        }


def draft(row: Draft) -> dict[str, Any]:
    """All answers as typed, those that were set aside too, and what they were typed for."""
    return {
        **facts(row, "started_at", "saved_at", "firm_code"),
        "belongs_to": str(row.lead.key) if row.lead else None,
        "key": row.key,
        "case": row.case.reference if row.case else None,
        "answers": opened(row.answers),
    }


def brought_trades(row: Draft) -> Iterator[dict[str, Any]]:
    for trade in row.brought_trades.in_order().iterator():
        yield facts(trade, *TRADE)
