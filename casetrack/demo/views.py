"""The demo mailbox: what casetrack would have sent."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from casetrack.demo.mail import mails


@login_not_required
@require_GET
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """Mails newest first, `?to=` only those to an address; there is none but in the demo."""
    if not settings.DEMO:
        raise Http404
    to = request.GET.get("to", "")
    return render(request, "demo/mailbox.html", {"mails": mails(to), "to": to})
