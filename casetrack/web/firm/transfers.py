"""Paying by transfer file: what is ready and what is not, batches, their files, and what the bank said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.lib.errors import DomainError
from casetrack.negotiation.models import RemitterAccount, TransferBatch, TransferLine
from casetrack.negotiation.services.readiness import MOST, Readiness, readiness_of_all, unpaid
from casetrack.negotiation.services.results import (
    FAILURES,
    Problem,
    ResultsRefused,
    Taken,
    import_results,
    record_executed,
)
from casetrack.negotiation.services.transfers import (
    approve_batch,
    fetch_file,
    make_batch,
    may_transfer,
    next_business_day,
    return_batch,
    set_remitter,
)
from casetrack.negotiation.transfers import BatchStatus, LineStatus
from casetrack.web.errors import explain
from casetrack.web.firm.doors import View, for_staff, me, membership, posted, refused
from casetrack.web.firm.forms import ReasonForm
from casetrack.web.firm.transfer_forms import BatchForm, ExecutedForm, RemitterForm, ResultsForm

SHOWN_BATCHES = 50


def for_approvers(view: View[Any]) -> View[Any]:
    """A page of the firm's approvers; nobody else finds it."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_transfer(me(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return for_staff(checked)


def batch_at(request: HttpRequest, number: int) -> TransferBatch:
    people = ("firm", "made_by__membership__firm", "approved_by__membership__firm")
    batches = TransferBatch.objects.visible_to(me(request)).select_related(*people)
    return get_object_or_404(batches, number=number)


def said(error: DomainError) -> str:
    """The sentence, with the case that it is about where there is one."""
    reference = error.params.get("reference", "")
    text = explain(error)
    return f"{reference}: {text}" if reference and reference not in text else text


@dataclass
class Offered:
    """A row of the page: a settlement, whether its box is ticked, and what keeps it back."""

    row: Readiness
    is_chosen: bool = True
    why: list[str] = field(default_factory=list)


def _offered(request: HttpRequest) -> tuple[list[Offered], list[Offered]]:
    """What may be paid, and what may not with the reasons."""
    rows = readiness_of_all(unpaid(membership(request).firm))
    ticked = request.POST.getlist("chosen") if request.method == "POST" else None
    ready = [
        Offered(row, ticked is None or row.settlement.case.reference in ticked) for row in rows if not row.obstacles
    ]
    return ready, [Offered(row, False, [explain(o) for o in row.obstacles]) for row in rows if row.obstacles]


@for_approvers
@require_http_methods(["GET", "HEAD", "POST"])
def transfers(request: HttpRequest) -> HttpResponse:
    """What waits for payment, the batches so far, and the form that makes the next one."""
    firm = membership(request).firm
    ready, kept_back = _offered(request)
    by_reference = {item.row.settlement.case.reference: item.row.settlement for item in ready}
    form = BatchForm(posted(request), references=by_reference, initial={"day": next_business_day(firm)})
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        chosen = [by_reference[reference] for reference in form.cleaned_data["chosen"]]
        try:
            batch = make_batch(firm, chosen, day=form.cleaned_data["day"], actor=me(request))
        except DomainError as error:
            status = _shown(form, error)
        else:
            messages.success(request, _("The batch is made. Another approver must approve it."))
            return redirect("firm:transfer", batch.number)
    people = ("made_by__membership__firm",)
    context = {
        "firm": firm,
        "ready": ready,
        "kept_back": kept_back,
        "total": sum(item.row.due for item in ready),
        "is_cut": len(ready) + len(kept_back) >= MOST,
        "form": form,
        "remitter": RemitterAccount.objects.filter(firm=firm).first(),
        "batches": TransferBatch.objects.visible_to(me(request))
        .select_related(*people)
        .order_by("-number")[:SHOWN_BATCHES],
        "failed": TransferLine.objects.unresolved().filter(batch__firm=firm).select_related("case__victim", "batch"),
    }
    return render(request, "firm/transfers.html", context, status=status)


def _shown(form: forms.Form, error: DomainError) -> int:
    """The error on the form; one of a case names it."""
    if "reference" not in error.params:
        return refused(form, error)
    form.add_error(None, said(error))
    return 409


@for_approvers
@require_http_methods(["GET", "HEAD", "POST"])
def remitter(request: HttpRequest) -> HttpResponse:
    """The account that the firm pays from."""
    firm = membership(request).firm
    form = RemitterForm(posted(request), account=RemitterAccount.objects.filter(firm=firm).first())
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            set_remitter(firm, form.facts(), actor=me(request))
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The firm's account is kept."))
            return redirect("firm:transfers")
    return render(request, "firm/transfer_remitter.html", {"form": form, "firm": firm}, status=status)


@for_approvers
@require_safe
def transfer(request: HttpRequest, number: int) -> HttpResponse:
    return page(request, batch_at(request, number))


@dataclass
class Shown:
    """A transfer of the page: what the bank said, or what has come up since the file was made."""

    line: TransferLine
    why: list[str]


def _lines_of(batch: TransferBatch) -> list[Shown]:
    related = ("case__firm", "case__victim", "case__victim_user", "account", "settlement__offer")
    lines = batch.lines.select_related(*related, "settlement__case__firm", "settlement__case__victim").order_by("pk")
    waiting = readiness_of_all(line.settlement for line in lines if line.status == LineStatus.WAITING)
    rows = {row.settlement.pk: row for row in waiting}
    return [Shown(line, _why(line, rows.get(line.settlement_id))) for line in lines]


def _why(line: TransferLine, row: Readiness | None) -> list[str]:
    if line.status == LineStatus.FAILED:
        return [" ".join(filter(None, (_(FAILURES[line.result]), line.reason)))]
    if row is None:
        return []
    changed = row.account != line.account or row.due != line.amount
    return [explain(o) for o in row.obstacles] + ([_("It has changed since the file was made.")] if changed else [])


def page(request: HttpRequest, batch: TransferBatch, status: int = 200, **more: Any) -> HttpResponse:
    """A batch with its transfers, and what the person may do with it."""
    lines = _lines_of(batch)
    waits = any(shown.line.status == LineStatus.WAITING for shown in lines)
    is_approved = batch.status == BatchStatus.APPROVED
    context = {
        "batch": batch,
        "lines": lines,
        "total": sum(shown.line.amount for shown in lines),
        "is_made": batch.status == BatchStatus.MADE,
        "is_approved": is_approved,
        "can_approve": batch.status == BatchStatus.MADE and batch.made_by_id != me(request).pk,
        "can_return": batch.status != BatchStatus.RETURNED
        and all(shown.line.status == LineStatus.WAITING for shown in lines),
        "can_answer": is_approved and batch.fetched_at is not None,
        "waits": waits,
        "results_form": ResultsForm(),
        "executed_form": ExecutedForm(initial={"paid_on": batch.day}),
        "reason_form": ReasonForm(),
        **more,
    }
    return render(request, "firm/transfer.html", context, status=status)


def _act(request: HttpRequest, number: int, write: Callable[[TransferBatch], object], done: str) -> HttpResponse:
    batch = batch_at(request, number)
    try:
        write(batch)
    except DomainError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, done)
    return redirect("firm:transfer", number)


@for_approvers
@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    return _act(
        request, number, lambda batch: approve_batch(batch, actor=me(request)),
        _("The batch is approved. Its file can be given to the bank."),
    )  # fmt: skip


@for_approvers
@require_POST
def file(request: HttpRequest, number: int) -> HttpResponse:
    """The file for the bank. A POST, since each fetching is written down."""
    batch = batch_at(request, number)
    try:
        data = fetch_file(batch, actor=me(request))
    except DomainError as error:
        messages.error(request, said(error))
        return redirect("firm:transfer", number)
    name = f"transfers-{batch.number}-{batch.day:%Y%m%d}.txt"
    return HttpResponse(
        data, content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


@for_approvers
@require_POST
def send_back(request: HttpRequest, number: int) -> HttpResponse:
    batch, form = batch_at(request, number), ReasonForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            return_batch(batch, actor=me(request), reason=form.cleaned_data["reason"])
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The batch is taken back. Its settlements can be paid anew."))
            return redirect("firm:transfer", number)
    return page(request, batch, status, reason_form=form, form=form)


def _told(request: HttpRequest, taken: Taken) -> None:
    """What the bank's word changed."""
    if not taken.executed and not taken.failed:
        messages.success(request, _("The file says nothing new: nothing has changed."))
        return
    paid = ngettext("%(n)s transfer is recorded as paid.", "%(n)s transfers are recorded as paid.", taken.executed)
    failed = ngettext(
        "%(n)s transfer failed and is to be paid again.", "%(n)s transfers failed and are to be paid again.",
        taken.failed,
    )  # fmt: skip
    parts = [(paid, taken.executed), (failed, taken.failed)]
    messages.success(request, " ".join(text % {"n": count} for text, count in parts if count))


def _in_words(problem: Problem) -> str:
    text = _(problem.message) % problem.params if problem.params else _(problem.message)
    return f"{_(problem.what)}: {text}" if problem.what else text


@for_approvers
@require_POST
def results(request: HttpRequest, number: int) -> HttpResponse:
    """Take the bank's file; what is wrong with it is said line by line, and then nothing has changed."""
    batch, form = batch_at(request, number), ResultsForm(request.POST, request.FILES)
    status, problems = 400, []
    if form.is_valid():
        try:
            taken = import_results(batch, form.cleaned_data["file"].read(), actor=me(request))
        except ResultsRefused as error:
            status = refused(form, error)
            problems = [(problem.line, _in_words(problem)) for problem in error.problems]
        except DomainError as error:
            status = refused(form, error)
        else:
            _told(request, taken)
            return redirect("firm:transfer", number)
    return page(request, batch, status, results_form=form, form=form, problems=problems)


@for_approvers
@require_POST
def executed(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that waits was executed, on one day."""
    batch, form = batch_at(request, number), ExecutedForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            taken = record_executed(batch, paid_on=form.cleaned_data["paid_on"], actor=me(request))
        except DomainError as error:
            status = refused(form, error)
        else:
            _told(request, taken)
            return redirect("firm:transfer", number)
    return page(request, batch, status, executed_form=form, form=form)
