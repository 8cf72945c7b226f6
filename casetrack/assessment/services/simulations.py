"""What a draft of a policy would change: every case of its period that has an assessment, computed again with it."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import (
    AssessedAccount,
    Assessment,
    CompensationPolicy,
    Method,
    PolicyStatus,
    Simulation,
)
from casetrack.assessment.services.policies import UNPUBLISHED, content_hash, incident_on, require_maker
from casetrack.assessment.services.reductions import highest_under
from casetrack.calc.loss import Refusal, assess
from casetrack.cases.workflow import ENDED, Status
from casetrack.lib import clock
from casetrack.lib.errors import Conflict
from casetrack.lib.money import plain
from casetrack.lib.scope import system_scope
from casetrack.people.models import User

SETTLED = (Status.AGREED, Status.COMPENSATED, *ENDED)
STEP = 20


@transaction.atomic
def ask_simulation(policy: CompensationPolicy, *, actor: User) -> Simulation:
    """Ask for a simulation of a draft as it stands now; a task computes it (`run_simulation`).

    Raises NotAllowed, Conflict (the policy is published or discarded).
    """
    require_maker(actor, policy.firm)
    if policy.status not in UNPUBLISHED:
        raise Conflict(
            _("This policy can no longer be changed: it is at “%(status)s”."),
            status=PolicyStatus(policy.status).label,
        )
    return Simulation.objects.create(
        policy=policy, firm=policy.firm, asked_by=actor, asked_at=clock.now(), policy_sha256=content_hash(policy)
    )


def touched(policy: CompensationPolicy) -> list[Assessment]:
    """The latest run of every case of the firm that is not settled or ended and whose incident lies in the period."""
    accounts = Prefetch("accounts", AssessedAccount.objects.order_by("pk"))
    latest = (
        Assessment.objects.filter(case__firm=policy.firm_id)
        .exclude(case__status__in=SETTLED)
        .order_by("case", "-number")
        .distinct("case")
        .select_related("case", "reduced_by")
        .prefetch_related("case__incidents", accounts)
    )
    last = policy.valid_until
    return [
        run
        for run in latest
        if incident_on(run.case) >= policy.valid_from and (last is None or incident_on(run.case) <= last)
    ]


def due_under(policy: CompensationPolicy, run: Assessment) -> Decimal:
    """What the run's stored inputs would give under the policy, in whole yen; the run's reduction as far as the policy
    allows it.

    Raises calc.loss.Refusal.
    """
    reduction = run.reduction
    if run.reduced_by is not None:
        limit = highest_under(policy, run.reduced_by.customer_factors)
        reduction = reduction if limit is None else min(reduction, limit)
    method = run.method if policy.method == Method.CHOICE else policy.method
    total = Decimal(0)
    for place, row in enumerate(run.accounts.all()):
        given: dict[str, Any] = dict(row.inputs)
        given["policy"] = policy.as_input(method, reduction=plain(reduction), with_solatium=place == 0)
        total += Decimal(assess(given)["due"])
    return total


def run_simulation(pk: int) -> Simulation:
    """Compute a simulation, saying on the way how far it is (each word in a transaction of its own, so that the page
    sees it). One that is finished, or whose draft has changed since it was asked for, stays as it is."""
    with system_scope():
        simulation = Simulation.objects.select_related("policy__firm").get(pk=pk)
        if simulation.finished_at is not None or content_hash(simulation.policy) != simulation.policy_sha256:
            return simulation
        runs = touched(simulation.policy)
        simulation.total = len(runs)
        simulation.save(update_fields=["total"])
    rows: list[tuple[str, Decimal, Decimal]] = []
    for place, run in enumerate(runs, 1):
        try:
            rows.append((run.case.reference, run.due, due_under(simulation.policy, run)))
        except Refusal:
            simulation.failed += 1
        if place % STEP == 0:
            with system_scope():
                Simulation.objects.filter(pk=pk).update(done=place)
    simulation.done = len(runs)
    simulation.before = sum((before for _case, before, _after in rows), Decimal(0))
    simulation.after = sum((after for _case, _before, after in rows), Decimal(0))
    changed = sorted((r for r in rows if r[1] != r[2]), key=lambda row: (-abs(row[2] - row[1]), row[0]))
    simulation.rows = [[reference, plain(before), plain(after)] for reference, before, after in changed]
    simulation.finished_at = clock.now()
    with system_scope():
        simulation.save()
    return simulation
