"""Notices: what the person was told of, marking it as read, and how to be told by e-mail."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from casetrack.cases.timeline import SENTENCES, UNKNOWN
from casetrack.notifications.models import Delivery, HowTold
from casetrack.notifications.notices import choose_mails, how_told, mark_all_read, notices_of, unread_count
from casetrack.web.victim.doors import for_victims, me, posted
from casetrack.web.victim.forms import MailsForm
from casetrack.web.victim.letters import problems_of, write_once

AT_ONCE = 30
# What is about the person and no case: the words, and the page to look at.
OF_PERSON = {
    "people.bank_account_changed": (_("Your bank details were entered or changed"), "victim:bank"),
    "people.bank_alarm_raised": (_("Payments were stopped, because your bank details were not yours"), "victim:bank"),
    "copies.asked": (_("A copy of everything held about you was asked for"), "victim:copy"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def notices(request: HttpRequest) -> HttpResponse:
    """The notices, newest first, and the choice of e-mails."""
    user = me(request)
    form = MailsForm(posted(request), initial={"how": how_told(user)})
    if write_once(
        request, form, "notifications.mails", lambda: choose_mails(HowTold(form.cleaned_data["how"]), actor=user)
    ):
        messages.success(request, _("Your choice was saved."))
        return redirect("victim:notices")
    page = Paginator(notices_of(user).select_related("case__firm"), AT_ONCE).get_page(request.GET.get("page"))
    rows = [_row(notice) for notice in page]
    context = {"rows": rows, "page": page, "unread": unread_count(user), "form": form, "problems": problems_of(form)}
    return render(request, "victim/notices.html", context)


def _row(notice: Delivery) -> dict[str, object]:
    if notice.case is not None:
        title, address = (
            SENTENCES.get(notice.action, UNKNOWN).public,
            reverse("victim:case", args=[notice.case.reference]),
        )
    else:
        title, name = OF_PERSON[notice.action]
        address = reverse(name)
    return {"notice": notice, "title": title, "address": address}


@require_POST
@for_victims
def read(request: HttpRequest) -> HttpResponse:
    mark_all_read(actor=me(request))
    return redirect("victim:notices")
