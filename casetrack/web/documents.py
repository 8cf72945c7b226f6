"""Documents of a case: the door through which they leave."""

import uuid

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from casetrack.documents import storage
from casetrack.documents.models import Document
from casetrack.documents.services import note_reading
from casetrack.people.models import User


@never_cache
@require_safe
def download(request: HttpRequest, document: uuid.UUID) -> FileResponse:
    """The PDF, for the victim and the firm of its case."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    found = get_object_or_404(Document.objects.visible_to(user).select_related("case__firm"), key=document)
    try:
        content = storage.path_of(found.sha256).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    note_reading(found, actor=user)
    name = f"{found.case.reference}-{found.number}-{found.kind}.pdf"
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
