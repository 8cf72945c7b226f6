"""How far the work on a case is: the steps of the walk, what each has come to, and where it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casetrack.assessment.models import Assessment
from casetrack.cases.models import Access, Case, CompromisedAccount
from casetrack.ledger.models import Execution
from casetrack.negotiation.models import Offer, Payment, Settlement
from casetrack.negotiation.workflow import OfferStatus
from casetrack.web.formats import jp_date, yen

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

State = Literal["done", "now", "later"]


@dataclass(frozen=True)
class Step:
    """One step. `note` says what it came to; an empty `url` leads nowhere."""

    label: str
    note: "StrOrPromise"
    is_done: bool
    url: str = ""


@dataclass(frozen=True)
class Shown:
    step: Step
    state: State


def progress_of(
    case: Case,
    incidents: Sequence[CompromisedAccount],
    runs: Sequence[Assessment],
    offers: Sequence[Offer],
    settlement: Settlement | None,
    payment: Payment | None,
    *,
    can_investigate: bool,
) -> list[Shown]:
    """The steps in order; the first that is not done is the present one. `runs` and `offers` are newest first."""
    steps = [
        *_account_steps(case, incidents, can_investigate=can_investigate),
        _assessment(case, runs),
        _offer(case, offers),
        _settlement(case, settlement, payment),
    ]
    present = next((step for step in steps if not step.is_done), None)
    return [Shown(step, "done" if step.is_done else "now" if step is present else "later") for step in steps]


def _account_steps(case: Case, incidents: Sequence[CompromisedAccount], *, can_investigate: bool) -> list[Step]:
    """Access, ledger and executions over all accounts; each leads to the first account that still needs it."""
    counts = execution_counts(incidents)
    places = dict(enumerate(incidents, 1))
    confirmed = {place: i for place, i in places.items() if i.access == Access.CONFIRMED}
    reported = [place for place, i in places.items() if i.access == Access.REPORTED]
    empty = [place for place, i in confirmed.items() if not counts.get(i.pk, (0, 0))[0]]
    blocked = [place for place, i in confirmed.items() if counts.get(i.pk, (0, 0))[1]]
    total = sum(rows for rows, _undecided in counts.values())
    undecided = sum(count for _rows, count in counts.values())
    first = next(iter(confirmed), 0)
    access_note = "、".join(str(i.get_access_display()) for i in incidents)
    if len(incidents) > 1:
        access_note = _("%(decided)s of %(all)s accounts") % {
            "decided": len(incidents) - len(reported), "all": len(incidents),
        }  # fmt: skip
    ledger_note = ngettext("%(n)s execution", "%(n)s executions", total) % {"n": total} if total else ""
    still = ngettext("%(n)s not yet decided", "%(n)s not yet decided", undecided) % {"n": undecided}
    decided_note = "" if not total else still if undecided else _("All decided")
    return [
        Step(_("Access"), access_note, not reported, _at(case, "access", (reported or [1])[0])),
        Step(
            _("Ledger"), ledger_note, bool(confirmed) and not empty,
            _at(case, "ledger-upload", (empty or [first])[0]) if can_investigate and confirmed else "",
        ),
        Step(
            _("Executions"), decided_note, bool(total) and not blocked,
            _at(case, "executions", (blocked or [first])[0]) if confirmed and total else "",
        ),
    ]  # fmt: skip


def execution_counts(incidents: Sequence[CompromisedAccount]) -> dict[int, tuple[int, int]]:
    """(executions, of them undecided since the first access) by confirmed incident, in one query."""
    confirmed = [i for i in incidents if i.access == Access.CONFIRMED]
    if not confirmed:
        return {}
    wanted = {}
    for i in confirmed:
        of_account = Q(account=i.account_id)
        since = Q(executed_at__gte=i.first_access_at) if i.first_access_at else Q()
        wanted[f"all_{i.pk}"] = Count("pk", filter=of_account)
        wanted[f"blocking_{i.pk}"] = Count("pk", filter=of_account & since & Q(attribution=""))
    found = Execution.objects.filter(account__in=[i.account_id for i in confirmed]).aggregate(**wanted)
    return {i.pk: (found[f"all_{i.pk}"], found[f"blocking_{i.pk}"]) for i in confirmed}


def _at(case: Case, name: str, place: int) -> str:
    return reverse(f"firm:{name}", args=[case.reference, place])


def _assessment(case: Case, runs: Sequence[Assessment]) -> Step:
    if not runs:
        return Step(_("Loss"), "", is_done=False)
    run = runs[0]
    return Step(
        _("Loss"), yen(run.loss), is_done=True, url=reverse("firm:assessment", args=[case.reference, run.number])
    )


def _offer(case: Case, offers: Sequence[Offer]) -> Step:
    if not offers:
        return Step(_("Offer"), "", is_done=False)
    last = offers[0]
    note = f"{yen(last.amount)} – {last.get_party_display()}"
    is_done = any(offer.status == OfferStatus.ACCEPTED and not offer.is_partial for offer in offers)
    return Step(_("Offer"), note, is_done, reverse("firm:offer", args=[case.reference, last.number]))


def _settlement(case: Case, settlement: Settlement | None, payment: Payment | None) -> Step:
    if settlement is None:
        return Step(_("Settlement and payment"), "", is_done=False)
    note = _("Paid on %s") % jp_date(payment.paid_on) if payment else _("Agreed, not yet paid")
    page = reverse("firm:settlement", args=[case.reference, settlement.offer.number])
    return Step(_("Settlement and payment"), note, payment is not None, page)
