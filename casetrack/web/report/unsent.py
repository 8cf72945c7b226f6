"""What was typed on a page of a report, and must not be lost when the session has ended meanwhile."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict

from casetrack.intake.tabs import Tab
from casetrack.lib.crypto import decrypt, encrypt
from casetrack.web.report.base import query_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
UNSENT = "unsent"
LONGEST_UNSENT = 100_000
NOT_ANSWERS = ("csrfmiddlewaretoken", "add", "remove", "later")


def keep_unsent(request: HttpRequest, path: str) -> bool:
    """Let what was sent to a page while signed out wait, encrypted. Whether it does: it may be too long."""
    typed = {name: values for name, values in request.POST.lists() if name not in NOT_ANSWERS}
    text = json.dumps([path, typed])
    if len(text) <= LONGEST_UNSENT:
        request.session[UNSENT] = encrypt(text)
    return len(text) <= LONGEST_UNSENT


def forget_unsent(request: HttpRequest, path: str) -> None:
    """Something newer than what waits for this page has arrived."""
    token = request.session.get(UNSENT)
    if token is not None and json.loads(decrypt(token))[0] == path:
        del request.session[UNSENT]


def keeps_what_was_typed(view: View[P]) -> View[P]:
    """A form that survives an expired session: what was sent waits, encrypted, until its owner has signed in again."""

    @login_not_required
    @wraps(view)
    def kept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            keep_unsent(request, request.path)
        return redirect_to_login(request.get_full_path())

    return kept


def take_unsent(request: HttpRequest) -> QueryDict | None:
    """What was sent to this address while signed out, once."""
    token = request.session.get(UNSENT)
    if token is None or request.method != "GET":
        return None
    path, typed = json.loads(decrypt(token))
    if path != request.path:
        return None
    del request.session[UNSENT]
    return query_of(typed)


def tab_of(sent: QueryDict) -> Tab:
    """Which tab sends, as the page's hidden fields say it."""
    turn = sent.get("tab_turn", "")
    whole = int(turn) if turn.isascii() and turn.isdecimal() and len(turn) < 10 else 0
    return Tab(seen=sent.get("tab_seen", "")[:40], name=sent.get("tab_name", "")[:40], turn=whole)
