"""Reductions for the customer's own conduct: proposed by an investigator, approved or sent back by an approver."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from casetrack.api.idempotency import write_once
from casetrack.api.people import is_victim, person
from casetrack.api.schema import NUMBER, REFERENCE, reads, writes
from casetrack.api.serializers.offers import RequiredReasonSerializer
from casetrack.api.serializers.reductions import (
    REDUCTIONS,
    FirmReductionSerializer,
    ProposedReductionSerializer,
    VictimReductionSerializer,
    said,
)
from casetrack.api.views.base import ApiList, ApiView
from casetrack.assessment.models import Reduction
from casetrack.assessment.reductions import files_of
from casetrack.assessment.services import approve_reduction, drop_reduction, propose_reduction, return_reduction

ONE = (REFERENCE, NUMBER)
PEOPLE = ("proposed_by__membership", "approved_by__membership")


class ReductionView(ApiView):
    def rows(self) -> QuerySet[Reduction]:
        visible = Reduction.objects.visible_to(person(self.request)).filter(case=self.case())
        related = ("policy",) if is_victim(self.request) else ("policy", *PEOPLE)
        return visible.select_related("case__firm", *related)

    def reduction(self, number: int | str) -> Reduction:
        found = self.rows().filter(number=number).first()
        if found is None:
            raise Http404
        return found

    def answer(self, number: int | str, status: int = 200) -> Response:
        """The reduction as it stands now, for the firm's people, who alone write."""
        found = self.reduction(number)
        return Response(FirmReductionSerializer(found, context={"files": files_of([found])}).data, status=status)

    def write(self, number: int, act: Callable[..., Reduction], body: type[Any] | None = None) -> Response:
        found, actor = self.reduction(number), person(self.request)
        given = self.given(body) if body else {}
        write_once(self.request, lambda: act(found, actor=actor, **given).status)
        return self.answer(number)


class ReductionList(ReductionView, ApiList):
    """A case's reductions; a victim sees those of the runs that came with an approved offer."""

    ordering = ("number",)
    serializer_class = FirmReductionSerializer

    def shape(self) -> Any:
        return VictimReductionSerializer if is_victim(self.request) else FirmReductionSerializer

    @reads(REDUCTIONS, tag="reductions", name="reductions_list")
    def get(self, _request: Request, **_address: str) -> Response:
        page = self.paginate_queryset(self.rows()) or []
        shown = self.shape()(page, many=True, context={"files": files_of(page)})
        return self.get_paginated_response(shown.data)

    @writes(
        ProposedReductionSerializer, FirmReductionSerializer, tag="reductions", name="reductions_propose", status=201
    )
    def post(self, request: Request, reference: str) -> Response:
        """An investigator proposes a reduction. It counts once an approver has approved it."""
        case, given = self.case(), self.given(ProposedReductionSerializer)

        def write() -> str:
            sides = {name: said(given[name], case, field=name) for name in ("customer", "firm")}
            return str(propose_reduction(case, actor=person(request), **{**given, **sides}).number)

        return self.answer(write_once(request, write), status=201)


class ApproveReduction(ReductionView):
    @writes(None, FirmReductionSerializer, tag="reductions", name="reductions_approve", parameters=ONE)
    def post(self, request: Request, reference: str, number: int) -> Response:
        """An approver, never the one who proposed it, approves: runs from now on take it."""
        return self.write(number, approve_reduction)


class ReturnReduction(ReductionView):
    @writes(
        RequiredReasonSerializer, FirmReductionSerializer, tag="reductions", name="reductions_return", parameters=ONE
    )
    def post(self, request: Request, reference: str, number: int) -> Response:
        """An approver sends it back with a reason."""
        return self.write(number, return_reduction, RequiredReasonSerializer)


class DropReduction(ReductionView):
    @writes(RequiredReasonSerializer, FirmReductionSerializer, tag="reductions", name="reductions_drop", parameters=ONE)
    def post(self, request: Request, reference: str, number: int) -> Response:
        """An investigator gives up what waits, an approver what was approved."""
        return self.write(number, drop_reduction, RequiredReasonSerializer)
