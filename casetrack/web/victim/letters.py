"""Writing to the firm, answering its question, and the steps that end or move a case: each a page with one form."""

import json
import uuid
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casetrack.cases.models import Case
from casetrack.cases.permissions import can, can_write_to
from casetrack.cases.services import perform
from casetrack.correspondence.models import Message
from casetrack.correspondence.services import mark_read, send_message
from casetrack.lib import clock
from casetrack.lib.crypto import keyed_hash
from casetrack.lib.errors import DomainError
from casetrack.mediation.services import live_mediation, withdraw_case
from casetrack.negotiation.models import Offer, Payment, Settlement
from casetrack.negotiation.services import confirm_receipt as confirm
from casetrack.negotiation.services import deny_receipt as deny
from casetrack.people.services import once
from casetrack.web.errors import refuse
from casetrack.web.report.base import PageForm
from casetrack.web.victim.doors import for_victims, me, own_case, posted
from casetrack.web.victim.forms import CaseForm, MessageForm, ReasonForm, ReceiptForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Actions that a service of their own performs.
SERVICES: dict[str, Callable[..., Case]] = {"withdraw": withdraw_case}

page_methods = require_http_methods(["GET", "HEAD", "POST"])


def write_once(request: HttpRequest, form: CaseForm, action: str, write: Callable[[], Any]) -> bool:
    """Do the write unless this very form was sent before; a refusal stands on the form. Whether it was done."""
    if request.method != "POST" or not form.is_valid():
        return False

    def once_only() -> str:
        write()
        return "done"

    try:
        once(me(request), _key_of(request, form), action, once_only)
    except DomainError as error:
        refuse(form, error)
        return False
    return True


def _key_of(request: HttpRequest, form: CaseForm) -> uuid.UUID:
    """The page's key for this very text: what was changed after going back is another sending, never lost as a second
    one."""
    sent = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    said = json.dumps([request.path, str(form.cleaned_data["idempotency_key"]), sent])
    return uuid.UUID(keyed_hash(said))


def problems_of(form: PageForm) -> list[tuple[str, str]]:
    return list(form.problems()) if form.is_bound else []


@page_methods
@for_victims
def thread(request: HttpRequest, reference: str) -> HttpResponse:
    """The letters of a case, oldest first, and a form for the next. Opening the page marks the firm's as read."""
    case, user = own_case(request, reference), me(request)
    form = MessageForm(posted(request))
    may_write = can_write_to(user, case)
    if write_once(
        request, form, "correspondence.send", lambda: send_message(case, form.cleaned_data["body"], actor=user)
    ):
        messages.success(request, _("Your message was sent."))
        return redirect("victim:messages", reference=case.reference)
    letters = list(Message.objects.filter(case=case).order_by("sent_at", "pk"))
    if request.method == "GET":
        mark_read(case, actor=user)
    context = {"case": case, "letters": letters, "form": form, "may_write": may_write, "problems": problems_of(form)}
    return render(request, "victim/messages.html", context)


def _act(
    request: HttpRequest, case: Case, action: str, form: CaseForm, done: "StrOrPromise", **context: Any
) -> HttpResponse:
    """A page for one action of the workflow's table; 404 when the table does not allow it now."""
    user = me(request)
    if request.method != "POST" and not can(user, case, action, clock.now()):
        raise Http404

    def act() -> None:
        write = SERVICES.get(action, partial(perform, action=action))
        write(case, actor=user, reason=form.cleaned_data.get("reason") or "")

    if write_once(request, form, f"cases.{action}", act):
        messages.success(request, done)
        return redirect("victim:case", reference=case.reference)
    return render(
        request, f"victim/{action}.html", {"case": case, "form": form, "problems": problems_of(form), **context}
    )


@page_methods
@for_victims
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    case = own_case(request, reference)
    form = ReasonForm(
        posted(request), label=_("Your answer"), noun=_("your answer"),
        hint=_("Do not write passwords or PINs here. Files can be added on the page of the case."),
    )  # fmt: skip
    question = case.events.filter(action="cases.victim_asked").order_by("-at", "-id").first()
    return _act(request, case, "answer_firm", form, _("Your answer was sent. The firm goes on."), question=question)


@page_methods
@for_victims
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    case = own_case(request, reference)
    form = ReasonForm(
        posted(request), label=_("Why do you withdraw it?"), noun=_("the reason"), required=False,
        hint=_("You need not give a reason."),
    )  # fmt: skip
    has_parts = Settlement.objects.live().partial().filter(case=case).exists()
    done = _("You have withdrawn the case.")
    return _act(request, case, "withdraw", form, done, has_parts=has_parts, mediation=live_mediation(case))


@page_methods
@for_victims
def confirm_receipt(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The money for offer `number` is there: the last step, unless it settled a part."""
    case, user = own_case(request, reference), me(request)
    payment = _payment(request, case, number, "confirm_receipt")
    form = ReceiptForm(posted(request))
    if write_once(request, form, "negotiation.confirm_receipt", lambda: confirm(payment, actor=user)):
        said = _("Thank you. The case is closed.")
        if payment.settlement.is_partial:
            said = _("Thank you. You have confirmed that the money for this part has arrived.")
        messages.success(request, said)
        return redirect("victim:case", reference=case.reference)
    context = {"case": case, "form": form, "payment": payment, "problems": problems_of(form)}
    return render(request, "victim/confirm_receipt.html", context)


@page_methods
@for_victims
def deny_receipt(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The money is not there, or not all of it: the firm has to look."""
    case, user = own_case(request, reference), me(request)
    payment = _payment(request, case, number, "deny_receipt")
    form = ReasonForm(
        posted(request), label=_("What is missing?"), noun=_("what is missing"),
        hint=_("For example: nothing came until today, or another amount. The firm reads this."),
    )  # fmt: skip

    def write() -> None:
        deny(payment, actor=user, reason=form.cleaned_data["reason"])

    if write_once(request, form, "negotiation.deny_receipt", write):
        messages.success(request, _("The firm is told that the money is missing. It is the firm's turn again."))
        return redirect("victim:case", reference=case.reference)
    context = {"case": case, "form": form, "payment": payment, "problems": problems_of(form)}
    return render(request, "victim/deny_receipt.html", context)


def _payment(request: HttpRequest, case: Case, number: int, action: str) -> Payment:
    """The payment that counts for offer `number`, where the victim may do `action`; 404 otherwise."""
    payments = Payment.objects.live().filter(case=case, settlement__offer__number=number)
    payment = payments.select_related("settlement__offer", "case__firm").first()
    if payment is None or (request.method != "POST" and not _may_say(request, payment, action)):
        raise Http404
    return payment


def _may_say(request: HttpRequest, payment: Payment, action: str) -> bool:
    """Of the payment of a part anything may be said until it is confirmed, wherever the case is."""
    if payment.settlement.is_partial:
        return (
            payment.amount > 0
            and payment.received_at is None
            and (action == "confirm_receipt" or payment.denied_at is None)
        )
    return can(me(request), payment.case, action, clock.now())


def settlement_of(offer: Offer) -> Settlement | None:
    """What was agreed by accepting the offer, unless it was taken back."""
    agreed = Settlement.objects.live().filter(offer=offer)
    return agreed.select_related("offer", "case", "countersignature").first()
