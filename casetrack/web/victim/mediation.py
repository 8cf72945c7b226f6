"""Turning to an outside body, and following the mediation there: applying, answering its proposal, withdrawing."""

from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from casetrack.assessment.models import Assessment
from casetrack.assessment.statement import PLAIN_COMPONENTS
from casetrack.bodies.models import Body
from casetrack.cases.models import Case
from casetrack.cases.permissions import can
from casetrack.cases.services import perform
from casetrack.cases.workflow import VICTIM, Status
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.lib.money import round_yen
from casetrack.mediation.models import ConciliationProposal, Mediation
from casetrack.mediation.services import (
    agreed_amount,
    answer_as_victim,
    apply_for_mediation,
    check_may_apply,
    possible,
    withdraw_mediation,
)
from casetrack.mediation.services.leading import LONGEST
from casetrack.negotiation.finmac import FEES, bracket_of
from casetrack.negotiation.models import Offer, OfferParty
from casetrack.negotiation.partial import settled_parts
from casetrack.web.forms.choices import ChoiceField
from casetrack.web.forms.fields import CheckboxField, LongTextField, YenField
from casetrack.web.mediations import DONE, NEXT, context_of
from casetrack.web.parts import in_words
from casetrack.web.victim.doors import for_victims, me, own_case, posted
from casetrack.web.victim.forms import CaseForm, ReasonForm
from casetrack.web.victim.letters import page_methods, problems_of, write_once

ELSEWHERE = "elsewhere"
NEEDED = {
    "asks": _("Write what you want to reach."),
    "claimed": _("Enter the amount that you claim."),
    "consent": _("The body can mediate only if it may read the case."),
}


class EscalateForm(CaseForm):
    """To which body, and with what. `is_again`: the case is with an outside body already, and only applying is left."""

    body = ChoiceField(label=_("Where do you turn?"), name=_("where you turn"))
    reason = LongTextField(
        label=_("What is it about?"), name=_("what it is about"), max_length=4000, rows=6,
        help_text=_("The firm reads this. Say what you cannot agree to, or what you have been waiting for."),
    )  # fmt: skip
    asks = LongTextField(
        label=_("What do you ask for?"), name=_("what you ask for"), max_length=LONGEST, rows=4, required=False,
        help_text=_("Only for an application made here. The body and the firm read it."),
    )  # fmt: skip
    claimed = YenField(
        label=_("Amount that you claim"), name=_("the amount that you claim"), required=False, min_value=1,
        help_text=_("Only for an application made here. In whole yen; the fee depends on it."),
    )  # fmt: skip
    consent = CheckboxField(
        label=_(
            "I agree that the body reads this case: my report, the messages with the firm, files, offers and documents."
            " It sees no bank account, no full account number, and none of the firm's internal notes. Once the"
            " mediation has ended, or I withdraw the application, it no longer sees the case; if it settles the"
            " case, it sees it until the case is closed."
        ),
        name=_("that the body may read the case"), required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, bodies: list[Body], is_again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bodies = {body.code: body for body in bodies}
        choices = [(body.code, gettext("%(body)s: apply for a mediation here") % {"body": body}) for body in bodies]
        if not is_again:
            choices.append((ELSEWHERE, gettext("Another body, or I telephone myself: only mark the case")))
        if is_again:
            del self.fields["reason"]
        if not bodies:
            for name in ("body", *NEEDED):
                del self.fields[name]
            return
        self.fields["body"].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Body | None:
        return self.bodies.get(self.cleaned_data.get("body") or "")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.chosen is not None:
            for name, said in NEEDED.items():
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, said)
        return given


def may_apply(case: Case) -> bool:
    """Whether a mediation can be applied for: none is under way, and there is something to mediate."""
    try:
        check_may_apply(case)
    except DomainError:
        return False
    return True


def can_apply_now(case: Case) -> bool:
    """Whether a case that is with an outside body already can be taken to one that works here."""
    return case.status == Status.ESCALATED and may_apply(case) and Body.objects.taking().exists()


@page_methods
@for_victims
def escalate(request: HttpRequest, reference: str) -> HttpResponse:
    """One page for both: applying to a body that works here, or marking the case as handed to any other."""
    case, user = own_case(request, reference), me(request)
    is_again = case.status == Status.ESCALATED
    bodies = list(Body.objects.taking()) if may_apply(case) else []
    is_possible = bool(bodies) if is_again else can(user, case, "escalate", clock.now())
    if request.method != "POST" and not is_possible:
        raise Http404
    claimed = claimed_in(request, case)
    first = {"claimed": claimed, "body": bodies[0].code if bodies else None}
    form = EscalateForm(posted(request), bodies=bodies, is_again=is_again, initial=first)
    if write_once(request, form, "cases.escalate", partial(_turn, case, form, user)):
        if form.chosen is None:
            done = _("Your case is marked as handed to an outside body. Now turn to that body yourself.")
            messages.success(request, done)
            return redirect("victim:case", reference=case.reference)
        messages.success(request, _("Your application is made. The body answers here."))
        return redirect("victim:mediation", reference=case.reference)
    context = {
        "case": case,
        "form": form,
        "problems": problems_of(form),
        "fees": FEES,
        "claimed": claimed,
        "own": None if claimed is None else bracket_of(claimed),
        "bodies": bodies,
        "is_again": is_again,
    }
    return render(request, "victim/escalate.html", context)


def _turn(case: Case, form: EscalateForm, user: Any) -> None:
    given = form.cleaned_data
    if form.chosen is None:
        perform(case, "escalate", actor=user, reason=given.get("reason") or "")
        return
    apply_for_mediation(
        case, form.chosen, claimed=given["claimed"], asks=given["asks"], reason=given.get("reason") or "",
        has_consented=given["consent"], actor=user,
    )  # fmt: skip


def claimed_in(request: HttpRequest, case: Case) -> Decimal | None:
    """What the victim asks for, in whole yen: the own last amount, else the loss by the last statement given out."""
    own = Offer.objects.visible_to(me(request)).filter(case=case, party=OfferParty.VICTIM).order_by("-number").first()
    if own is not None:
        return own.amount
    run = Assessment.objects.visible_to(me(request)).filter(case=case).order_by("-number").first()
    return None if run is None else round_yen(run.loss)


def mediation_of(request: HttpRequest, case: Case) -> Mediation:
    """The last mediation of the case, or 404."""
    own = Mediation.objects.visible_to(me(request)).filter(case=case).select_related("body", "case__firm")
    last = own.order_by("number").last()
    if last is None:
        raise Http404
    return last


def may_answer(mediation: Mediation, proposal: ConciliationProposal) -> bool:
    """Whether the victim has not answered it and the case still asks for an answer."""
    return not proposal.victim_reply and "accept_as_victim" in possible(mediation, VICTIM)


@require_safe
@for_victims
def mediation(request: HttpRequest, reference: str) -> HttpResponse:
    case = own_case(request, reference)
    found = mediation_of(request, case)
    shown = context_of(found, clock.now(), user=me(request))
    waiting = shown["open_proposal"]
    context = {
        "case": case,
        **shown,
        "next": DONE if found.status == "settled" and agreed_amount(case) is None else NEXT[found.status],
        "may_answer": waiting is not None and may_answer(found, waiting),
        "may_apply": can_apply_now(case),
    }
    return render(request, "victim/mediation.html", context)


class ReplyForm(CaseForm):
    reply = ChoiceField(
        label=_("Your answer"), name=_("your answer"),
        choices=[("accept", _("I accept the proposal")), ("refuse", _("I refuse the proposal"))],
    )  # fmt: skip
    words = LongTextField(
        label=_("If you want to say something"), name=_("what you want to say"), max_length=LONGEST, rows=4,
        required=False, help_text=_("The body and the firm read it. You need not give a reason."),
    )  # fmt: skip


@page_methods
@for_victims
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Answering the body's proposal, once."""
    case, user = own_case(request, reference), me(request)
    shown = context_of(mediation_of(request, case), clock.now(), user=user)
    proposal = shown["open_proposal"]
    if proposal is None or (request.method != "POST" and not may_answer(shown["mediation"], proposal)):
        raise Http404
    proposal.mediation = shown["mediation"]
    form = ReplyForm(posted(request))

    def write() -> None:
        given = form.cleaned_data
        answer_as_victim(proposal, is_accepted=given["reply"] == "accept", words=given["words"] or "", actor=user)

    if write_once(request, form, "mediation.answer", write):
        messages.success(request, _("Your answer is given. The body and the firm are told."))
        return redirect("victim:mediation", reference=case.reference)
    context = {
        "case": case, "form": form, "problems": problems_of(form), **shown, "proposal": proposal,
        "settled": in_words(settled_parts(case), PLAIN_COMPONENTS),
    }  # fmt: skip
    return render(request, "victim/mediation_answer.html", context)


@page_methods
@for_victims
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    case, user = own_case(request, reference), me(request)
    found = mediation_of(request, case)
    if request.method != "POST" and not found.is_live:
        raise Http404
    form = ReasonForm(
        posted(request), label=_("Why do you withdraw it?"), noun=_("the reason"), required=False,
        hint=_("You need not give a reason."),
    )  # fmt: skip

    def write() -> None:
        withdraw_mediation(found, actor=user, reason=form.cleaned_data["reason"] or "")

    if write_once(request, form, "mediation.withdraw", write):
        messages.success(request, _("Your application is withdrawn. The body no longer sees your case."))
        return redirect("victim:case", reference=case.reference)
    context = {"case": case, "form": form, "problems": problems_of(form), "mediation": found}
    return render(request, "victim/mediation_withdraw.html", context)
