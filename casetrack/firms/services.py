"""Writes that concern firms' people. (Firms themselves come with a policy: assessment.services.add_firm.)"""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.firms.models import Firm, Membership, StaffRole
from casetrack.lib.errors import InvalidInput
from casetrack.lib.money import plain
from casetrack.people.models import Language, Role, User
from casetrack.people.services import add_person


@transaction.atomic
def add_member(
    email: str, firm_code: str, role: str, *, actor: User, display_name: str = "", language: str = Language.JA
) -> Membership:
    """A log-in for one of a firm's people; an e-mail tells its owner.

    Raises InvalidInput (no such firm or role, no e-mail address), Conflict (the address has a log-in already).
    """
    if role not in StaffRole.values:
        raise InvalidInput(_("The role is one of %(roles)s."), field="role", roles=", ".join(StaffRole.values))
    firm = Firm.objects.filter(code=firm_code, is_active=True).first()
    if firm is None:
        raise InvalidInput(_("There is no firm with the code %(code)s."), field="firm", code=firm_code)
    user = add_person(email, role=Role.FIRM, language=language)
    membership = Membership.objects.create(user=user, firm=firm, role=role, display_name=display_name.strip())
    record(
        chain=PLATFORM, action="firms.member_added", actor=actor, subject=f"user:{user.pk}", firm_code=firm.code,
        data={"role": role},
    )  # fmt: skip
    return membership


@transaction.atomic
def limit_approver(email: str, up_to: Decimal | None, *, actor: User) -> Membership:
    """Set the most, in whole yen, that an approver approves alone; None takes the limit away.

    Raises InvalidInput (no such approver, a negative amount or a part of a yen).
    """
    member = Membership.objects.select_related("user", "firm").filter(user__email__iexact=email.strip()).first()
    if member is None or member.role != StaffRole.APPROVER:
        raise InvalidInput(_("There is no approver with the address %(email)s."), field="email", email=email)
    if up_to is not None and (up_to < 0 or up_to != up_to.to_integral_value()):
        raise InvalidInput(_("Enter the amount in whole yen."), field="amount")
    member.approves_up_to = up_to
    member.save(update_fields=["approves_up_to"])
    record(
        chain=PLATFORM, action="firms.approver_limited", actor=actor, subject=f"user:{member.user_id}",
        firm_code=member.firm.code, data={"up_to": None if up_to is None else plain(up_to)},
    )  # fmt: skip
    return member
