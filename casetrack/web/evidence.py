"""The one door through which files leave: never shown in the page, always as a download that runs nothing."""

import uuid

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from casetrack.evidence import storage
from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services import note_reading
from casetrack.evidence.sniffing import download_name
from casetrack.people.models import User


@never_cache
@require_safe
def download(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    file = get_object_or_404(EvidenceFile.objects.visible_to(user).select_related("case__firm"), key=key)
    try:
        content = storage.path_of(file.sha256).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    note_reading(file, actor=user)
    response = FileResponse(
        content,
        as_attachment=True,
        filename=download_name(file.name, file.content_type),
        content_type=file.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
