"""Which policy holds for a case, and the platform's default for a new firm."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import CompensationPolicy
from casetrack.audit.services import PLATFORM, record
from casetrack.cases.models import Access, Case
from casetrack.firms.models import Firm
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.people.models import User

# The policy of assessment.md's examples, after what SBI, Rakuten and Neotrade published in 2025: half of the loss on
# planted issues, liquidation and margin, all costs and withdrawals, a solatium of 10,000 yen.
DEFAULT_POLICY: dict[str, Any] = {
    "method": "cash",
    "ratios": {
        "planted": "0.5",
        "own_holdings": "0",
        "liquidation": "0.5",
        "margin": "0.5",
        "costs": "1",
        "income": "0",
        "withdrawals": "1",
    },
    "solatium": 10000,
    "valid_from": dt.date(2025, 1, 1),
}


@transaction.atomic
def add_firm(code: str, *, name_ja: str, name_en: str, actor: User, **fields: Any) -> Firm:
    """A firm with the platform's default policy and clocks. Raises Conflict if the code is taken, InvalidInput."""
    if not code.isascii() or not code.isalnum() or not code[:1].isalpha() or code != code.upper() or len(code) < 2:
        raise InvalidInput(_("A firm's code is 2 to 20 capital letters and digits, a letter first."), field="code")
    if Firm.objects.filter(code=code).exists():
        raise Conflict(_("There is a firm with the code %(code)s already."), code=code)
    firm = Firm.objects.create(code=code, name_ja=name_ja, name_en=name_en, **fields)
    record(chain=PLATFORM, action="firms.added", actor=actor, subject=code, firm_code=code)
    publish_policy(firm, actor=actor, **DEFAULT_POLICY)
    return firm


@transaction.atomic
def publish_policy(firm: Firm, *, actor: User, **fields: Any) -> CompensationPolicy:
    """Publish the next version of a firm's policy; earlier versions stay as they are."""
    Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)
    last = firm.policies.aggregate(last=Max("version"))["last"] or 0
    policy = CompensationPolicy.objects.create(firm=firm, version=last + 1, published_at=clock.now(), **fields)
    record(
        chain=PLATFORM, action="assessment.policy_published", actor=actor, subject=f"{firm.code} v{policy.version}",
        firm_code=firm.code, data={"ratios": policy.ratios, "method": policy.method, "solatium": str(policy.solatium)},
    )  # fmt: skip
    return policy


def incident_on(case: Case) -> dt.date:
    """The day in Tokyo that decides which policy holds: of the earliest confirmed access (else of its detection)."""
    instants = [i.first_access_at or i.detected_at for i in case.incidents.all() if i.access == Access.CONFIRMED]
    known = [at for at in instants if at is not None]
    return clock.tokyo_date(min(known) if known else case.opened_at)


def policy_for(case: Case) -> CompensationPolicy:
    """The latest version of the firm's policy whose period holds the incident. Raises InvalidInput if none does."""
    day = incident_on(case)
    policy = (
        case.firm.policies.filter(Q(valid_until=None) | Q(valid_until__gte=day), valid_from__lte=day)
        .order_by("-version")
        .first()
    )
    if policy is None:
        raise InvalidInput(_("The firm has no policy for incidents of %(day)s."), day=day.isoformat())
    return policy
