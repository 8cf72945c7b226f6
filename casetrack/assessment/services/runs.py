"""Runs: made once, stored whole, recomputed to the same digits."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import (
    AssessedAccount,
    Assessment,
    CompensationPolicy,
    Method,
    Reduction,
    ValuationBasis,
)
from casetrack.assessment.services.inputs import (
    UNDECIDED_SHOWN,
    Entered,
    Valuation,
    blocking_executions,
    confirmed_incidents,
    digest,
    document,
    valuation,
)
from casetrack.assessment.services.policies import policy_for
from casetrack.assessment.services.reductions import check_takeable, reduction_of
from casetrack.assessment.services.valuation_dates import Fixed, fixed_date
from casetrack.calc.loss import METHOD_VERSION, METHODS, Refusal, assess
from casetrack.cases.events import write_event
from casetrack.cases.models import Case, CompromisedAccount
from casetrack.cases.permissions import can_investigate
from casetrack.cases.services import move, sync_liquidations
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import Status
from casetrack.lib import clock
from casetrack.lib.errors import DomainError, IllegalTransition, InvalidInput, NotAllowed
from casetrack.lib.formats import jp_date
from casetrack.lib.money import ZERO, plain
from casetrack.people.models import User

# A run moves the case from investigating to assessed; in these it adds a run to the ones there are.
AGAIN = (Status.ASSESSED, Status.NEGOTIATING, Status.ESCALATED)


NOTHING_ENTERED = Entered()


class CalculatorRefusal(DomainError):
    """The calculator refused the input; `params` hold its reason (code), detail and event."""

    code = "calculator"


def _run(inputs: dict[str, Any]) -> dict[str, Any]:
    try:
        return assess(inputs)
    except Refusal as refusal:
        raise CalculatorRefusal(
            _("The calculation stopped: %(detail)s"),
            detail=refusal.message,
            reason=refusal.code,
            event=refusal.event,
        ) from refusal


def _documents(
    incidents: list[CompromisedAccount],
    policy: CompensationPolicy,
    method: str,
    values: Valuation,
    reduction: Decimal,
) -> list[dict[str, Any]]:
    """One input per account; the solatium goes with the first, so that a case has it once."""
    return [
        document(incident, policy, method, values, reduction=reduction, with_solatium=place == 0)
        for place, incident in enumerate(incidents)
    ]


def _share(reduction: Reduction | None) -> Decimal:
    return reduction.share if reduction else ZERO


def _check_may_run(case: Case, actor: User) -> list[CompromisedAccount]:
    if not can_investigate(actor, case):
        raise NotAllowed(_("Only an investigator may do this, before there is an agreement."))
    if case.status not in (Status.INVESTIGATING, *AGAIN):
        raise IllegalTransition(_("This is not possible now: the case is at “%(status)s”."), status=case.staff_status)
    incidents = confirmed_incidents(case)
    if not incidents:
        raise InvalidInput(_("Confirm the access first: there is no confirmed account to assess."))
    blocking = blocking_executions(case)
    if blocking:
        raise InvalidInput(
            _("Decide these executions first: %(executions)s."),
            executions=", ".join(e.execution_id for e in blocking[:UNDECIDED_SHOWN])
            + (" …" if len(blocking) > UNDECIDED_SHOWN else ""),
        )
    return incidents


def _chosen(policy: CompensationPolicy, method: str) -> str:
    """The policy's method; where it leaves the choice, the one that was chosen."""
    if policy.method != Method.CHOICE:
        return policy.method
    if method not in (Method.CASH, Method.RESTORATION):
        raise InvalidInput(_("Choose restoration or cash: the policy leaves it to the customer."), field="method")
    return method


def _rests_on(case: Case, policy: CompensationPolicy, on: dt.date, reason: str) -> Fixed:
    """What the date rests on. Raises InvalidInput in the future, and where agreement or policy say another date and
    there is no reason."""
    if on > clock.tokyo_date(clock.now()):
        raise InvalidInput(_("The valuation date lies in the future."), field="valuation_on")
    fixed = fixed_date(case, policy)
    if fixed is not None and fixed.on == on:
        return fixed
    if fixed is not None and not reason:
        agreed = fixed.basis == ValuationBasis.AGREED
        raise InvalidInput(
            _("Both sides agreed on %(day)s. Say why another date: the victim reads it.") if agreed
            else _("The policy says %(day)s. Say why another date: the victim reads it."),
            field="valuation_reason", day=jp_date(fixed.on),
        )  # fmt: skip
    return Fixed(on, ValuationBasis.FIRM)


@transaction.atomic
def run_assessment(
    case: Case,
    *,
    valuation_on: dt.date,
    actor: User,
    entered: Entered = NOTHING_ENTERED,
    method: str = "",
    valuation_reason: str = "",
) -> Assessment:
    """Assess the case at the end of `valuation_on` (Tokyo) under the policy that holds for the incident.

    `entered` overrides market data. `method` is asked for where the policy leaves the choice. `valuation_reason` is
    why the firm takes this date; it is needed where both sides agreed on another, or the policy's rule gives another.
    The case's approved reduction is taken, if there is one. Raises NotAllowed, IllegalTransition, InvalidInput
    (undecided executions, named; a date or prices without their reason; a reduction that may no longer be taken),
    CalculatorRefusal.
    """
    lock(case)
    incidents = _check_may_run(case, actor)
    policy = policy_for(case)
    rests_on = _rests_on(case, policy, valuation_on, valuation_reason.strip())
    entered.check(case)
    values = valuation(case, valuation_on, entered)
    method = _chosen(policy, method)
    reduced_by = reduction_of(case)
    if reduced_by is not None:
        check_takeable(reduced_by)
    inputs = _documents(incidents, policy, method, values, _share(reduced_by))
    results = [_run(document) for document in inputs]
    for incident in incidents:
        sync_liquidations(incident)
    last = case.assessments.aggregate(last=Max("number"))["last"] or 0
    run = Assessment.objects.create(
        case=case,
        number=last + 1,
        policy=policy,
        method=method,
        valuation_on=valuation_on,
        valuation_basis=rests_on.basis,
        valuation_proposal=rests_on.proposal,
        valuation_reason=valuation_reason.strip() if rests_on.basis == ValuationBasis.FIRM else "",
        price_evidence=entered.evidence,
        reduction=_share(reduced_by),
        reduction_reason=reduced_by.reason if reduced_by else "",
        reduced_by=reduced_by,
        method_version=METHOD_VERSION,
        **_sums(results),
        prepared_by=actor,
        prepared_at=clock.now(),
    )
    AssessedAccount.objects.bulk_create(
        AssessedAccount(
            assessment=run, case=case, incident=incident, inputs=given, inputs_sha256=digest(given), result=result,
            price_sources=dict(values.sources),
        )
        for incident, given, result in zip(incidents, inputs, results, strict=True)
    )  # fmt: skip
    _write(run, actor)
    return run


def _sums(results: list[dict[str, Any]]) -> dict[str, Decimal]:
    """The run's own figures: those of its accounts, added up."""
    return {
        "loss": sum((Decimal(r["loss"]) for r in results), ZERO),
        "due": sum((Decimal(r["due"]) for r in results), ZERO),
        "cash": sum((Decimal(r["compensation"]["cash"]) for r in results), ZERO),
        "restoration": sum((Decimal(r["compensation"]["restoration"]) for r in results), ZERO),
    }


def _write(run: Assessment, actor: User) -> None:
    facts = {"assessment": run.number, "loss": plain(run.loss), "due": plain(run.due)}
    if run.case.status == Status.INVESTIGATING:
        move(run.case, "assess", actor=actor, data=facts)
    else:
        write_event(run.case, "assessment.assessed_again", actor=actor, is_public=False, data=facts)


def recompute(run: Assessment) -> list[str]:
    """Run the stored inputs again by the rules of the run's own version: the account hints whose result differs (none:
    the same digits).

    Also names an account whose stored inputs no longer have the stored hash.
    """
    by_the_rules = METHODS[run.method_version]
    return [
        row.incident.masked
        for row in run.accounts.select_related("incident").order_by("pk")
        if digest(row.inputs) != row.inputs_sha256 or by_the_rules(row.inputs) != row.result
    ]


def is_current(run: Assessment) -> bool:
    """Whether a run of today over the same valuation would have the same inputs and the same reduction: nothing was
    decided since, and no other date agreed on."""
    rows = list(run.accounts.order_by("pk"))
    incidents = confirmed_incidents(run.case)
    if [row.incident_id for row in rows] != [incident.pk for incident in incidents] or blocking_executions(run.case):
        return False
    reduced_by = reduction_of(run.case)
    if run.reduced_by_id != (reduced_by.pk if reduced_by else None):
        return False
    if reduced_by is not None and reduced_by.is_barred:
        return False
    agreed = run.case.valuation_proposals.agreed().select_related("answer").first()
    if agreed and agreed.valuation_on != run.valuation_on and agreed.answer.answered_at > run.prepared_at:
        return False
    given = rows[0].inputs["valuation"]
    values = Valuation(
        on=run.valuation_on,
        prices={code: Decimal(price) for code, price in given["prices"].items()},
        rates={code: Decimal(rate) for code, rate in given["fx"].items()},
    )
    now = _documents(incidents, run.policy, run.method, values, _share(reduced_by))
    return [digest(document) for document in now] == [row.inputs_sha256 for row in rows]
