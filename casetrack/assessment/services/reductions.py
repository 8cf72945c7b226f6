"""A reduction's life: proposed with its grounds, approved by another person, and then every run takes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import CompensationPolicy, Reduction, ReductionStatus
from casetrack.assessment.reductions import CUSTOMER, FIRM, highest_share
from casetrack.assessment.services.policies import policy_for
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require, require_second_person
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import APPROVER, ENDED, INVESTIGATOR, Status
from casetrack.evidence.models import EvidenceFile
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput
from casetrack.lib.formats import listed
from casetrack.lib.money import plain
from casetrack.people.models import User

# From the beginning of the work until there is an agreement.
MAY_REDUCE = tuple(s for s in Status if s not in (*ENDED, Status.SUBMITTED, Status.AGREED, Status.COMPENSATED))
DROPPED_BY: dict[str, str] = {ReductionStatus.PROPOSED: INVESTIGATOR, ReductionStatus.APPROVED: APPROVER}
SMALLEST = Decimal("0.0001")


@dataclass(frozen=True)
class Said:
    """What is said of a factor: what shows it, and the files of the case that do."""

    note: str = ""
    files: Iterable[EvidenceFile] = field(default=())


def reduction_of(case: Case) -> Reduction | None:
    """The approved reduction of a case: the one that a run takes."""
    return case.reductions.approved().first()


def _open_case(case: Case, actor: User, *roles: str) -> Case:
    lock(case)
    require(actor, case, *roles)
    if case.status not in MAY_REDUCE:
        raise IllegalTransition(_("This is not possible now: the case is at “%(status)s”."), status=case.staff_status)
    return case


def _side(case: Case, given: Mapping[str, Said], known: Mapping[str, Any], field: str) -> dict[str, Any]:
    """One side as it is stored. Raises InvalidInput for an unknown factor or a file that is not the case's."""
    side: dict[str, Any] = {}
    for name, said in given.items():
        if name not in known:
            raise InvalidInput(_("Choose factors from the list."), field=field)
        files = list(said.files)
        if any(file.case_id != case.pk or file.is_removed for file in files):
            raise InvalidInput(_("Choose files of this case."), field=field)
        side[name] = {"note": said.note.strip(), "files": sorted({str(file.key) for file in files})}
    return side


def limit_of(case: Case, factors: Iterable[str]) -> Decimal | None:
    """The highest share that the policy of the case's incident allows. Raises InvalidInput if there is no policy."""
    return highest_under(policy_for(case), factors)


def highest_under(policy: CompensationPolicy, factors: Iterable[str]) -> Decimal | None:
    """Where a policy names no limits, it reduces nothing; one that decides each case by itself leaves it to reasons."""
    limit = highest_share(policy.reductions, factors)
    return Decimal(0) if limit is None and not policy.is_individual else limit


def _check_share(share: Decimal, limit: Decimal | None) -> None:
    if not 0 < share <= 1 or share % SMALLEST:
        raise InvalidInput(
            _("A reduction lies above 0 and up to 100 percent, with two decimals at most."), field="share"
        )
    if limit is not None and share > limit:
        raise InvalidInput(
            _("The policy allows at most %(percent)s %% for what you chose."), field="share", percent=plain(limit * 100)
        )


def check_takeable(reduction: Reduction) -> None:
    """Raises InvalidInput where the policy that holds now allows less, or the customer has said since that they are
    vulnerable."""
    _check_share(reduction.share, limit_of(reduction.case, reduction.customer_factors))
    _check_gross(reduction.case.is_vulnerable, reduction.is_gross, reduction.gross_reason)


def _check_words(customer: dict[str, Any], reason: str) -> None:
    if not customer:
        raise InvalidInput(
            _("Choose at least one thing that the customer did. Without one nothing is reduced."), field="customer"
        )
    unsaid = [str(CUSTOMER[name]) for name in CUSTOMER if name in customer and not customer[name]["note"]]
    if unsaid:
        raise InvalidInput(_("Say what shows it: %(factors)s."), field="customer", factors=listed(unsaid))
    if not reason.strip():
        raise InvalidInput(_("Give the reason of the reduction: the victim will read it."), field="reason")


def _check_gross(is_vulnerable: bool, is_gross: bool, gross_reason: str) -> None:
    if is_vulnerable and not is_gross:
        raise InvalidInput(
            _("The customer is vulnerable: nothing may be reduced, except for gross negligence."), field="is_gross"
        )
    if is_gross and not gross_reason.strip():
        raise InvalidInput(_("Give the reason why it was gross negligence."), field="gross_reason")


@transaction.atomic
def propose_reduction(
    case: Case,
    *,
    share: Decimal,
    customer: Mapping[str, Said],
    firm: Mapping[str, Said],
    reason: str,
    actor: User,
    is_vulnerable: bool = False,
    is_gross: bool = False,
    gross_reason: str = "",
) -> Reduction:
    """Propose to reduce the case's compensation by `share` (0 to 1), for another person to approve.

    `customer` and `firm` are the factors on both sides by their names. A customer who said so is vulnerable
    whatever `is_vulnerable` says. Raises NotAllowed, IllegalTransition, Conflict (one is proposed already),
    InvalidInput (no factor of the customer, no words, above the policy's limit, a vulnerable customer, a file of
    another case).
    """
    _open_case(case, actor, INVESTIGATOR)
    if case.reductions.filter(status=ReductionStatus.PROPOSED).exists():
        raise Conflict(_("A reduction is proposed already; it must be approved, returned or dropped first."))
    sides = _side(case, customer, CUSTOMER, "customer"), _side(case, firm, FIRM, "firm")
    _check_words(sides[0], reason)
    policy = policy_for(case)
    limit = highest_under(policy, sides[0])
    _check_share(share, limit)
    is_vulnerable = is_vulnerable or case.is_vulnerable
    _check_gross(is_vulnerable, is_gross, gross_reason)
    reduction = Reduction.objects.create(
        case=case,
        number=(case.reductions.aggregate(last=Max("number"))["last"] or 0) + 1,
        policy=policy,
        limit=limit,
        share=share,
        customer_factors=sides[0],
        firm_factors=sides[1],
        reason=reason.strip(),
        is_vulnerable=is_vulnerable,
        is_gross=is_gross,
        gross_reason=gross_reason.strip() if is_gross else "",
        proposed_by=actor,
        proposed_at=clock.now(),
    )
    _write(reduction, "proposed", actor, factors=sorted(sides[0]), against=sorted(sides[1]))
    return reduction


def _write(reduction: Reduction, done: str, actor: User, reason: str = "", **data: Any) -> None:
    facts = {"reduction": reduction.number, "share": plain(reduction.share), **data}
    write_event(reduction.case, f"assessment.reduction_{done}", actor=actor, reason=reason, is_public=False, data=facts)


def _waiting(reduction: Reduction, actor: User, *roles: str) -> Reduction:
    """The reduction, its case locked, as it waits for approval now."""
    _open_case(reduction.case, actor, *roles)
    reduction.refresh_from_db(fields=["status"])
    if reduction.status != ReductionStatus.PROPOSED:
        raise Conflict(_("This reduction no longer waits for approval."))
    return reduction


@transaction.atomic
def approve_reduction(reduction: Reduction, *, actor: User) -> Reduction:
    """Approve it: from now on a run takes it, in place of the one approved before.

    Raises NotAllowed (no approver, or the one who proposed it), IllegalTransition, Conflict, InvalidInput (the policy
    that holds now allows less, or the customer has said since that they are vulnerable).
    """
    _waiting(reduction, actor, APPROVER)
    require_second_person(actor, reduction.proposed_by_id)
    case = reduction.case
    check_takeable(reduction)
    case.reductions.approved().update(status=ReductionStatus.REPLACED)
    reduction.status, reduction.approved_by, reduction.approved_at = ReductionStatus.APPROVED, actor, clock.now()
    reduction.save(update_fields=["status", "approved_by", "approved_at"])
    _write(reduction, "approved", actor)
    return reduction


@transaction.atomic
def return_reduction(reduction: Reduction, *, actor: User, reason: str) -> Reduction:
    """An approver sends it back. Raises NotAllowed, IllegalTransition, Conflict, InvalidInput (no reason)."""
    _waiting(reduction, actor, APPROVER)
    if not reason.strip():
        raise InvalidInput(_("Give a reason."), field="reason")
    reduction.status, reduction.returned_because = ReductionStatus.RETURNED, reason.strip()
    reduction.save(update_fields=["status", "returned_because"])
    _write(reduction, "returned", actor, reason)
    return reduction


@transaction.atomic
def drop_reduction(reduction: Reduction, *, actor: User, reason: str) -> Reduction:
    """Give it up: an investigator what waits, an approver what was approved. Runs are then made without it.

    Raises NotAllowed, IllegalTransition, Conflict (neither waits nor holds), InvalidInput (no reason).
    """
    _open_case(reduction.case, actor, INVESTIGATOR, APPROVER)
    reduction.refresh_from_db(fields=["status"])
    if reduction.status not in DROPPED_BY:
        raise Conflict(_("This reduction neither waits for approval nor holds."))
    require(actor, reduction.case, DROPPED_BY[reduction.status])
    if not reason.strip():
        raise InvalidInput(_("Give a reason."), field="reason")
    reduction.status = ReductionStatus.DROPPED
    reduction.save(update_fields=["status"])
    _write(reduction, "dropped", actor, reason)
    return reduction
