"""The first page (cases and drafts), the page of a case, and its receipt."""

import datetime as dt
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from casetrack.assessment.statement import PLAIN_COMPONENTS
from casetrack.cases.extensions import requests_of
from casetrack.cases.models import Access, Case, Event, UnauthorizedTrade
from casetrack.cases.permissions import available_actions, can_write_to
from casetrack.cases.timeline import timeline
from casetrack.cases.workflow import Action, Status
from casetrack.correspondence.models import Message, Party
from casetrack.documents.models import Document, DocumentKind
from casetrack.evidence.models import EvidenceFile, Request
from casetrack.intake.additions import why_closed
from casetrack.intake.models import Draft
from casetrack.ledger.models import Execution
from casetrack.lib import clock
from casetrack.lib.money import ZERO
from casetrack.mediation.models import Mediation
from casetrack.negotiation.models import Offer, OfferParty, Payment
from casetrack.negotiation.partial import money_open
from casetrack.negotiation.services import live_settlement, live_settlements
from casetrack.negotiation.services.measures import credits_of
from casetrack.negotiation.workflow import OfferStatus
from casetrack.notifications.notices import is_unreachable
from casetrack.people.bank import bank_account_of
from casetrack.people.models import User
from casetrack.web.formats import is_japanese
from casetrack.web.report.pages import moment
from casetrack.web.report.receipt import files_of
from casetrack.web.report.words import sections
from casetrack.web.victim.clocks import clock_rows
from casetrack.web.victim.doors import for_victims, me, own_case
from casetrack.web.victim.executions import ASKED
from casetrack.web.victim.marks import first_marks
from casetrack.web.victim.mediation import can_apply_now
from casetrack.web.victim.recourse import may_ask
from casetrack.web.victim.words import standing, stations

# The page on which a victim does each of the workflow's actions; two of them are about an offer.
ACTION_PAGES = {
    "agree_part": "",
    "answer_firm": "victim:answer",
    "agree": "victim:offer",
    "confirm_receipt": "victim:confirm-receipt",
    "deny_receipt": "victim:deny-receipt",
    "revoke": "victim:offer-revoke",
    "escalate": "victim:escalate",
    "withdraw": "victim:withdraw",
}
ASIDE = ("escalate", "withdraw", "revoke", "deny_receipt")
MESSAGES_SHOWN = 3
MADE_WITHIN = dt.timedelta(minutes=10)  # as long as its page looks for a receipt again by itself
PAID = {Status.COMPENSATED, Status.CLOSED, Status.WITHDRAWN, Status.DECLINED}
AGREED = {Status.AGREED, *PAID}  # whose trades they were no longer matters


@require_safe
@for_victims
def home(request: HttpRequest) -> HttpResponse:
    user, now = me(request), clock.now()
    open_offers = Prefetch("offers", Offer.objects.visible_to(user).filter(status=OfferStatus.OPEN), "open_offers")
    unread = Count("messages", Q(messages__read_at=None, messages__party=Party.FIRM))
    asked = Request.objects.visible_to(user).filter(case=OuterRef("pk")).open().order_by("due_on").values("due_on")[:1]
    cases = Case.objects.visible_to(user).select_related("firm").prefetch_related(open_offers)
    cases = cases.annotate(unread=unread, asked_by=Subquery(asked))
    listed = list(cases.order_by("-opened_at", "-pk"))
    proposed = Mediation.objects.visible_to(user).waiting_for_victim(listed, now)
    rows, money = [], money_open(listed)
    for case in listed:
        offer = next(iter(case.open_offers), None)  # type: ignore[attr-defined]
        stands = standing(case, offer, now, proposed.get(case.pk), money.get(case.pk, ""))
        rows.append({"case": case, "standing": stands})
    drafts = Draft.objects.visible_to(user).open().order_by("-saved_at")
    return render(request, "victim/home.html", {"rows": rows, "drafts": drafts})


@require_safe
@for_victims
def case(request: HttpRequest, reference: str) -> HttpResponse:
    user, now = me(request), clock.now()
    case = own_case(request, reference)
    offers = list(Offer.objects.visible_to(user).filter(case=case).order_by("-number"))
    open_offer = next((offer for offer in offers if offer.status == OfferStatus.OPEN), None)
    letters = list(Message.objects.filter(case=case).order_by("-sent_at", "-pk"))
    trades = UnauthorizedTrade.objects.select_related("unplaced").order_by("pk")
    incidents = case.incidents.prefetch_related(Prefetch("claimed_trades", trades)).order_by("pk")
    executions, may_write = _executions(case), can_write_to(user, case)
    events = list(case.events.order_by("at", "id"))
    clocks = clock_rows(case, events, offers, Request.objects.visible_to(user).filter(case=case), now)
    marks, marks_total = first_marks(case)
    proposed = Mediation.objects.visible_to(user).waiting_for_victim([case], now)
    parts = parts_settled(case)
    context = {
        "case": case,
        "now": now,
        "standing": standing(case, open_offer, now, proposed.get(case.pk), money_open([case]).get(case.pk, "")),
        "is_unreachable": is_unreachable(case),
        "stations": stations(case.status),
        "clocks": {
            "waiting": [row for row in clocks if row.ended_at is None],
            "over": [row for row in clocks if row.ended_at is not None],
            "has_binding": any(row.is_binding for row in clocks if row.ended_at is None),
        },
        "more_time": requests_of(case, events, now)[::-1],
        "said": _last_reason(case, events),
        "offer": open_offer if open_offer and open_offer.party == OfferParty.FIRM else None,
        "offers": [offer for offer in offers if offer != open_offer or offer.party == OfferParty.VICTIM],
        "parts": parts,
        "executions": executions,
        "marks": marks,
        "marks_total": marks_total,
        "asks_trades": may_write and case.status not in AGREED and executions["answered"] < executions["total"],
        "lacks_bank": awaits_money(case, offers, parts) and bank_account_of(user) is None,
        "letters": letters[:MESSAGES_SHOWN],
        "letters_total": len(letters),
        "unread": sum(letter.read_at is None and letter.party == Party.FIRM for letter in letters),
        "documents": Document.objects.visible_to(user).filter(case=case).newest_first(),
        "files": list(EvidenceFile.objects.visible_to(user).filter(case=case).order_by("received_at", "pk")),
        "beside": Case.objects.visible_to(user).beside(case).select_related("firm").order_by("pk"),
        "incidents": [_facts(incident) for incident in incidents],
        "timeline": list(reversed(timeline(case, user=user))),
        "may_ask": may_ask(case),
        "may_apply": can_apply_now(case),
        "measures": case.measures.filter(status__in=["approved", "paid"]).order_by("-number"),
        "may_write": may_write,
        "may_add": may_write and not why_closed(case),
        **_actions(user, case, open_offer, parts),
    }
    return render(request, "victim/case.html", context)


def awaits_money(case: Case, offers: list[Offer], parts: list[dict[str, Any]]) -> bool:
    """Whether the firm is to pay money, or offers some. What was settled in part is paid wherever the case is."""
    if any(one["settlement"].amount > 0 and not one["is_covered"] and one["payment"] is None for one in parts):
        return True
    return case.status not in PAID and any(
        one.party == OfferParty.FIRM
        and one.amount > 0
        and (one.status == OfferStatus.OPEN or (one.status == OfferStatus.ACCEPTED and not one.is_partial))
        for one in offers
    )


def _last_reason(case: Case, events: list[Event]) -> Event | None:
    """What the firm wrote when it asked the question, or declined or closed the case, while that is where it stands."""
    asked = {"awaiting_victim": "cases.victim_asked", "declined": "cases.declined", "closed": "cases.closed"}
    return next((event for event in reversed(events) if event.action == asked.get(case.status)), None)


def parts_settled(case: Case) -> list[dict[str, Any]]:
    """What was settled in part, oldest first, each with its payment if there is one."""
    agreed = [settlement for settlement in live_settlements(case) if settlement.is_partial]
    live = Payment.objects.live().filter(settlement__in=agreed) if agreed else ()
    paid = {payment.settlement_id: payment for payment in live}
    ahead = credits_of(agreed) if agreed else {}
    return [
        {
            "settlement": settlement,
            "names": [PLAIN_COMPONENTS[name] for name in settlement.offer.settles],
            "payment": paid.get(settlement.pk),
            "is_covered": ZERO < settlement.amount == ahead.get(settlement.pk),
        }
        for settlement in agreed
    ]


def _executions(case: Case) -> dict[str, int]:
    """How many executions there are to answer, and how many are answered."""
    accounts = case.incidents.filter(access=Access.CONFIRMED).values("account")
    asked = Execution.objects.filter(account__in=accounts, type__in=ASKED)
    return asked.aggregate(total=Count("pk"), answered=Count("answers", Q(answers__case=case)))


def _actions(
    user: User, case: Case, offer: Offer | None, parts: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """The buttons: what the workflow's table allows now, the rare ones aside, and the money of parts to confirm."""
    rows: dict[str, list[dict[str, Any]]] = {"actions": [], "aside": []}
    for action in available_actions(user, case, clock.now()):
        address = _address(action, case, offer)
        if address:
            rows["aside" if action.name in ASIDE else "actions"].append({"name": action.name, "url": address})
    for part in parts:
        payment, number = part["payment"], part["settlement"].offer.number
        if payment is not None and payment.amount and payment.received_at is None and payment.denied_at is None:
            page = reverse("victim:confirm-receipt", args=[case.reference, number])
            rows["actions"].append({"name": "confirm_receipt", "url": page})
    return rows


def _address(action: Action, case: Case, offer: Offer | None) -> str:
    page = ACTION_PAGES[action.name]
    if not page:  # done on the same page as another
        return ""
    if action.name == "agree":
        is_open = offer is not None and offer.party == OfferParty.FIRM
        return reverse(page, args=[case.reference, offer.number]) if is_open and offer else ""
    if action.name in ("revoke", "confirm_receipt", "deny_receipt"):
        agreed = live_settlement(case)
        if agreed is None or (action.name == "revoke" and clock.now() >= agreed.revocable_until):
            return ""
        return reverse(page, args=[case.reference, agreed.offer.number])
    return reverse(page, args=[case.reference])


def _facts(incident: Any) -> dict[str, Any]:
    """One compromised account as reported and as decided, times in words."""
    times = {
        name: moment(getattr(incident, name))
        for name in ("noticed_at", "told_firm_at", "freeze_asked_at", "frozen_at", "first_access_at")
    }
    return {
        "incident": incident,
        "kinds": ("、" if is_japanese() else ", ").join(incident.kind_labels),
        "trades": incident.claimed_trades.all(),
        **times,
    }


@require_safe
@for_victims
def submitted(request: HttpRequest, reference: str) -> HttpResponse:
    """The receipt: number, time, and what was handed in, with the hashes of the files."""
    case = own_case(request, reference)
    user = me(request)
    own = Document.objects.visible_to(user).filter(case=case)
    receipt = own.filter(kind=DocumentKind.RECEIPT).first()
    context = {
        "case": case,
        "is_making": receipt is None and clock.now() < case.opened_at + MADE_WITHIN,
        "beside": Case.objects.visible_to(user).beside(case).select_related("firm").order_by("pk"),
        "sections": sections(case),
        "files": files_of(case),
        "receipt": receipt,
    }
    return render(request, "victim/submitted.html", context)
