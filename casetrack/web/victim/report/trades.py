""" "Was this you?" about the rows of a list that the victim brought with her report."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from casetrack.cases.models import ClaimedSide, Kind
from casetrack.intake.marks import counts, last_act, mark_many, mark_trades, undo_marks
from casetrack.intake.models import BroughtTrade, Draft
from casetrack.lib.errors import DomainError
from casetrack.people.services import once
from casetrack.web.errors import refuse
from casetrack.web.formats import quantity, yen
from casetrack.web.marking import ANSWERS, MARKS, PAGE, Place, Row, Sent, Undo, by_day, is_quiet, query, quiet
from casetrack.web.victim.doors import for_victims, me, own_draft, posted
from casetrack.web.victim.forms import CaseForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_victims
def brought(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The rows of the list, a page at a time. Every button also saves what was answered on the page."""
    draft = own_draft(request, key)
    if draft.case:
        return redirect("victim:submitted", reference=draft.case.reference)
    count = counts(draft)
    if not count["total"]:
        return redirect("victim:brought-upload", key=key)
    form = CaseForm(posted(request))
    if request.method == "POST" and form.is_valid() and _take(request, draft, form):
        return quiet([]) if is_quiet(request) else _onward(request, draft)
    if form.is_bound and is_quiet(request):
        return quiet(form.problems())
    place, back = Place.of(request.GET.get("after", "")), Place.of(request.GET.get("until", ""))
    security, is_open = request.GET.get("security", ""), "open" in request.GET
    rows, newer, older = page_of(draft, place, back, security=security, is_open=is_open)
    kept = {"security": security, "open": "1" if is_open else ""}
    context = {
        "draft": draft,
        "form": form,
        "problems": list(form.problems()) if form.is_bound else [],
        "days": by_day(shown(rows, request.POST if form.is_bound else None)),
        "answers": ANSWERS,
        "count": count,
        "securities": securities_of(draft),
        "security": security,
        "is_open": is_open,
        "undo": undo_of(draft),
        "previous": query(until=str(newer), **kept) if newer else "",
        "following_place": str(older or ""),
        "following": query(after=str(older), **kept) if older else "",
    }
    return render(request, "victim/report/trades/list.html", context)


def page_of(
    draft: Draft, after: Place | None, until: Place | None, *, security: str, is_open: bool
) -> tuple[list[BroughtTrade], Place | None, Place | None]:
    """A page of rows in order, and the places where the page before it ends and the one after it begins."""
    rows = BroughtTrade.objects.filter(draft=draft)
    if security:
        rows = rows.of_security(security)
    if is_open:
        rows = rows.filter(answer="")
    if until is not None:
        found = list(rows.upto(until.day, until.pk).order_by("-traded_on", "-pk")[: PAGE + 1])
        listed, has_before, has_after = found[:PAGE][::-1], len(found) > PAGE, True
    else:
        found = list((rows.after(after.day, after.pk) if after else rows).in_order()[: PAGE + 1])
        listed, has_before, has_after = found[:PAGE], after is not None, len(found) > PAGE
    if not listed:
        return [], None, None
    first, last = listed[0], listed[-1]
    return (
        listed,
        Place(first.traded_on, first.pk) if has_before else None,
        Place(last.traded_on, last.pk) if has_after else None,
    )


def shown(rows: list[BroughtTrade], typed: QueryDict | None = None) -> list[Row]:
    return [
        Row(
            pk=row.pk,
            day=row.traded_on,
            title=" ".join(filter(None, (said_of(row), row.security))),
            facts=list(filter(None, (_times(row), money(row), _kind(row), row.market))),
            answer=typed.get(f"answer-{row.pk}", row.answer) if typed is not None else row.answer,
        )
        for row in rows
    ]


def said_of(row: BroughtTrade) -> str:
    """What was done, in our words for trades, else in the file's."""
    if row.side not in (ClaimedSide.BUY, ClaimedSide.SELL):
        return row.words
    side = str(ClaimedSide(row.side).label)
    return _("%(deed)s on margin") % {"deed": side} if row.is_on_margin else side


def _kind(row: BroughtTrade) -> str:
    return str(Kind(row.account_kind).label) if row.account_kind in Kind.values else row.account_kind


def _times(row: BroughtTrade) -> str:
    if row.quantity is None:
        return ""
    return quantity(row.quantity) + (f" × {quantity(row.price)}" if row.price is not None else "")


def money(row: BroughtTrade) -> str:
    if row.amount is None:
        return ""
    return yen(row.amount) if row.currency in ("", "JPY") else f"{quantity(row.amount)} {row.currency}"


def securities_of(draft: Draft) -> list[dict[str, Any]]:
    """Every security of the list: what to filter by, what it is called, how many rows."""
    found = BroughtTrade.objects.filter(draft=draft).values("security_code").annotate(
        name=Max("security_name"), rows=Count("pk")
    ).exclude(security_code="").order_by("-rows", "security_code")  # fmt: skip
    named = BroughtTrade.objects.filter(draft=draft, security_code="").exclude(security_name="")
    nameless = named.values("security_name").annotate(rows=Count("pk")).order_by("-rows", "security_name")
    return [
        {"key": row["security_code"], "name": f"{row['security_code']} {row['name']}".strip(), "rows": row["rows"]}
        for row in found
    ] + [{"key": row["security_name"], "name": row["security_name"], "rows": row["rows"]} for row in nameless]


def undo_of(draft: Draft) -> Undo | None:
    act = last_act(draft)
    rows = draft.brought_trades.filter(act=act) if act else draft.brought_trades.none()
    first = rows.first()
    return Undo(str(act), rows.count(), MARKS.get(first.answer, "")) if first else None


def _take(request: HttpRequest, draft: Draft, form: CaseForm) -> bool:
    """Take the answers, and what a button answers for many; whether they were taken."""
    sent, user = Sent.of(request.POST), me(request)
    try:
        said = once(user, form.cleaned_data["idempotency_key"], "intake.mark", lambda: _write(request, draft, sent))
    except DomainError as error:
        refuse(form, error)
        return False
    if said:
        messages.success(request, said)
    return True


def _write(request: HttpRequest, draft: Draft, sent: Sent) -> str:
    """What a button answers for many goes for what the page shows: its security, and open rows alone if it does."""
    user = me(request)
    if sent.undo:
        act = last_act(draft)
        # A page that is open in another window names an act that was taken back already.
        count = undo_marks(draft, actor=user) if act and str(act) == sent.undo else 0
        return ngettext("%(count)s row is as before.", "%(count)s rows are as before.", count) % {"count": count}
    mark_trades(draft, sent.typed, actor=user)
    if not sent.is_bulk:
        return ""
    count = mark_many(
        draft, sent.answer, actor=user, day=sent.day, security=sent.security or request.GET.get("security", ""),
        only_open="open" in request.GET,
    )  # fmt: skip
    return "" if count else _("Nothing was changed.")  # the page says it, beside the way back


def _onward(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Back to the page after a button for many; else to the next page, and after the last one on with the report."""
    sent = Sent.of(request.POST)
    if sent.undo or sent.is_bulk:
        response = redirect(request.get_full_path())
        if sent.day:
            response["Location"] += f"#day-{sent.day}"
        return response
    if "later" in request.POST:
        messages.info(request, _("Your report is saved. You can go on at any time, on any device."))
        return redirect("victim:home")
    if "next" in request.POST and (following := Place.of(request.POST["next"])):
        kept = {"security": request.GET.get("security", ""), "open": request.GET.get("open", "")}
        return redirect(request.path + query(after=str(following), **kept))
    if "stay" in request.POST:
        return redirect(request.get_full_path())
    return redirect("victim:task-list", key=draft.key)
