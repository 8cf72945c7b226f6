"""The case page: what was reported, how far the work is, and what the person may do now."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from casetrack.cases import permissions
from casetrack.cases.models import Case, CompromisedAccount, UnauthorizedTrade
from casetrack.cases.services import read_account_number
from casetrack.cases.side_clocks import REASONS, SECOND_REVIEW
from casetrack.cases.timeline import timeline
from casetrack.cases.workflow import INVESTIGATOR
from casetrack.correspondence.models import Note
from casetrack.correspondence.services import mark_read
from casetrack.documents.models import Document
from casetrack.evidence.models import EvidenceFile, Request
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.mediation.services import may_firm_end
from casetrack.negotiation.models import Offer, Payment, Settlement
from casetrack.negotiation.services import live_settlements
from casetrack.negotiation.services.offers import MAY_OFFER
from casetrack.negotiation.services.recourse import all_waiting
from casetrack.negotiation.workflow import OfferStatus
from casetrack.notifications.notices import is_unreachable
from casetrack.web.errors import explain
from casetrack.web.firm.doors import firm_case, for_staff, me
from casetrack.web.firm.forms import AssignForm, MessageForm, NoteForm
from casetrack.web.firm.progress import progress_of
from casetrack.web.report import additions, words

# Pages of actions that have a service of their own.
PAGES = {"assess": "firm:assess", "record_payment": "firm:payment"} | {
    "payment_failed": "firm:payment-failed",
    "show_payment": "firm:payment-show",
}
SECONDARY = {"ask_victim", "resume", "revise", "decline", "close", "reopen", "resume_negotiation", "payment_failed"}
# Letters beyond these stand folded above.
SHOWN_LETTERS = 6


def buttons(
    request: HttpRequest, case: Case, *, settlement: Settlement | None, payment: Payment | None
) -> list[dict[str, Any]]:
    """What the person may do now, in the order of the workflow's table, and where it is done.

    `settlement` is that of the whole, `payment` its payment. Approving an offer is done on the offer's page. What a
    settlement or a mediation under way rules out has no button.
    """
    hidden = {"offer"} | ({"resume_negotiation"} if settlement is not None else set())
    if not may_firm_end(case):
        hidden |= {"close", "decline"}
    if settlement is None or payment is not None:
        hidden.add("record_payment")
    if payment is None:
        hidden.add("payment_failed")
    if payment is None or payment.denied_at is None:
        hidden.add("show_payment")
    found = []
    for action in permissions.available_actions(me(request), case, clock.now()):
        if action.name in hidden:
            continue
        of = [settlement.offer.number] if settlement is not None and action.name != "assess" else []
        page = reverse(PAGES[action.name], args=[case.reference, *of]) if action.name in PAGES else ""
        found.append(
            {
                "name": action.name,
                "label": action.label,
                "url": page or reverse("firm:action", args=[case.reference, action.name]),
                "is_link": bool(page) or action.reason,
                "is_secondary": action.name in SECONDARY,
                "is_warning": action.name == "decline",
            }
        )
    return found


def incidents_of(case: Case) -> list[CompromisedAccount]:
    """The case's accounts in the order of their addresses, with what is shown of each."""
    trades = UnauthorizedTrade.objects.select_related("execution", "unplaced").order_by("pk")
    related = ("decisions__decided_by__membership", Prefetch("claimed_trades", trades))
    return list(case.incidents.prefetch_related(*related).order_by("pk"))


def assign_form(request: HttpRequest, case: Case) -> AssignForm | None:
    if not permissions.can_assign(me(request), case):
        return None
    form = AssignForm(firm=case.firm)
    form.initial["assignee"] = form.key_of(case.assigned_to)
    return form


def page(request: HttpRequest, case: Case, status: int = 200, **more: Any) -> HttpResponse:
    """The case page, with forms that were refused in place of empty ones."""
    user = me(request)
    role = permissions.role_in(user, case)
    incidents = incidents_of(case)
    runs = list(case.assessments.select_related("policy").order_by("-number"))
    offers = list(Offer.objects.visible_to(user).filter(case=case).order_by("-number"))
    settlements = live_settlements(case)
    paid = {payment.settlement_id: payment for payment in Payment.objects.live().filter(case=case)}
    settlement = next((agreed for agreed in settlements if not agreed.is_partial), None)
    payment = paid.get(settlement.pk) if settlement else None
    letters = list(case.messages.select_related("author__membership__firm").order_by("sent_at", "pk"))
    notes = Note.objects.visible_to(user).filter(case=case).select_related("author__membership__firm")
    can_investigate, asked = permissions.can_investigate(user, case), all_waiting(case)
    said = additions.said(case)
    context = {
        "case": case,
        "is_unreachable": is_unreachable(case),
        "asked_reasons": asked.get(REASONS),
        "asked_review": asked.get(SECOND_REVIEW),
        "now": clock.now(),
        "age_days": (clock.tokyo_date(clock.now()) - clock.tokyo_date(case.opened_at)).days,
        "buttons": buttons(request, case, settlement=settlement, payment=payment),
        "incidents": incidents,
        "progress": progress_of(case, incidents, runs, offers, settlement, payment, can_investigate=can_investigate),
        "report": words.for_staff(case, said.now),
        "said": said,
        "asked": Request.objects.visible_to(user).filter(case=case).order_by("due_on", "pk"),
        "can_ask": role in permissions.CASEWORKERS and permissions.can_write_to(user, case),
        "documents": Document.objects.visible_to(user).filter(case=case).newest_first(),
        "evidence": EvidenceFile.objects.visible_to(user).filter(case=case).order_by("received_at", "pk"),
        "steps": timeline(case, user=user)[::-1],
        "folded_letters": letters[:-SHOWN_LETTERS],
        "letters": letters[-SHOWN_LETTERS:],
        "notes": notes.order_by("-pk"),
        "runs": runs,
        "offers": offers,
        "to_approve": next((o for o in offers if o.status == OfferStatus.PREPARED), None),
        "settlement": settlement,
        "settlements": [(agreed, paid.get(agreed.pk)) for agreed in settlements],
        "assign_form": assign_form(request, case),
        "message_form": MessageForm(prefix="message") if permissions.can_write_to(user, case) else None,
        "note_form": NoteForm(prefix="note") if role in permissions.CASEWORKERS else None,
        "is_mine": case.assigned_to_id == user.pk,
        "can_investigate": can_investigate,
        "can_read_number": permissions.can_read_account_number(user, case),
        "can_offer": role == INVESTIGATOR and case.status in MAY_OFFER and settlement is None,
        **more,
    }
    if role in permissions.CASEWORKERS:
        mark_read(case, actor=user)
    return render(request, "firm/case.html", context, status=status)


@for_staff
@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    return page(request, firm_case(request, reference))


@for_staff
@require_POST
def account_number(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """Show a full account number once; the reading is logged. `place` counts the case's accounts from 1."""
    case = firm_case(request, reference)
    incident = incident_at(case, place)
    try:
        number = read_account_number(incident, actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
        return redirect("firm:case", case.reference)
    return page(request, case, shown_number={"incident": incident.pk, "number": number})


def incident_at(case: Case, place: int) -> CompromisedAccount:
    """The case's account by its place (from 1): primary keys stay out of addresses."""
    if place < 1:
        raise Http404
    incidents = case.incidents.select_related("case__firm", "case__victim", "account").order_by("pk")
    keys = list(incidents.values_list("pk", flat=True))
    if place > len(keys):
        raise Http404
    return get_object_or_404(incidents, pk=keys[place - 1])
