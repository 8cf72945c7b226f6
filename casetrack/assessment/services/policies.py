"""Which policy holds for a case; and a policy's life: drafted, simulated, proposed, published by another person."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import CompensationPolicy, Method, PolicyStatus, ValuationRule
from casetrack.assessment.reductions import CUSTOMER
from casetrack.assessment.services.inputs import digest
from casetrack.audit.services import PLATFORM, record
from casetrack.calc.loss import COMPONENTS
from casetrack.cases.models import Access, Case
from casetrack.cases.permissions import require_second_person
from casetrack.firms.models import Firm, StaffRole, membership_of
from casetrack.lib import clock
from casetrack.lib.crypto import keyed_hash
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
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
    "reductions": {
        "password_shared": "0.5",
        "password_reused": "0.2",
        "code_typed": "0.2",
        "mfa_declined": "0.2",
        "late_notice": "0.1",
    },
    "valid_from": dt.date(2025, 1, 1),
    "summary_ja": "不正に買い付けられた銘柄、不正な信用建玉、強制決済による損失の50％、手数料・税金・金利と"
    "引き出されたお金の全額、見舞金1万円をお支払いします。保有銘柄が売られただけの損失は対象外です。",
    "summary_en": "Half of the loss on securities bought without authority, on margin positions and from forced "
    "sales; all fees, tax, interest and money taken out; and 10,000 yen to each victim. Holdings that were merely "
    "sold are not covered.",
}
MOST_VALUATION_DAYS = 250
MAKERS = (StaffRole.ADMIN, StaffRole.APPROVER)
UNPUBLISHED = (PolicyStatus.DRAFT, PolicyStatus.PROPOSED)
FIELDS = (
    "valid_from", "valid_until", "method", "ratios", "solatium", "is_individual", "reductions", "valuation_rule",
    "valuation_days", "application_until", "summary_ja", "summary_en",
)  # fmt: skip


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


def _next_version(firm: Firm) -> int:
    Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)
    return (firm.policies.aggregate(last=Max("version"))["last"] or 0) + 1


def _record(policy: CompensationPolicy, action: str, actor: User, **data: Any) -> None:
    record(
        chain=PLATFORM, action=f"assessment.policy_{action}", actor=actor,
        subject=f"{policy.firm.code} v{policy.version}", firm_code=policy.firm.code,
        data={"sha256": content_hash(policy), **data},
    )  # fmt: skip


def content_hash(policy: CompensationPolicy) -> str:
    """SHA-256 (hex) of all that a policy says: what a simulation was made of, what an approver approved."""
    values = {name: getattr(policy, name) for name in FIELDS}
    return digest({name: value if isinstance(value, bool | dict) else str(value) for name, value in values.items()})


@transaction.atomic
def publish_policy(firm: Firm, *, actor: User, **fields: Any) -> CompensationPolicy:
    """Publish the next version of a firm's policy at once: for commands and the demo, where the system acts."""
    policy = CompensationPolicy.objects.create(
        firm=firm, version=_next_version(firm), status=PolicyStatus.PUBLISHED, prepared_by=actor,
        published_at=clock.now(), **fields,
    )  # fmt: skip
    _record(policy, "published", actor)
    return policy


def may_make_policies(user: User) -> bool:
    """Administrators and approvers of a firm draft and approve its policies."""
    membership = membership_of(user)
    return membership is not None and membership.role in MAKERS


def require_maker(user: User, firm: Firm) -> None:
    """Raises NotAllowed for anybody but an administrator or approver of the firm."""
    membership = membership_of(user)
    if not may_make_policies(user) or membership is None or membership.firm_id != firm.pk:
        raise NotAllowed(_("Only an administrator or approver of the firm may do this."))


def _checked_shares(given: Mapping[str, Any], known: Mapping[str, Any] | tuple[str, ...], field: str) -> dict[str, str]:
    shares: dict[str, str] = {}
    for name, text in given.items():
        try:
            share = Decimal(str(text))
        except InvalidOperation:
            share = Decimal(-1)
        if name not in known or not share.is_finite() or not 0 <= share <= 1:
            raise InvalidInput(_("A share lies between 0 and 1."), field=field)
        shares[name] = str(text)
    return shares


def _check_valuation(given: dict[str, Any]) -> None:
    """A rule that is known, and business days after it only where there is a day to count from."""
    given.setdefault("valuation_rule", ValuationRule.NONE)
    given["valuation_days"] = given.get("valuation_days") or 0
    if given["valuation_rule"] not in ValuationRule.values:
        raise InvalidInput(_("Choose a rule for the valuation date."), field="valuation_rule")
    if not 0 <= given["valuation_days"] <= MOST_VALUATION_DAYS:
        raise InvalidInput(_("Enter 0 to 250 business days."), field="valuation_days")
    if given["valuation_days"] and given["valuation_rule"] == ValuationRule.NONE:
        raise InvalidInput(_("Choose the day from which these business days count."), field="valuation_rule")


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a policy, refused where they cannot hold. Raises InvalidInput naming the field."""
    given = {name: fields[name] for name in FIELDS if name in fields}
    given["ratios"] = _checked_shares(given.get("ratios") or {}, COMPONENTS, "ratios")
    given["reductions"] = _checked_shares(given.get("reductions") or {}, CUSTOMER, "reductions")
    if given.get("method") not in Method.values:
        raise InvalidInput(_("Choose a method."), field="method")
    _check_valuation(given)
    if given.get("valid_from") is None:
        raise InvalidInput(_("Enter the first day of the incidents that the policy is for."), field="valid_from")
    until = given.get("valid_until")
    if until is not None and until < given["valid_from"]:
        raise InvalidInput(_("The last day lies before the first."), field="valid_until")
    solatium = Decimal(given.get("solatium") or 0)
    if solatium < 0 or solatium != solatium.to_integral_value():
        raise InvalidInput(_("Enter the amount in whole yen."), field="solatium")
    return given


@transaction.atomic
def draft_policy(firm: Firm, *, actor: User, **fields: Any) -> CompensationPolicy:
    """Begin the next version. Raises NotAllowed, Conflict (another one is not published yet), InvalidInput."""
    require_maker(actor, firm)
    given, version = _checked(fields), _next_version(firm)
    if firm.policies.filter(status__in=UNPUBLISHED).exists():
        raise Conflict(_("There is a draft already. Publish or discard it first."))
    policy = CompensationPolicy.objects.create(
        firm=firm, version=version, status=PolicyStatus.DRAFT, prepared_by=actor, **given
    )
    _record(policy, "drafted", actor)
    return policy


def _locked(policy: CompensationPolicy, actor: User, *statuses: PolicyStatus) -> CompensationPolicy:
    policy.refresh_from_db(
        from_queryset=CompensationPolicy.objects.select_related("firm").select_for_update(of=("self",), no_key=True)
    )
    require_maker(actor, policy.firm)
    if policy.status not in statuses:
        raise Conflict(
            _("This policy can no longer be changed: it is at “%(status)s”."),
            status=PolicyStatus(policy.status).label,
        )
    return policy


@transaction.atomic
def edit_policy(policy: CompensationPolicy, *, actor: User, **fields: Any) -> CompensationPolicy:
    """Replace what a draft says. Whoever edits it last has prepared it. Raises NotAllowed, Conflict, InvalidInput."""
    _locked(policy, actor, PolicyStatus.DRAFT)
    for name, value in _checked(fields).items():
        setattr(policy, name, value)
    policy.prepared_by = actor
    policy.save()
    _record(policy, "edited", actor)
    return policy


@transaction.atomic
def propose_policy(policy: CompensationPolicy, *, actor: User) -> CompensationPolicy:
    """Hand a draft to another person for approval, once it has been simulated as it stands.

    Raises NotAllowed, Conflict, InvalidInput (not simulated).
    """
    _locked(policy, actor, PolicyStatus.DRAFT)
    content = content_hash(policy)
    if not policy.simulations.filter(policy_sha256=content, finished_at__isnull=False).exists():
        raise InvalidInput(_("Simulate the draft as it stands first: nobody should approve what nobody has seen."))
    policy.status, policy.returned_because = PolicyStatus.PROPOSED, ""
    policy.save(update_fields=["status", "returned_because"])
    _record(policy, "proposed", actor)
    return policy


@transaction.atomic
def return_policy(policy: CompensationPolicy, *, actor: User, reason: str) -> CompensationPolicy:
    """Send a proposed policy back to be a draft. Raises NotAllowed, Conflict, InvalidInput (no reason)."""
    _locked(policy, actor, PolicyStatus.PROPOSED)
    if not reason.strip():
        raise InvalidInput(_("Give a reason."), field="reason")
    policy.status, policy.returned_because = PolicyStatus.DRAFT, reason.strip()
    policy.save(update_fields=["status", "returned_because"])
    _record(policy, "returned", actor, reason_hash=keyed_hash(reason.strip()))
    return policy


@transaction.atomic
def approve_policy(policy: CompensationPolicy, *, actor: User) -> CompensationPolicy:
    """Publish a proposed policy; from now on it holds for incidents of its period that are not assessed yet.

    Raises NotAllowed (the one who prepared it), Conflict.
    """
    _locked(policy, actor, PolicyStatus.PROPOSED)
    require_second_person(actor, policy.prepared_by_id)
    policy.status, policy.approved_by, policy.published_at = PolicyStatus.PUBLISHED, actor, clock.now()
    policy.save(update_fields=["status", "approved_by", "published_at"])
    _record(policy, "published", actor)
    return policy


@transaction.atomic
def discard_policy(policy: CompensationPolicy, *, actor: User) -> CompensationPolicy:
    """Give up a policy that was not published. Raises NotAllowed, Conflict."""
    _locked(policy, actor, *UNPUBLISHED)
    policy.status = PolicyStatus.DISCARDED
    policy.save(update_fields=["status"])
    _record(policy, "discarded", actor)
    return policy


def incident_on(case: Case) -> dt.date:
    """The day in Tokyo that decides which policy holds: of the earliest confirmed access (else of its detection)."""
    instants = [i.first_access_at or i.detected_at for i in case.incidents.all() if i.access == Access.CONFIRMED]
    known = [at for at in instants if at is not None]
    return clock.tokyo_date(min(known) if known else case.opened_at)


def policy_for(case: Case) -> CompensationPolicy:
    """The latest published version whose period holds the incident. Raises InvalidInput if none does."""
    day = incident_on(case)
    policy = CompensationPolicy.objects.filter(firm=case.firm_id).covering(day).first()
    if policy is None:
        raise InvalidInput(_("The firm has no policy for incidents of %(day)s."), day=day.isoformat())
    return policy
