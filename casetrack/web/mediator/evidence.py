"""The files of a case before the body: to be saved, and looked at in the same sandbox as the firm's people do."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casetrack.web.evidence import file_of, give_download, give_paper, give_picture, preview_of, rows_of
from casetrack.web.mediator.doors import for_mediators, handed_case, me


@for_mediators
@require_safe
def download(request: HttpRequest, reference: str, file: uuid.UUID) -> HttpResponse:
    return give_download(file_of(handed_case(request, reference), me(request), file), me(request))


@for_mediators
@require_safe
def picture(request: HttpRequest, reference: str, file: uuid.UUID) -> HttpResponse:
    return give_picture(file_of(handed_case(request, reference), me(request), file), me(request))


@for_mediators
@require_safe
def paper(request: HttpRequest, reference: str, file: uuid.UUID) -> HttpResponse:
    return give_paper(file_of(handed_case(request, reference), me(request), file), me(request))


@for_mediators
@require_safe
def look(request: HttpRequest, reference: str, file: uuid.UUID) -> HttpResponse:
    """One file: its preview, and what is known of it."""
    case, user = handed_case(request, reference), me(request)
    row = file_of(case, user, file)
    context = {"case": case, "file": row, "preview": preview_of(row, user), "files": rows_of([row], user, staff=True)}
    return render(request, "mediator/evidence_look.html", context)
