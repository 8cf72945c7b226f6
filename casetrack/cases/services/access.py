"""The firm confirms or refutes an unauthorized access; both can be taken back by the other."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Access, AccessDecision, CompromisedAccount
from casetrack.cases.permissions import can_investigate, can_read_account_number
from casetrack.cases.services.status import lock
from casetrack.ledger.models import Account
from casetrack.lib import clock
from casetrack.lib.errors import InvalidInput, NotAllowed, Unlinkable
from casetrack.people.models import Role, User


def _check(incident: CompromisedAccount, actor: User) -> None:
    lock(incident.case)
    if not can_investigate(actor, incident.case) and actor.role != Role.SYSTEM:
        raise NotAllowed(_("Only an investigator may do this, before there is an agreement."))
    incident.refresh_from_db(from_queryset=CompromisedAccount.objects.select_for_update(no_key=True))


def _link(incident: CompromisedAccount) -> Account:
    """The ledger account of the incident's number; refused if it is another customer's already."""
    account, _created = Account.objects.get_or_create(
        firm=incident.case.firm,
        number_index=incident.number_index,
        defaults={"number_encrypted": incident.number_encrypted, "number_hint": incident.number_hint},
    )
    other = (
        CompromisedAccount.objects.filter(account=account, access=Access.CONFIRMED)
        .exclude(case__victim=incident.case.victim_id)
        .select_related("case")
        .first()
    )
    if other is not None and other.case.victim_user_id not in (None, incident.case.victim_user_id):
        raise Unlinkable(
            _("This account is already linked to another customer's case, %(reference)s."),
            reference=other.case.reference,
        )
    return account


@transaction.atomic
def confirm_access(
    incident: CompromisedAccount,
    *,
    first_access_at: dt.datetime | None,
    actor: User,
    detected_at: dt.datetime | None = None,
    reason: str = "",
) -> CompromisedAccount:
    """Confirm the access, set the first unauthorized instant, and link the ledger account.

    Whoever confirms has checked that the account is this victim's. Raises NotAllowed, InvalidInput (an instant in the
    future, or neither instant known), Unlinkable (another customer's account).
    """
    _check(incident, actor)
    now = clock.now()
    if first_access_at is None and detected_at is None:
        raise InvalidInput(_("Enter when the first unauthorized access happened."), field="first_access_at")
    for field, at in (("first_access_at", first_access_at), ("detected_at", detected_at)):
        if at is not None and at > now:
            raise InvalidInput(_("This time lies in the future."), field=field)
    incident.account = _link(incident)
    incident.access = Access.CONFIRMED
    incident.first_access_at = first_access_at
    incident.detected_at = detected_at or incident.detected_at
    incident.save(update_fields=["account", "access", "first_access_at", "detected_at"])
    _decide(incident, actor, reason, now)
    return incident


@transaction.atomic
def refute_access(incident: CompromisedAccount, *, actor: User, reason: str) -> CompromisedAccount:
    """Refute the access, with a reason that the victim reads. Raises NotAllowed, InvalidInput (no reason)."""
    _check(incident, actor)
    if not reason.strip():
        raise InvalidInput(_("Give a reason: the victim will read it."), field="reason")
    incident.access = Access.REFUTED
    incident.save(update_fields=["access"])
    _decide(incident, actor, reason.strip(), clock.now())
    return incident


def _decide(incident: CompromisedAccount, actor: User, reason: str, at: dt.datetime) -> None:
    AccessDecision.objects.create(
        incident=incident,
        case=incident.case,
        access=incident.access,
        first_access_at=incident.first_access_at,
        detected_at=incident.detected_at,
        reason=reason,
        decided_by=actor,
        recorded_at=clock.now(),
    )
    first = incident.first_access_at
    write_event(
        incident.case, f"cases.access_{incident.access}", actor=actor, reason=reason, at=at,
        data={"incident": incident.pk, "first_access_at": first.isoformat() if first else None},
    )  # fmt: skip


@transaction.atomic
def read_account_number(incident: CompromisedAccount, *, actor: User) -> str:
    """The full account number, for an investigator or approver of the case; the reading is logged."""
    if not can_read_account_number(actor, incident.case):
        raise NotAllowed(_("Only an investigator or approver may read the full account number."))
    write_event(
        incident.case, "cases.account_number_read", actor=actor, is_public=False, data={"incident": incident.pk}
    )
    return incident.number
