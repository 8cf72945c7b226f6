"""The firm asks for more time: the victim agrees or declines."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from casetrack.cases.clocks import with_extension
from casetrack.cases.extensions import extendable_clock, open_request
from casetrack.cases.services import answer_extension
from casetrack.lib import clock
from casetrack.web.victim.doors import for_victims, me, own_case, posted
from casetrack.web.victim.forms import CaseForm
from casetrack.web.victim.letters import page_methods, problems_of, write_once

AGREE, DECLINE = "agree", "decline"


class AnswerForm(CaseForm):
    """Two buttons; `number` is the request that the page showed."""

    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[(AGREE, AGREE), (DECLINE, DECLINE)], widget=forms.HiddenInput)


@page_methods
@for_victims
def more_time(request: HttpRequest, reference: str) -> HttpResponse:
    """The request that waits, with what agreeing would change; without one, back to the case."""
    case, user = own_case(request, reference), me(request)
    form = AnswerForm(posted(request))

    def write() -> None:
        given = form.cleaned_data
        answer_extension(case, given["number"], agrees=given["answer"] == AGREE, actor=user)

    if write_once(request, form, "cases.answer_extension", write):
        agreed = form.cleaned_data["answer"] == AGREE
        done = (
            _("You have agreed. The new day stands on this page.") if agreed else _("You have declined. The day stays.")
        )
        messages.success(request, done)
        return redirect("victim:case", reference=case.reference)
    now, events = clock.now(), list(case.events.order_by("at", "id"))
    asked, running = open_request(case, events, now), extendable_clock(case, events, now)
    if request.method != "POST" and asked is None:
        return redirect("victim:case", reference=case.reference)
    context = {
        "case": case, "form": form, "problems": problems_of(form), "asked": asked, "running": running,
        "would_be": with_extension(case, events, asked.name, asked.days, now) if asked else None,
    }  # fmt: skip
    return render(request, "victim/more_time.html", context)
