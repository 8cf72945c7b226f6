"""Writes that concern firms' people. (Firms themselves come with a policy: assessment.services.add_firm.)"""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.firms.models import Firm, Membership, StaffRole
from casetrack.lib.errors import InvalidInput
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
