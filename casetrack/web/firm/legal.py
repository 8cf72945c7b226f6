"""The legal basis of a payment, and the fields of an accident report."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casetrack.cases import permissions
from casetrack.cases.models import Case
from casetrack.cases.workflow import APPROVER, INVESTIGATOR
from casetrack.evidence.models import EvidenceFile
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.lib.files import csv_text
from casetrack.mediation.services import settled_mediation
from casetrack.negotiation.accident_report import facts_of
from casetrack.negotiation.bases import SOURCES, Basis, limit_on
from casetrack.negotiation.models import BasisStatus, LegalBasis, Settlement
from casetrack.negotiation.services import check_legal_basis, record_legal_basis, return_legal_basis
from casetrack.negotiation.services.legal import basis_of
from casetrack.web.downloads import csv_response
from casetrack.web.errors import explain
from casetrack.web.firm.doors import firm_case, for_staff, me, posted, refused
from casetrack.web.firm.forms import ReasonForm
from casetrack.web.firm.settlements import kept_back, settlement_of
from casetrack.web.formats import yen
from casetrack.web.forms.fields import ChoiceField, DateField3, LongTextField, SelectField, TextField


class LegalBasisForm(forms.Form):
    """Which basis, and the paper that shows it; a file of the case may be named as that paper."""

    kind = ChoiceField(
        label=gettext_lazy("On what legal basis does the firm pay?"), name=gettext_lazy("the legal basis"),
        choices=Basis.choices,
    )  # fmt: skip
    reference = TextField(
        label=gettext_lazy("Number or paper"), name=gettext_lazy("the number or the paper"), max_length=120,
        help_text=gettext_lazy("Number of the confirmation, court and number of the case, or the firm's own decision."),
    )  # fmt: skip
    decided_on = DateField3(label=gettext_lazy("Decided on"), name=gettext_lazy("the day"), not_future=True)
    note = LongTextField(label=gettext_lazy("Note"), required=False, max_length=2000, rows=3)

    field_order = ("kind", "reference", "decided_on", "evidence", "note")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = yen(limit_on(clock.tokyo_date(clock.now())))
        self.fields["kind"].widget.hints = {
            Basis.CONFIRMED_JSDA: _("Up to %(limit)s.") % {"limit": limit},
            Basis.CONFIRMED_BUREAU: _("Above %(limit)s.") % {"limit": limit},
        }
        self.papers = {str(f.key): f for f in EvidenceFile.objects.filter(case=case, is_removed=False).order_by("pk")}
        if self.papers:
            choices = [("", _("None")), *((key, file.name) for key, file in self.papers.items())]
            self.fields["evidence"] = SelectField(
                label=_("The paper among the files"), name=_("the file"), required=False, choices=lambda: choices
            )
        self.order_fields(self.field_order)

    @property
    def file(self) -> EvidenceFile | None:
        return self.papers.get(self.cleaned_data.get("evidence") or "")


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def legal_basis(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What is recorded, and the form where nothing is."""
    case = firm_case(request, reference)
    settlement = settlement_of(case, number)
    role = permissions.role_in(me(request), case)
    live, is_paid = basis_of(settlement), settlement.payments.live().exists()
    outgrown = kept_back(settlement)
    may_record = role in (INVESTIGATOR, APPROVER) and (live is None or bool(outgrown)) and not is_paid
    first = settled_basis(case, settlement)
    form = LegalBasisForm(posted(request), case=case, initial=first) if may_record or request.method == "POST" else None
    status = 400 if request.method == "POST" else 200
    if form is not None and form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            record_legal_basis(
                settlement, kind=given["kind"], reference=given["reference"], decided_on=given["decided_on"],
                note=given["note"] or "", evidence=form.file, actor=me(request),
            )  # fmt: skip
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The legal basis is recorded. Another person, an approver, must check it."))
            return redirect("firm:legal-basis", case.reference, number)
    context = {
        "case": case,
        "settlement": settlement,
        "form": form,
        "is_mediated": bool(first),
        "bases": _bases(settlement),
        "live": live,
        "kept_back": outgrown,
        "source": SOURCES[live.kind] if live else "",
        "can_check": _waits_for(live, role, request),
        "waits_for_another": live is not None and live.status == BasisStatus.RECORDED
        and live.recorded_by_id == me(request).pk,
        "can_pay": role == APPROVER and live is not None and live.status == BasisStatus.CHECKED
        and not is_paid and not outgrown,
        "facts": facts_of(settlement, live),
    }  # fmt: skip
    return render(request, "firm/legal_basis.html", context, status=status)


def settled_basis(case: Case, settlement: Settlement) -> dict[str, Any]:
    """The form's first values where a designated body mediated just this settlement; empty otherwise."""
    mediation = settled_mediation(case)
    if mediation is None or mediation.amount != settlement.amount or settlement.offer.settles:
        return {}
    reference = f"{mediation.body} {mediation.file_number}".strip()
    return {
        "kind": Basis.DESIGNATED_ADR,
        "reference": reference[:120],
        "decided_on": clock.tokyo_date(mediation.ended_at or settlement.agreed_at),
    }


def _bases(settlement: Settlement) -> list[LegalBasis]:
    people = ("recorded_by__membership", "checked_by__membership", "evidence")
    return list(settlement.legal_bases.select_related(*people).order_by("-pk"))


def _waits_for(live: LegalBasis | None, role: str, request: HttpRequest) -> bool:
    if live is None or live.status != BasisStatus.RECORDED:
        return False
    return role == APPROVER and live.recorded_by_id != me(request).pk


def _live(case: Case, number: int) -> LegalBasis:
    return get_object_or_404(LegalBasis.objects.select_related("settlement__case"), pk=getattr(
        basis_of(settlement_of(case, number)), "pk", None
    ))  # fmt: skip


@for_staff
@require_POST
def check(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    case = firm_case(request, reference)
    try:
        check_legal_basis(_live(case, number), actor=me(request))
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("The legal basis is checked. The payment may be made."))
    return redirect("firm:legal-basis", case.reference, number)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The second person returns it with a reason."""
    case = firm_case(request, reference)
    found = _live(case, number)
    if request.method != "POST" and not _waits_for(found, permissions.role_in(me(request), case), request):
        raise Http404
    form = ReasonForm(posted(request), help_text=_("The person who recorded it reads it."))
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            return_legal_basis(found, actor=me(request), reason=form.cleaned_data["reason"])
        except DomainError as error:
            status = refused(form, error)
        else:
            messages.success(request, _("The legal basis is returned."))
            return redirect("firm:legal-basis", case.reference, number)
    context = {"case": case, "form": form, "action": {"label": _("Return the legal basis")}, "is_warning": True}
    return render(request, "firm/action.html", context, status=status)


@for_staff
@require_safe
def accident_report(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The fields of an accident report as CSV: a name and a value in each line, UTF-8 with a byte order mark."""
    case = firm_case(request, reference)
    settlement = settlement_of(case, number)
    rows = [(_("Field"), _("Value")), *facts_of(settlement, basis_of(settlement))]
    return csv_response(f"accident-report-{case.reference}.csv", csv_text(rows))
