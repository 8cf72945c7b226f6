"""Importing an account's ledger: upload, look, confirm. Between the pages the file waits in the cache, encrypted and
bound to the person, the case and the account."""

import uuid
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casetrack.cases import permissions
from casetrack.cases.models import Access, Case, CompromisedAccount
from casetrack.cases.services import sync_liquidations
from casetrack.ledger.parsers import Rejection
from casetrack.ledger.services import ImportReport, import_ledger, preview_ledger, rejected_csv
from casetrack.lib.errors import DomainError
from casetrack.lib.files import csv_text
from casetrack.web.downloads import csv_response
from casetrack.web.errors import explain
from casetrack.web.firm.case import incident_at
from casetrack.web.firm.doors import firm_case, for_staff, me, posted
from casetrack.web.firm.forms import LedgerFileForm
from casetrack.web.held import held, hold, let_go

SHOWN_VALUES = 3


@dataclass
class Upload:
    """A file on its way into the ledger of one account."""

    case: Case
    incident: CompromisedAccount
    place: int
    key: str


def upload_of(request: HttpRequest, reference: str, place: int, token: uuid.UUID) -> Upload:
    """For who may import, into an account whose access is confirmed; 404 for anybody else."""
    case = firm_case(request, reference)
    incident = incident_at(case, place)
    if not permissions.can_investigate(me(request), case) or incident.access != Access.CONFIRMED:
        raise Http404
    return Upload(case, incident, place, f"ledger-file:{me(request).pk}:{incident.pk}:{token}")


@dataclass
class Cause:
    """Rows rejected for the same reason: one sentence (with the first value), further values, all lines."""

    column: str
    reason: str
    values: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def further(self) -> list[str]:
        return self.values[1 : SHOWN_VALUES + 1]


def explained(rejection: Rejection) -> str:
    return _(rejection.reason) % rejection.params if rejection.params else _(rejection.reason)


def grouped(report: ImportReport) -> list[Cause]:
    """Rejections by cause, the most frequent first."""
    causes: dict[tuple[str, str], Cause] = {}
    for rejection in report.rejections:
        cause = causes.setdefault((rejection.column, rejection.reason), Cause(rejection.column, explained(rejection)))
        cause.lines.append(rejection.line)
        value = rejection.params.get("value", "") if rejection.params else ""
        if value and value not in cause.values:
            cause.values.append(value)
    return sorted(causes.values(), key=lambda cause: -len(cause.lines))


@for_staff
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    token = uuid.uuid4()
    up = upload_of(request, reference, place, token)
    form = LedgerFileForm(posted(request), request.FILES or None)
    if form.is_bound and form.is_valid():
        hold(up.key, form.cleaned_data["file"].name, form.cleaned_data["file"].read())
        return redirect("firm:ledger-preview", reference, place, token)
    context = {"case": up.case, "incident": up.incident, "form": form}
    return render(request, "firm/ledger_upload.html", context, status=400 if form.is_bound else 200)


@for_staff
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, reference: str, place: int, token: uuid.UUID) -> HttpResponse:
    """What the file would do; a POST with `mode` "good" or "all" does it."""
    up = upload_of(request, reference, place, token)
    found = held(up.key)
    if found is None:
        messages.error(request, _("The file has waited for too long, or is stored already. Choose it again."))
        return redirect("firm:ledger-upload", reference, place)
    name, data = found
    if request.method == "POST" and store(request, up, name, data):
        return redirect("firm:executions", reference, place)
    report = preview_ledger(up.case.firm, data, account=up.incident.account)
    context = {
        "case": up.case,
        "incident": up.incident,
        "place": place,
        "token": token,
        "name": name,
        "report": report,
        "causes": grouped(report),
        "rows": report.changes + report.duplicate + report.rejected,
        "good": report.changes + report.duplicate,
    }
    return render(request, "firm/ledger_preview.html", context, status=409 if request.method == "POST" else 200)


def store(request: HttpRequest, up: Upload, name: str, data: bytes) -> bool:
    """Import the file; False (and a message) if nothing was stored."""
    everything = request.POST.get("mode") != "good"
    try:
        done = import_ledger(
            up.case.firm, name, data, actor=me(request), account=up.incident.account, all_or_nothing=everything
        )
    except DomainError as error:
        messages.error(request, explain(error))
        return False
    if done.batch is None:
        messages.error(request, _("Nothing was stored: %s rows cannot be read.") % done.rejected)
        return False
    sync_liquidations(up.incident)
    let_go(up.key)
    messages.success(
        request,
        _("%(accepted)s rows are new, %(superseded)s changed, %(duplicate)s were there already.")
        % {"accepted": done.accepted, "superseded": done.superseded, "duplicate": done.duplicate},
    )
    return True


@for_staff
@require_GET
def rejected(request: HttpRequest, reference: str, place: int, token: uuid.UUID) -> HttpResponse:
    """The rows that cannot be read, as CSV with line number and reason in the reader's language."""
    up = upload_of(request, reference, place, token)
    found = held(up.key)
    if found is None:
        raise Http404
    report = preview_ledger(up.case.firm, found[1], account=up.incident.account)
    head, *rows = rejected_csv(report)
    for row, rejection in zip(rows, report.rejections, strict=True):
        row[1] = f"{rejection.column}: {explained(rejection)}" if rejection.column else explained(rejection)
    return csv_response("rejected.csv", csv_text([head, *rows]))
