"""Asking the firm for its reasons in writing, or for a second review."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case
from casetrack.cases.side_clocks import REASONS, SECOND_REVIEW
from casetrack.negotiation.services import ask_reasons, ask_review
from casetrack.negotiation.services.recourse import MAY_ASK, all_waiting
from casetrack.web.victim.doors import for_victims, me, own_case, posted
from casetrack.web.victim.forms import ReasonForm
from casetrack.web.victim.letters import page_methods, problems_of, write_once


def may_ask(case: Case) -> dict[str, bool]:
    """What can be asked for now, and was not yet."""
    asked = all_waiting(case)
    return {what: case.status in held and what not in asked for what, held in MAY_ASK.items()}


def _page(what: str, ask: Callable[..., object], *, texts: dict[str, Any]) -> Callable[..., HttpResponse]:
    @page_methods
    @for_victims
    def view(request: HttpRequest, reference: str) -> HttpResponse:
        case, user = own_case(request, reference), me(request)
        form = ReasonForm(posted(request), label=texts["label"], noun=texts["noun"], hint=texts["hint"])
        if write_once(request, form, f"negotiation.{what}", lambda: ask(case, form.cleaned_data["reason"], actor=user)):
            messages.success(request, texts["done"])
            return redirect("victim:case", reference=case.reference)
        if request.method != "POST" and not may_ask(case)[what]:
            raise Http404
        context = {"case": case, "form": form, "problems": problems_of(form), "texts": texts}
        return render(request, "victim/recourse.html", context)

    return view


reasons = _page(
    REASONS,
    ask_reasons,
    texts={
        "title": _("Ask for the reasons in writing"),
        "lead": _(
            "The firm then explains its offer or its refusal in writing: what it found, what it relied on, and how it"
            " came to the amount. The answer stays here and in the ledger of good faith."
        ),
        "label": _("What do you want to have explained?"),
        "noun": _("what you want to have explained"),
        "hint": _("For example: why were these trades taken for mine?"),
        "button": _("Ask for the reasons"),
        "done": _("You have asked for the reasons. The firm's day for the answer stands on this page."),
    },
)  # fmt: skip
review = _page(
    SECOND_REVIEW,
    ask_review,
    texts={
        "title": _("Ask for a second review"),
        "lead": _(
            "Somebody at the firm who had nothing to do with your case looks at it again, and tells you the result with"
            " reasons. You can still turn to an outside body."
        ),
        "label": _("What should be looked at again?"),
        "noun": _("what should be looked at again"),
        "hint": _("Say what was overlooked, or what you cannot agree to."),
        "button": _("Ask for a second review"),
        "done": _("You have asked for a second review. The firm's day for the answer stands on this page."),
    },
)  # fmt: skip
