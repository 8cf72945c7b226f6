"""An offer: what it is, how it was made, and the three answers to it, each on a page of its own."""

from typing import TYPE_CHECKING

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from casetrack.assessment.changes import changes_between, run_before
from casetrack.assessment.models import Assessment
from casetrack.assessment.statement import PLAIN_COMPONENTS
from casetrack.cases.models import Case
from casetrack.cases.permissions import can
from casetrack.cases.workflow import Status
from casetrack.lib import clock
from casetrack.mediation.services import is_held_by_mediation, revoke_bound_acceptance
from casetrack.negotiation import services
from casetrack.negotiation.models import Offer, OfferParty, Settlement
from casetrack.negotiation.proposal import compare
from casetrack.negotiation.services import live_settlement
from casetrack.negotiation.services.restorations import items_of
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.bank import bank_account_of
from casetrack.web.parts import scope_of
from casetrack.web.victim.doors import for_victims, me, own_case, posted
from casetrack.web.victim.forms import AcceptForm, CaseForm, CounterForm, ReasonForm
from casetrack.web.victim.letters import problems_of, settlement_of, write_once
from casetrack.web.victim.making import making_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

page_methods = require_http_methods(["GET", "HEAD", "POST"])


def own_offer(request: HttpRequest, reference: str, number: int) -> Offer:
    case = own_case(request, reference)
    offers = Offer.objects.visible_to(me(request)).select_related(
        "case__firm", "case__victim", "assessment", "in_answer_to__assessment"
    )
    return get_object_or_404(offers, case=case, number=number)


def is_answerable(request: HttpRequest, offer: Offer) -> bool:
    """Whether the offer is open, in time, and the victim's to answer."""
    now = clock.now()
    in_time = offer.valid_until is None or offer.valid_until > now
    is_open = offer.status == OfferStatus.OPEN and offer.party == OfferParty.FIRM
    return is_open and in_time and can(me(request), offer.case, "agree", now)


@require_safe
@for_victims
def offer(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    offer = own_offer(request, reference, number)
    runs = Assessment.objects.visible_to(me(request)).select_related("policy")
    run = runs.filter(pk=offer.assessment_id).first() if offer.assessment_id else None
    settlement = settlement_of(offer)
    before = run_before(run, issued=True) if run is not None else None
    context = {
        "case": offer.case,
        "offer": offer,
        "now": clock.now(),
        "is_own": offer.party == OfferParty.VICTIM,
        "making": making_of(offer, run) if run is not None else None,
        "compared": compare(offer, PLAIN_COMPONENTS),
        "before": before,
        "changes": changes_between(before, run, PLAIN_COMPONENTS) if before and run else [],
        "is_answerable": is_answerable(request, offer),
        "settlement": settlement,
        "items": items_of(settlement) if settlement else [],
        "is_revocable": settlement is not None and is_revocable(request, settlement),
        "is_held": settlement is not None and is_held_by_mediation(settlement),
        **scope_of(offer, PLAIN_COMPONENTS),
    }
    return render(request, "victim/offer.html", context)


def _answer_page(request: HttpRequest, offer: Offer, form: CaseForm, name: str) -> HttpResponse:
    """The page of one answer; one that is open no longer leads back to the offer, which says so."""
    if request.method != "POST" and not is_answerable(request, offer):
        return redirect("victim:offer", reference=offer.case.reference, number=offer.number)
    context = {
        "case": offer.case,
        "offer": offer,
        "form": form,
        "problems": problems_of(form),
        "cooling_hours": settings.SETTLEMENT_COOLING_OFF_HOURS,
        "lacks_bank": offer.amount > 0 and bank_account_of(me(request)) is None,
        **scope_of(offer, PLAIN_COMPONENTS),
    }
    return render(request, f"victim/offer_{name}.html", context)


@page_methods
@for_victims
def accept(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    offer = own_offer(request, reference, number)
    if offer.party != OfferParty.FIRM:
        raise Http404
    response: HttpResponse = _accept(request, offer)
    return response


@reauthentication_required  # type: ignore[untyped-decorator]
def _accept(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Only for somebody who has just shown again who they are."""
    form = AcceptForm(posted(request))
    user = me(request)
    if write_once(request, form, "negotiation.accept", lambda: services.accept_offer(offer, actor=user)):
        said = _("You have accepted the offer. The firm countersigns it, and then pays the amount.")
        if offer.is_partial:
            said = _(
                "You have accepted the offer for a part. The firm countersigns and pays it; about the rest it goes on."
            )
        messages.success(request, said)
        return redirect("victim:case", reference=offer.case.reference)
    return _answer_page(request, offer, form, "accept")


def is_revocable(request: HttpRequest, settlement: Settlement) -> bool:
    """Whether the acceptance may still be taken back; of a part, as long as the whole was not agreed on top of it, here
    or in a mediation."""
    now = clock.now()
    if now >= settlement.revocable_until:
        return False
    if settlement.is_partial:
        return live_settlement(settlement.case) is None and not is_held_by_mediation(settlement)
    return can(me(request), settlement.case, "revoke", now)


def goes_on(case: Case) -> bool:
    """Whether taking an acceptance back leads to the negotiation: a part's may be taken back where the case has ended,
    or is with an outside body."""
    return case.status in (Status.NEGOTIATING, Status.AGREED)


def _taken_back(case: Case) -> "StrOrPromise":
    case.refresh_from_db(fields=["status"])
    if goes_on(case):
        return _("You have taken your acceptance back. The negotiation goes on.")
    return _("You have taken your acceptance back. This part is no longer settled; the case stays where it is.")


@page_methods
@for_victims
def revoke(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Take the acceptance back, as long as it can be."""
    offer, user = own_offer(request, reference, number), me(request)
    settlement = settlement_of(offer)
    if settlement is None:
        raise Http404
    form = ReasonForm(
        posted(request), label=_("Why do you take it back?"), noun=_("the reason"), required=False,
        hint=_("You need not say why. The firm reads this."),
    )  # fmt: skip

    def write() -> None:
        revoke_bound_acceptance(settlement, actor=user, reason=form.cleaned_data["reason"] or "")

    if write_once(request, form, "negotiation.revoke", write):
        messages.success(request, _taken_back(offer.case))
        return redirect("victim:case", reference=offer.case.reference)
    if request.method != "POST" and not is_revocable(request, settlement):
        return redirect("victim:offer", reference=offer.case.reference, number=offer.number)
    context = {
        "case": offer.case,
        "offer": offer,
        "settlement": settlement,
        "goes_on": goes_on(offer.case),
        "form": form,
        "problems": problems_of(form),
    }
    return render(request, "victim/offer_revoke.html", context)


@page_methods
@for_victims
def refuse(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    offer, user = own_offer(request, reference, number), me(request)
    if offer.party != OfferParty.FIRM:
        raise Http404
    form = ReasonForm(
        posted(request), label=_("Why do you refuse it?"), noun=_("the reason"),
        hint=_("The firm reads this. Say what you cannot agree to."),
    )  # fmt: skip

    def write() -> None:
        services.refuse_offer(offer, actor=user, reason=form.cleaned_data["reason"])

    if write_once(request, form, "negotiation.refuse", write):
        messages.success(request, _("You have refused the offer. The firm reads your reason."))
        return redirect("victim:case", reference=offer.case.reference)
    return _answer_page(request, offer, form, "refuse")


@page_methods
@for_victims
def counter(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    offer, user = own_offer(request, reference, number), me(request)
    if offer.party != OfferParty.FIRM:
        raise Http404
    form = CounterForm(posted(request), offer=offer)

    def write() -> None:
        services.counter_offer(offer, proposal=form.proposal, reason=form.cleaned_data["reason"], actor=user)

    if write_once(request, form, "negotiation.counter", write):
        messages.success(request, _("The amount that you ask for was sent to the firm."))
        return redirect("victim:case", reference=offer.case.reference)
    return _answer_page(request, offer, form, "counter")
