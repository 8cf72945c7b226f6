"""Importing an account's ledger: upload, look, confirm. Between the pages the file waits in the cache, bound to the
person and the case."""

import csv
import io
import uuid
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casetrack.cases import permissions
from casetrack.cases.models import Access, Case
from casetrack.cases.services import sync_liquidations
from casetrack.ledger.parsers import Rejection
from casetrack.ledger.services import ImportReport, import_ledger, preview_ledger, rejected_csv
from casetrack.lib.errors import DomainError
from casetrack.lib.files import guarded
from casetrack.web.errors import explain
from casetrack.web.firm.case import incident_at
from casetrack.web.firm.doors import firm_case, for_staff, me
from casetrack.web.firm.forms import LedgerFileForm

WAITS = 3600


def cache_key(request: HttpRequest, case: Case, token: uuid.UUID) -> str:
    return f"ledger-file:{me(request).pk}:{case.pk}:{token}"


def waiting(request: HttpRequest, case: Case, token: uuid.UUID) -> tuple[str, bytes] | None:
    """Name and content of the file; None when it is gone, or was somebody else's or for another case."""
    found: tuple[str, bytes] | None = cache.get(cache_key(request, case, token))
    return found


def gone(request: HttpRequest, case: Case, incident: Any, place: int) -> HttpResponse:
    """The file waits no longer: say so, and where to choose it again."""
    context = {"case": case, "incident": incident, "place": place}
    return render(request, "firm/ledger_gone.html", context, status=404)


def explained(rejection: Rejection) -> str:
    return _(rejection.reason) % rejection.params if rejection.params else _(rejection.reason)


def grouped(report: ImportReport) -> list[dict[str, Any]]:
    """Rejections by cause, the most frequent first, with the lines of each."""
    causes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for rejection in report.rejections:
        causes[rejection.column, explained(rejection)].append(rejection.line)
    rows = [{"column": c, "reason": reason, "lines": lines} for (c, reason), lines in causes.items()]
    return sorted(rows, key=lambda row: -len(row["lines"]))


def importable(request: HttpRequest, reference: str, place: int) -> tuple[Case, Any]:
    """The case and its account, whose access is confirmed; 404 for whoever may not import."""
    case = firm_case(request, reference)
    incident = incident_at(case, place)
    if not permissions.can_investigate(me(request), case) or incident.access != Access.CONFIRMED:
        raise Http404
    return case, incident


@for_staff
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    case, incident = importable(request, reference, place)
    form = LedgerFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        token, file = uuid.uuid4(), form.cleaned_data["file"]
        cache.set(cache_key(request, case, token), (file.name, file.read()), WAITS)
        return redirect("firm:ledger-preview", case.reference, place, token)
    context = {"case": case, "incident": incident, "form": form}
    return render(request, "firm/ledger_upload.html", context, status=400 if form.errors else 200)


@for_staff
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, reference: str, place: int, token: uuid.UUID) -> HttpResponse:
    """What the file would do; POST with `mode` "good" or "all" does it."""
    case, incident = importable(request, reference, place)
    file = waiting(request, case, token)
    if file is None:
        return gone(request, case, incident, place)
    name, data = file
    report = preview_ledger(case.firm, data, account=incident.account)
    if request.method == "POST":
        try:
            done = import_ledger(
                case.firm, name, data, actor=me(request), account=incident.account,
                all_or_nothing=request.POST.get("mode") != "good",
            )  # fmt: skip
            sync_liquidations(incident)
        except DomainError as error:
            messages.error(request, explain(error))
        else:
            if done.batch is not None:
                cache.delete(cache_key(request, case, token))
                messages.success(
                    request,
                    _("%(accepted)s rows are new, %(superseded)s changed, %(duplicate)s were there already.")
                    % {"accepted": done.accepted, "superseded": done.superseded, "duplicate": done.duplicate},
                )
                return redirect("firm:executions", case.reference, place)
            messages.error(request, _("Nothing was stored: %s rows cannot be read.") % done.rejected)
    context = {
        "case": case, "incident": incident, "place": place, "token": token, "name": name, "report": report,
        "causes": grouped(report), "good": report.changes + report.duplicate,
    }  # fmt: skip
    return render(request, "firm/ledger_preview.html", context)


@for_staff
@require_GET
def rejected(request: HttpRequest, reference: str, place: int, token: uuid.UUID) -> HttpResponse:
    """The rows that cannot be read, as CSV with line number and reason."""
    case, incident = importable(request, reference, place)
    file = waiting(request, case, token)
    if file is None:
        return gone(request, case, incident, place)
    _name, data = file
    out = io.StringIO(newline="")
    rows = rejected_csv(preview_ledger(case.firm, data, account=incident.account))
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    return HttpResponse(
        out.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="rejected.csv"'},
    )
