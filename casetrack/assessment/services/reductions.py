"""Reductions of a compensation: proposed with factors of both sides, approved by another person, lifted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import Assessment, CompensationPolicy, Reduction, ReductionStatus
from casetrack.assessment.reductions import CUSTOMER, FIRM
from casetrack.assessment.services.policies import policy_for
from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import require
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import APPROVER, INVESTIGATOR, Status
from casetrack.evidence.models import EvidenceFile
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from casetrack.lib.money import plain
from casetrack.people.models import User

MAY_REDUCE = (Status.INVESTIGATING, Status.ASSESSED, Status.NEGOTIATING, Status.ESCALATED)
STEP = Decimal("0.0001")
MOST_SIMILAR = 500


def names_of(factors: Iterable[Mapping[str, Any]], side: Mapping[str, object]) -> list[str]:
    """The names of one side (`reductions.CUSTOMER` or `FIRM`) among the factors."""
    return [factor["name"] for factor in factors if factor["name"] in side]


def limit_of(policy: CompensationPolicy, names: Iterable[str]) -> Decimal:
    """The highest share that the policy lets these factors of the customer take away together, from 0 to 1."""
    return min(sum((Decimal(policy.reductions.get(name, "0")) for name in names), Decimal(0)), Decimal(1))


def reduction_of(case: Case) -> Reduction | None:
    """The approved one, which the next run uses."""
    return case.reductions.filter(status=ReductionStatus.APPROVED).first()


def check_limit(policy: CompensationPolicy, reduction: Reduction) -> None:
    """Raises InvalidInput where the policy does not allow as much for the factors."""
    limit = limit_of(policy, names_of(reduction.factors, CUSTOMER))
    if reduction.share > limit:
        raise InvalidInput(
            _("The policy allows at most %(limit)s %% for these factors."), field="share", limit=plain(limit * 100)
        )


def _open(case: Case) -> None:
    lock(case)
    if case.status not in MAY_REDUCE:
        raise IllegalTransition(_("This is not possible now: the case is at “%(status)s”."), status=case.staff_status)


def _checked(case: Case, factors: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The factors as they are stored. Raises InvalidInput (an unknown factor, none of the customer's, other files)."""
    known = {str(key) for key in EvidenceFile.objects.filter(case=case, is_removed=False).values_list("key", flat=True)}
    kept: list[dict[str, Any]] = []
    for factor in factors:
        files = [str(key) for key in factor.get("files", [])]
        if factor["name"] not in CUSTOMER and factor["name"] not in FIRM:
            raise InvalidInput(_("Choose among the factors."), field="factors")
        if set(files) - known:
            raise InvalidInput(_("Choose a file of this case."), field="factors")
        kept.append({"name": factor["name"], "note": factor.get("note", "").strip(), "files": files})
    if not names_of(kept, CUSTOMER):
        raise InvalidInput(_("Choose at least one factor of the customer: what is the reduction for?"), field="factors")
    if len({factor["name"] for factor in kept}) < len(kept):
        raise InvalidInput(_("Choose each factor once."), field="factors")
    return kept


@transaction.atomic
def propose_reduction(
    case: Case,
    *,
    share: Decimal,
    factors: Sequence[Mapping[str, Any]],
    reason: str,
    actor: User,
    gross_because: str = "",
) -> Reduction:
    """Propose to take `share` (0 to 1) off the compensation, for another person to approve.

    `factors` are {name, note, files}; what speaks against the firm is weighed too, so it is asked for beside. A
    vulnerable person's compensation is reduced only for gross conduct, and `gross_because` says what that was. Raises
    NotAllowed, IllegalTransition, Conflict (one waits already), InvalidInput (`field` names what).
    """
    _open(case)
    require(actor, case, INVESTIGATOR)
    if case.reductions.filter(status=ReductionStatus.PROPOSED).exists():
        raise Conflict(_("A reduction waits for approval already."))
    if not 0 < share <= 1 or share != share.quantize(STEP):
        raise InvalidInput(_("Enter a reduction above 0 % and up to 100 %."), field="share")
    if not reason.strip():
        raise InvalidInput(_("Give the reason of the reduction: the victim will read it."), field="reason")
    if case.is_vulnerable and not gross_because.strip():
        raise InvalidInput(
            _("This person is vulnerable: nothing is taken off, unless the conduct was gross. Say why it was."),
            field="gross_because",
        )
    reduction = Reduction(
        case=case,
        number=(case.reductions.aggregate(last=Max("number"))["last"] or 0) + 1,
        share=share,
        factors=_checked(case, factors),
        reason=reason.strip(),
        is_gross=bool(gross_because.strip()),
        gross_because=gross_because.strip(),
        proposed_by=actor,
        proposed_at=clock.now(),
    )
    check_limit(policy_for(case), reduction)
    reduction.save()
    _write(reduction, "proposed", actor)
    return reduction


def _write(reduction: Reduction, what: str, actor: User, reason: str = "") -> None:
    names = [factor["name"] for factor in reduction.factors]
    write_event(
        reduction.case, f"assessment.reduction_{what}", actor=actor, reason=reason, is_public=False,
        data={"reduction": reduction.number, "share": plain(reduction.share), "factors": names},
    )  # fmt: skip


def _at(reduction: Reduction, status: ReductionStatus) -> None:
    """Lock the case and read again; raises IllegalTransition, or Conflict where somebody was first."""
    _open(reduction.case)
    reduction.refresh_from_db(fields=["status"])
    if reduction.status != status:
        raise Conflict(_("Somebody has decided on this reduction already."))


def _second_person(reduction: Reduction, actor: User) -> None:
    require(actor, reduction.case, APPROVER)
    if reduction.proposed_by_id == actor.pk:
        raise NotAllowed(_("Another person must approve what you prepared."))


@transaction.atomic
def approve_reduction(reduction: Reduction, *, actor: User) -> Reduction:
    """Approve a proposed reduction: the next run takes it, and the one before is replaced.

    Raises NotAllowed (not an approver, or the one who proposed it), IllegalTransition, Conflict, InvalidInput (the
    policy no longer allows as much, or the person has said since that they are vulnerable).
    """
    _at(reduction, ReductionStatus.PROPOSED)
    _second_person(reduction, actor)
    check_limit(policy_for(reduction.case), reduction)
    if reduction.case.is_vulnerable and not reduction.is_gross:
        raise InvalidInput(
            _("This person is vulnerable: nothing is taken off, unless the conduct was gross. Return the proposal.")
        )
    reduction.case.reductions.filter(status=ReductionStatus.APPROVED).update(status=ReductionStatus.REPLACED)
    reduction.status, reduction.approved_by, reduction.approved_at = ReductionStatus.APPROVED, actor, clock.now()
    reduction.save(update_fields=["status", "approved_by", "approved_at"])
    _write(reduction, "approved", actor)
    return reduction


def _end(reduction: Reduction, status: ReductionStatus, actor: User, reason: str = "", *, asks: bool = True) -> None:
    if asks and not reason.strip():
        raise InvalidInput(_("Give a reason."), field="reason")
    reduction.status, reduction.ended_because = status, reason.strip()
    reduction.save(update_fields=["status", "ended_because"])
    _write(reduction, str(status), actor, reason.strip())


@transaction.atomic
def return_reduction(reduction: Reduction, *, actor: User, reason: str) -> Reduction:
    """The approver returns a proposal with a reason. Raises NotAllowed, IllegalTransition, Conflict, InvalidInput."""
    _at(reduction, ReductionStatus.PROPOSED)
    _second_person(reduction, actor)
    _end(reduction, ReductionStatus.RETURNED, actor, reason)
    return reduction


@transaction.atomic
def drop_reduction(reduction: Reduction, *, actor: User) -> Reduction:
    """The investigator drops what was not approved yet. Raises NotAllowed, IllegalTransition, Conflict."""
    _at(reduction, ReductionStatus.PROPOSED)
    require(actor, reduction.case, INVESTIGATOR)
    _end(reduction, ReductionStatus.DROPPED, actor, asks=False)
    return reduction


@transaction.atomic
def lift_reduction(reduction: Reduction, *, actor: User, reason: str) -> Reduction:
    """An approver takes an approved one away: the next run takes nothing off. Raises as `return_reduction`."""
    _at(reduction, ReductionStatus.APPROVED)
    require(actor, reduction.case, APPROVER)
    _end(reduction, ReductionStatus.LIFTED, actor, reason)
    return reduction


@dataclass(frozen=True)
class Similar:
    """What the firm took off in other cases with one of the same factors of the customer (shares from 0 to 1).

    `assessed` counts the firm's other assessed cases, `reduced` those of them where anything was taken off.
    """

    shares: list[Decimal]
    assessed: int
    reduced: int

    @property
    def middle(self) -> Decimal | None:
        return median(self.shares) if self.shares else None


def similar_to(case: Case, names: Sequence[str]) -> Similar:
    """Approved reductions in the firm's other cases that share a factor with `names`; none without names."""
    others = Reduction.objects.filter(case__firm=case.firm_id, status=ReductionStatus.APPROVED).exclude(case=case)
    shared = Q()
    for name in names:
        shared |= Q(factors__contains=[{"name": name}])
    alike = others.filter(shared) if names else others.none()
    shares = list(alike.order_by("-approved_at").values_list("share", flat=True)[:MOST_SIMILAR])
    assessed = Assessment.objects.filter(case__firm=case.firm_id).exclude(case=case)
    return Similar(sorted(shares), assessed.values("case").distinct().count(), others.count())
