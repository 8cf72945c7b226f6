"""Bringing a broker's list: choose the file, say which column is what if nobody knows it yet, look, confirm.

Until the last step the file only waits (web.held): encrypted, for an hour, for its owner and this draft alone.
"""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_http_methods

from casetrack.intake.models import Draft
from casetrack.intake.trades import accounts_of, bring_trades, drop_trades, map_columns, read_file, remembered
from casetrack.ledger.parsers import brokers
from casetrack.lib.errors import Conflict, DomainError, InvalidInput
from casetrack.people.models import User
from casetrack.people.services import once
from casetrack.web.errors import explain, refuse
from casetrack.web.held import held, hold, let_go, note_on
from casetrack.web.report.brought import AccountListForm, ColumnsForm, Summary
from casetrack.web.victim.doors import for_victims, me, own_draft, posted
from casetrack.web.victim.forms import CaseForm

GONE = gettext_noop("The file has waited for too long, or is stored already. Choose it again.")
methods = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Waiting:
    """A file that waits for its owner's word."""

    draft: Draft
    token: uuid.UUID
    key: str
    name: str
    content: bytes


def open_draft(request: HttpRequest, key: uuid.UUID) -> Draft:
    """One's own draft; 404 for one that was handed in."""
    draft = own_draft(request, key)
    if draft.case:
        raise Http404
    return draft


def _key(request: HttpRequest, draft: Draft, token: uuid.UUID) -> str:
    return f"brought-file:{me(request).pk}:{draft.pk}:{token}"


def waiting(request: HttpRequest, key: uuid.UUID, token: uuid.UUID) -> Waiting | HttpResponse:
    """The file, or the way back to choosing it again."""
    draft = open_draft(request, key)
    place = _key(request, draft, token)
    found = held(place)
    if found is None:
        messages.error(request, _(GONE))
        return redirect("victim:brought-upload", key=key)
    return Waiting(draft, token, place, *found)


@methods
@for_victims
def upload(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    draft = open_draft(request, key)
    accounts = accounts_of(draft)
    form = AccountListForm(posted(request), request.FILES or None, accounts=[f"••••{end}" for end in accounts.values()])
    if request.method == "POST" and form.is_valid():
        file, token = form.cleaned_data["file"], uuid.uuid4()
        content = file.read()
        try:
            following = _after_upload(content, me(request))
        except DomainError as error:
            form.add_error("file", _("%(file)s: %(sentence)s") % {"file": file.name, "sentence": explain(error)})
        else:
            hold(_key(request, draft, token), file.name, content, note=form.of(accounts))
            return redirect(following, key=key, token=token)
    context = {"draft": draft, "form": form, "problems": list(form.problems()) if form.is_bound else []}
    return render(request, "victim/report/trades/upload.html", context, status=400 if form.is_bound else 200)


def _after_upload(content: bytes, user: User) -> str:
    """The page that comes next. Raises DomainError for what is no list."""
    try:
        read_file(content, actor=user)
    except brokers.UnknownFormat:
        brokers.columns(content)
        return "victim:brought-columns"
    return "victim:brought-preview"


@methods
@for_victims
def columns(request: HttpRequest, key: uuid.UUID, token: uuid.UUID) -> HttpResponse:
    """Which column is what: a question for each thing that we need, with values of the file beside."""
    file = waiting(request, key, token)
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
            return redirect("victim:brought-preview", key=key, token=token)
    context = {
        "draft": file.draft,
        "form": form,
        "name": file.name,
        "problems": list(form.problems()) if form.is_bound else [],
    }
    return render(request, "victim/report/trades/columns.html", context, status=400 if form.is_bound else 200)


@methods
@for_victims
def preview(request: HttpRequest, key: uuid.UUID, token: uuid.UUID) -> HttpResponse:
    """What the file says, before anything of it is kept; a POST keeps it. A second POST finds it kept."""
    if request.method == "POST":
        return _keep(request, key, token)
    file = waiting(request, key, token)
    return file if isinstance(file, HttpResponse) else _show(request, file, CaseForm())


def _show(request: HttpRequest, file: Waiting, form: CaseForm) -> HttpResponse:
    try:
        found = read_file(file.content, actor=me(request))
    except brokers.UnknownFormat:
        return redirect("victim:brought-columns", key=file.draft.key, token=file.token)
    context = {
        "draft": file.draft,
        "token": file.token,
        "name": file.name,
        "form": form,
        "summary": Summary.of(found),
        "problems": list(form.problems()) if form.is_bound else [],
    }
    return render(request, "victim/report/trades/preview.html", context, status=400 if form.is_bound else 200)


def _keep(request: HttpRequest, key: uuid.UUID, token: uuid.UUID) -> HttpResponse:
    user, draft = me(request), open_draft(request, key)
    place = _key(request, draft, token)
    found, account = held(place), note_on(place)

    def write() -> str:
        if found is None:
            raise Conflict(GONE)
        return str(bring_trades(draft, *found, actor=user, account=account))

    try:
        count = int(once(user, token, "intake.bring_trades", write))
    except DomainError as error:
        file = waiting(request, key, token)
        if isinstance(file, HttpResponse):
            return file
        form = CaseForm(request.POST)
        form.is_valid()
        refuse(form, error)
        return _show(request, file, form)
    let_go(place)
    said = ngettext("%(count)s trade was taken in.", "%(count)s trades were taken in.", count) % {"count": count}
    messages.success(request, said if count else _("Nothing was changed: these trades are here already."))
    return redirect("victim:brought", key=key)


@methods
@for_victims
def drop(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take all brought rows out again."""
    draft = open_draft(request, key)
    form = CaseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            count = drop_trades(draft, actor=me(request))
        except DomainError as error:
            refuse(form, error)
        else:
            said = ngettext("%(count)s trade was taken out.", "%(count)s trades were taken out.", count)
            messages.success(request, said % {"count": count})
            return redirect("victim:step", key=key, step="trades")
    return render(request, "victim/report/trades/drop.html", {"draft": draft, "form": form})
