"""Bringing a broker's list to an open case: choose the account and the file, say which trades were not yours, confirm.

Until the last step the file only waits (web.held): encrypted, for an hour, for its owner and this account alone.
"""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from casetrack.cases.models import Case, CompromisedAccount
from casetrack.cases.workflow import ENDED
from casetrack.intake.later import Found, Known, claim_later, look_at_list
from casetrack.intake.models import BroughtTrade
from casetrack.intake.trades import map_columns, read_file, remembered
from casetrack.ledger.parsers import brokers
from casetrack.lib.errors import DomainError, InvalidInput
from casetrack.people.services import once
from casetrack.web.errors import explain, refuse
from casetrack.web.held import held, hold, let_go
from casetrack.web.marking import ANSWERS, Row, Sent, by_day
from casetrack.web.report.brought import AccountListForm, ColumnsForm, Summary
from casetrack.web.victim.doors import for_victims, me, own_case, posted
from casetrack.web.victim.forms import CaseForm
from casetrack.web.victim.report.bringing import GONE
from casetrack.web.victim.report.trades import shown

methods = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Waiting:
    """A file that waits for its owner's word, for one account of the case."""

    case: Case
    incident: CompromisedAccount
    key: str
    name: str
    content: bytes


def accounts_of(case: Case) -> list[CompromisedAccount]:
    return list(case.incidents.order_by("pk"))


def open_to_add(request: HttpRequest, reference: str) -> Case:
    case = own_case(request, reference)
    if case.status in ENDED:
        raise Http404
    return case


def _key(request: HttpRequest, incident: CompromisedAccount, token: uuid.UUID) -> str:
    return f"later-file:{me(request).pk}:{incident.pk}:{token}"


def _waiting(request: HttpRequest, reference: str, place: int, token: uuid.UUID) -> Waiting | HttpResponse:
    case = open_to_add(request, reference)
    accounts = accounts_of(case)
    if not 1 <= place <= len(accounts):
        raise Http404
    key = _key(request, accounts[place - 1], token)
    found = held(key)
    if found is None:
        messages.error(request, _(GONE))
        return redirect("victim:later-upload", reference)
    return Waiting(case, accounts[place - 1], key, *found)


@methods
@for_victims
def upload(request: HttpRequest, reference: str) -> HttpResponse:
    case = open_to_add(request, reference)
    accounts = accounts_of(case)
    form = AccountListForm(posted(request), request.FILES or None, accounts=[one.masked for one in accounts])
    if request.method == "POST" and form.is_valid():
        file, token, place = form.cleaned_data["file"], uuid.uuid4(), form.place
        content, following = file.read(), "victim:later-preview"
        try:
            try:
                look_at_list(accounts[place - 1], content, actor=me(request))
            except brokers.UnknownFormat:
                brokers.columns(content)
                following = "victim:later-columns"
        except DomainError as error:
            form.add_error("file", _("%(file)s: %(sentence)s") % {"file": file.name, "sentence": explain(error)})
        else:
            hold(_key(request, accounts[place - 1], token), file.name, content)
            return redirect(following, reference, place, token)
    context = {"case": case, "form": form, "problems": list(form.problems()) if form.is_bound else []}
    return render(request, "victim/later/upload.html", context, status=400 if form.is_bound else 200)


@methods
@for_victims
def columns(request: HttpRequest, reference: str, place: int, token: uuid.UUID) -> HttpResponse:
    """Which column is what, where nobody knows such a list yet."""
    file = _waiting(request, reference, place, token)
    if isinstance(file, HttpResponse):
        return file
    found = brokers.columns(file.content)
    form = ColumnsForm(posted(request), columns=found, initial=remembered(found, me(request)) or found.suggested)
    if request.method == "POST" and form.is_valid():
        try:
            map_columns(file.content, form.mapping(), actor=me(request))
        except InvalidInput as error:
            refuse(form, error)
        else:
            return redirect("victim:later-preview", reference, place, token)
    problems = list(form.problems()) if form.is_bound else []
    context = {"case": file.case, "form": form, "name": file.name, "problems": problems}
    return render(request, "victim/later/columns.html", context, status=400 if form.is_bound else 200)


@methods
@for_victims
def preview(request: HttpRequest, reference: str, place: int, token: uuid.UUID) -> HttpResponse:
    """What is new in the file, with the question to each trade; a POST claims what was not the victim's.

    A button for all of a day only fills the page in: nothing of it is kept before the last word.
    """
    file = _waiting(request, reference, place, token)
    if isinstance(file, HttpResponse):
        return file
    sent, form = Sent.of(request.POST), CaseForm(posted(request))
    if request.method == "POST" and not sent.is_bulk and form.is_valid():
        try:
            count = int(once(me(request), token, "intake.claim_later", lambda: _claim(request, file, sent)))
        except brokers.UnknownFormat:
            return redirect("victim:later-columns", reference, place, token)
        except DomainError as error:
            refuse(form, error)
        else:
            let_go(file.key)
            said = ngettext("%(count)s trade was reported.", "%(count)s trades were reported.", count)
            messages.success(request, said % {"count": count})
            return redirect("victim:case", reference)
    try:
        found = look_at_list(file.incident, file.content, actor=me(request))
    except brokers.UnknownFormat:
        return redirect("victim:later-columns", reference, place, token)
    except DomainError as error:
        messages.error(request, explain(error))
        return redirect("victim:later-upload", reference)
    context = {
        "case": file.case,
        "incident": file.incident,
        "name": file.name,
        "form": form,
        "summary": Summary.of(read_file(file.content, actor=me(request))),
        "days": by_day(_rows(found, sent)),
        "known": [(label, rows) for value, label in Known.choices if (rows := shown(_known(found, value)))],
        "answers": ANSWERS,
        "problems": list(form.problems()) if form.is_bound and not sent.is_bulk else [],
    }
    return render(request, "victim/later/preview.html", context, status=400 if context["problems"] else 200)


def _known(found: list[Found], value: str) -> list[BroughtTrade]:
    return [one.row for one in found if one.known == value]


def _rows(found: list[Found], sent: Sent) -> list[Row]:
    """The new trades with what was answered on the page; a row is named by its line."""
    rows = []
    for one in found:
        if one.known:
            continue
        one.row.pk = one.line
        one.row.answer = sent.answer if sent.day == one.row.traded_on else sent.typed.get(one.line, "")
        rows.append(one.row)
    return shown(rows)


def _claim(request: HttpRequest, file: Waiting, sent: Sent) -> str:
    return str(claim_later(file.incident, file.name, file.content, sent.typed, actor=me(request)))
