"""The file of a case as a ZIP, on the pages of its three parties: asking for it, how far it is, and the download."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from casetrack.cases.models import Case
from casetrack.copies import services
from casetrack.copies.models import RUNNING, Copy, CopyStatus
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.people.models import User
from casetrack.web.errors import explain


def latest(case: Case, user: User) -> Copy | None:
    """The one that the page is about: what runs or ran last; one that is there, before a failure after it."""
    rows = Copy.objects.bundles_visible_to(user).filter(case=case).order_by("-asked_at", "-pk")
    newest = rows.first()
    if newest is not None and newest.status == CopyStatus.FAILED:
        return rows.ready(clock.now()).first() or newest
    return newest


def context_of(case: Case, user: User) -> dict[str, Any]:
    bundle, now = latest(case, user), clock.now()
    is_ready = (
        bundle is not None and bundle.status == CopyStatus.READY and bool(bundle.expires_at and bundle.expires_at > now)
    )
    is_running = bundle is not None and bundle.status in RUNNING
    return {
        "case": case,
        "bundle": bundle,
        "is_running": is_running,
        "is_ready": is_ready,
        "is_failed": bundle is not None and bundle.status == CopyStatus.FAILED,
        "may_ask": services.may_ask_bundle(user, case) and not is_running,
    }


def page(request: HttpRequest, case: Case, user: User, *, name: str) -> HttpResponse:
    """The page `name` (such as "victim:bundle"), which asks on POST: a second asking while one runs is the same."""
    if request.method == "POST":
        try:
            bundle = services.ask_bundle(case, language=get_language() or user.language, actor=user)
        except DomainError as error:
            messages.error(request, explain(error))
        else:
            transaction.on_commit(partial(_send, bundle.pk))
        return redirect(name, case.reference)
    if not services.may_ask_bundle(user, case) and latest(case, user) is None:
        raise Http404
    return render(request, f"{name.partition(':')[0]}/bundle.html", context_of(case, user))


def _send(pk: int) -> None:
    from casetrack.celery import app

    app.send_task("casetrack.copies.tasks.make", [pk])


def download(request: HttpRequest, case: Case, user: User, *, back: Callable[[], HttpResponse]) -> HttpResponse:
    bundle = latest(case, user)
    if bundle is None:
        raise Http404
    try:
        pieces = services.give_bundle(bundle, actor=user)
    except DomainError as error:
        messages.error(request, explain(error))
        return back()
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{case.reference}.zip"',
        "Content-Length": bundle.size,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    response = StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)
    return cast(HttpResponse, response)  # the stubs do not count what streams among the responses
