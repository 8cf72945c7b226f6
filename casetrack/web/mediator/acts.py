"""What the body does with a mediation: take it on or not, set hearings, propose, end it."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from casetrack.cases.workflow import MEDIATOR
from casetrack.lib import clock
from casetrack.mediation.models import Hearing, Mediation
from casetrack.mediation.services import (
    accept_application,
    cancel_hearing,
    decline_application,
    end_mediation,
    possible,
    propose_settlement,
    set_hearing,
)
from casetrack.negotiation.partial import settled_parts
from casetrack.people.models import User
from casetrack.web.forms.fields import IdempotentForm
from casetrack.web.mediator.doors import for_mediators, handed_case, me, mediation_in, posted, written
from casetrack.web.mediator.forms import AcceptForm, HearingForm, ProposalForm, ReasonForm
from casetrack.web.parts import in_words

page_methods = require_http_methods(["GET", "HEAD", "POST"])


def _begun(request: HttpRequest, reference: str, action: str) -> Mediation:
    """The mediation; 404 for a page of what is not possible now."""
    mediation = mediation_in(request, handed_case(request, reference))
    if request.method != "POST" and action not in possible(mediation, MEDIATOR):
        raise Http404
    return mediation


def _page(
    request: HttpRequest, mediation: Mediation, form: IdempotentForm, write: Callable[[], object], name: str,
    words: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    status = written(request, form, f"mediation.{name}", write, str(words["done"]))
    if not status:
        is_theirs = mediation.case.body_id == mediation.body_id
        return redirect("mediator:case", mediation.case.reference) if is_theirs else redirect("mediator:desk")
    context = {"case": mediation.case, "mediation": mediation, "form": form, **words}
    return render(request, words.get("template", "mediator/act.html"), context, status=status)


@for_mediators
@page_methods
def accept(request: HttpRequest, reference: str) -> HttpResponse:
    mediation, form = _begun(request, reference, "accept"), AcceptForm(posted(request))
    words = {
        "title": _("Take the case on"),
        "lead": _("The customer and the firm are told. Then you set a hearing."),
        "done": _("The case is taken on. Both sides are told."),
    }

    def write() -> None:
        accept_application(mediation, file_number=form.cleaned_data["file_number"] or "", actor=me(request))

    return _page(request, mediation, form, write, "accept", words)


def _reasoned(
    name: str, act: Callable[..., object], *, title: Any, lead: Any, done: Any
) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page that asks for the reasons and runs `act(mediation, actor=…, reason=…)`."""

    @for_mediators
    @page_methods
    def view(request: HttpRequest, reference: str) -> HttpResponse:
        mediation, form = _begun(request, reference, name), ReasonForm(posted(request))

        def write() -> None:
            act(mediation, actor=me(request), reason=form.cleaned_data["reason"])

        words = {"title": title, "lead": lead, "done": done, "is_warning": True}
        return _page(request, mediation, form, write, name, words)

    return view


decline = _reasoned(
    "decline", decline_application, title=gettext_lazy("Do not take the case on"),
    lead=gettext_lazy("The mediation ends here, and you no longer see the case. The customer can turn elsewhere."),
    done=gettext_lazy("The application is declined. Both sides are told."),
)  # fmt: skip
end = _reasoned(
    "end", end_mediation, title=gettext_lazy("End without a settlement"),
    lead=gettext_lazy(
        "When no settlement is to be expected. It cannot be taken back, and you no longer see the case: finish your"
        " papers first. The customer can apply again."
    ),
    done=gettext_lazy("The mediation has ended. Both sides are told."),
)  # fmt: skip


@for_mediators
@page_methods
def hearing(request: HttpRequest, reference: str) -> HttpResponse:
    mediation, form = _begun(request, reference, "set_hearing"), HearingForm(posted(request))
    words = {
        "title": _("Set a hearing"),
        "lead": _("Both sides are told at once that there is news; the day stands on their pages."),
        "done": _("The hearing is set. Both sides are told."),
    }

    def write() -> None:
        given = form.cleaned_data
        set_hearing(
            mediation, at=given["at"], place=given["place"], is_online=given["how"] == "online",
            note=given["note"] or "", actor=me(request),
        )  # fmt: skip

    return _page(request, mediation, form, write, "set_hearing", words)


@for_mediators
@page_methods
def hearing_cancel(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    mediation = _begun(request, reference, "cancel_hearing")
    row = get_object_or_404(Hearing.objects.select_related("mediation__case__firm"), mediation=mediation, number=number)
    if request.method != "POST" and (row.cancelled_at is not None or row.at <= clock.now()):
        raise Http404
    form = ReasonForm(posted(request))
    words = {
        "title": _("Call the hearing off"), "hearing": row, "is_warning": True,
        "done": _("The hearing is called off. Both sides are told."),
    }  # fmt: skip
    return _page(request, mediation, form, lambda: _cancel(row, form, me(request)), "cancel_hearing", words)


def _cancel(row: Hearing, form: ReasonForm, actor: User) -> None:
    cancel_hearing(row, actor=actor, reason=form.cleaned_data["reason"])


@for_mediators
@page_methods
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    mediation, form = _begun(request, reference, "propose"), ProposalForm(posted(request))
    words = {
        "title": _("Make a special conciliation proposal"), "template": "mediator/propose.html",
        "settled": in_words(settled_parts(mediation.case)),
        "done": _("The proposal is made. Both sides are told."),
    }  # fmt: skip

    def write() -> None:
        given = form.cleaned_data
        propose_settlement(
            mediation, amount=given["amount"], components=form.components, text=given["text"],
            reasons=given["reasons"], answer_by=form.deadline, actor=me(request),
        )  # fmt: skip

    return _page(request, mediation, form, write, "propose", words)
