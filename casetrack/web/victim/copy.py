"""A copy of everything held about the victim: asking for it, how far it is, and the download."""

import uuid
from functools import partial
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.copies import services
from casetrack.copies.models import RUNNING, Copy, CopyStatus
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.people.models import User
from casetrack.web.errors import explain
from casetrack.web.victim.doors import for_victims, me, posted
from casetrack.web.victim.forms import CaseForm
from casetrack.web.victim.letters import problems_of, write_once


def latest(user: User) -> Copy | None:
    """The one that the page is about: what runs or ran last; a copy that is there, before a failure after it."""
    own = Copy.objects.visible_to(user).order_by("-asked_at", "-pk")
    newest = own.first()
    if newest is not None and newest.status == CopyStatus.FAILED:
        return own.ready(clock.now()).first() or newest
    return newest


@require_safe
@for_victims
def state(request: HttpRequest) -> HttpResponse:
    """What a copy is, and where the last one that was asked for stands."""
    copy, now = latest(me(request)), clock.now()
    is_running = copy is not None and copy.status in RUNNING
    is_ready = copy is not None and copy.status == CopyStatus.READY and bool(copy.expires_at and copy.expires_at > now)
    context = {
        "copy": copy,
        "is_running": is_running,
        "is_ready": is_ready,
        "is_failed": copy is not None and copy.status == CopyStatus.FAILED,
        "is_over": copy is not None and copy.made_at is not None and not is_ready,
        "is_retried": is_running and copy is not None and copy.status == CopyStatus.WAITING and copy.attempts > 0,
    }
    return render(request, "victim/copy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def ask(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = _ask(request)
    return response


@reauthentication_required  # type: ignore[untyped-decorator]
def _ask(request: HttpRequest) -> HttpResponse:
    """Only for somebody who has just shown again who they are."""
    user, form = me(request), CaseForm(posted(request))

    def write() -> None:
        copy = services.ask_copy(language=get_language() or user.language, actor=user)
        transaction.on_commit(partial(_send, copy.pk))

    if write_once(request, form, "copies.ask", write):
        return redirect("victim:copy")
    return render(request, "victim/copy_ask.html", {"form": form, "problems": problems_of(form)})


def _send(pk: int) -> None:
    from casetrack.celery import app

    app.send_task("casetrack.copies.tasks.make", [pk])


@require_POST
@for_victims
def delete(request: HttpRequest, copy: uuid.UUID) -> HttpResponse:
    """Ends a copy at once; no second asking who one is, because this only ever protects."""
    user = me(request)
    services.delete_copy(get_object_or_404(Copy.objects.visible_to(user), key=copy), actor=user)
    messages.success(request, _("The copy is deleted."))
    return redirect("victim:copy")


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def download(request: HttpRequest, copy: uuid.UUID) -> HttpResponse:
    """Another person's copy is not there, before anybody is asked who they are."""
    found = get_object_or_404(Copy.objects.visible_to(me(request)), key=copy)
    response: HttpResponse = _download(request, found)
    return response


@reauthentication_required  # type: ignore[untyped-decorator]
def _download(request: HttpRequest, copy: Copy) -> HttpResponse:
    """A page with the button that saves it: whoever had to show who they are stands on it afterwards, and not on the
    form for that while a file arrives behind it."""
    if request.method != "POST" and Copy.objects.filter(pk=copy.pk).ready(clock.now()).exists():
        return render(request, "victim/copy_download.html", {"copy": copy})
    try:
        pieces = services.give_copy(copy, actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
        return redirect("victim:copy")
    headers: dict[str, Any] = {
        "Content-Disposition": 'attachment; filename="copy.zip"',
        "Content-Length": copy.size,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    response = StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)
    return cast(HttpResponse, response)  # the stubs do not count what streams among the responses
