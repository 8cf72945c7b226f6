"""Pages that belong to nobody in particular: the start, the way home, and what is shown when something fails."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from casetrack.cases.clocks import DEFAULT_TARGETS
from casetrack.firms.models import Firm
from casetrack.people.models import Role, User

# The public pages, each a template of its own in templates/public.
GUIDES = frozenset({"stop", "evidence", "check-list", "police", "compensation", "help", "accessibility"})
HOMES = {Role.VICTIM: "victim:home", Role.FIRM: "firm:queue", Role.REGULATOR: "regulator:summary"} | {
    Role.MEDIATOR: "mediator:desk",
}


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Plain "ok", or one word that says what is not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error:
        return HttpResponse("database", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What to do now. Everybody can read it before having anything to do with casetrack."""
    return render(request, "start.html", _for_anybody(request))


@login_not_required
@require_safe
def guide(request: HttpRequest, topic: str) -> HttpResponse:
    """One of the pages that anybody may read, by its name in GUIDES."""
    if topic not in GUIDES:
        raise Http404
    return render(request, f"public/{topic}.html", _for_anybody(request))


def _for_anybody(request: HttpRequest) -> dict[str, object]:
    user = request.user
    return {
        "firms": Firm.objects.filter(is_active=True).exclude(emergency_phone=""),
        "report_url": report_url(user if isinstance(user, User) else None),
        "targets": DEFAULT_TARGETS,
    }


def report_url(user: User | None) -> str:
    """Where the report begins; empty for people who do not report."""
    if user is None:
        return reverse("account_signup")
    return reverse("victim:report") if user.role == Role.VICTIM else ""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    role = request.user.role if isinstance(request.user, User) else ""
    return redirect(HOMES[Role(role)]) if role in HOMES else render(request, "home.html")


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """In both languages, from nothing that may just have broken."""
    try:
        stylesheet = static("build/casetrack.css")
    except ValueError:
        stylesheet = ""
    return HttpResponse(render_to_string("500.html", {"stylesheet": stylesheet}), status=500)
