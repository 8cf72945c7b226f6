from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from casetrack.api.idempotency import write_once
from casetrack.api.people import is_victim, person
from casetrack.api.schema import REFERENCE, reads, writes
from casetrack.api.serializers.cases import (
    BY_PROGRAM,
    CASE,
    CASES,
    CaseSerializer,
    EventSerializer,
    FirmCaseSerializer,
    ReasonSerializer,
    VictimCaseSerializer,
)
from casetrack.api.views.base import ApiList, ApiView
from casetrack.cases.models import Case, Event
from casetrack.cases.services import perform
from casetrack.cases.workflow import ACTIONS, Status
from casetrack.mediation.models import Mediation
from casetrack.mediation.services import close_case, decline_case, withdraw_case

STATUS = OpenApiParameter("status", str, "query", enum=Status.values, description="Only cases at this status.")
# What performs the actions of BY_PROGRAM.
SERVICES: dict[str, Callable[..., Case]] = {
    "close": close_case,
    "decline": decline_case,
    "withdraw": withdraw_case,
}
ACTION = OpenApiParameter(
    "action",
    str,
    "path",
    enum=[action.name for action in ACTIONS.values() if not action.service or action.name in BY_PROGRAM],
)


def _whole(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With all that a case's serializers read."""
    whole = cases.select_related("firm", "victim", "assigned_to__membership").prefetch_related("incidents")
    return whole.annotate(is_mediated=Exists(Mediation.objects.live().filter(case=OuterRef("pk"))))


class CaseView(ApiView):
    def answer(self, reference: str) -> Response:
        """The case as it stands now, for whoever asks."""
        case = _whole(self.cases()).get(reference=reference)
        shape = VictimCaseSerializer if is_victim(self.request) else FirmCaseSerializer
        return Response(shape(case, context=self.facts()).data)


class CaseList(ApiList):
    """The cases that the signed-in person may see, newest first."""

    ordering = ("-opened_at", "-id")
    serializer_class = CaseSerializer

    def shape(self) -> Any:
        return VictimCaseSerializer if is_victim(self.request) else FirmCaseSerializer

    def rows(self) -> QuerySet[Case]:
        cases = _whole(self.cases())
        status = self.request.query_params.get("status")
        if status is None:
            return cases
        if status not in Status.values:
            raise ValidationError({"status": [f"{status!r} is none of {', '.join(Status.values)}."]})
        return cases.filter(status=status)

    @reads(CASES, tag="cases", name="cases_list", parameters=(STATUS,))
    def get(self, _request: Request, **_address: str) -> Response:
        return self.page()


class CaseDetail(CaseView):
    @reads(CASE, tag="cases", name="cases_retrieve")
    def get(self, _request: Request, reference: str) -> Response:
        """One case."""
        return self.answer(self.case().reference)


class CaseAction(CaseView):
    @writes(ReasonSerializer, CASE, tag="cases", name="cases_perform", parameters=(REFERENCE, ACTION))
    def post(self, request: Request, reference: str, action: str) -> Response:
        """Perform an action of the workflow. `actions` of a case lists what is possible now."""
        case = self.case()
        if action not in ACTIONS:
            raise Http404
        given = self.given(ReasonSerializer)
        act = SERVICES.get(action, partial(perform, action=action))
        write_once(request, lambda: act(case, actor=person(request), reason=given["reason"]).status)
        return self.answer(reference)


class Timeline(ApiList):
    """What happened in the case, in order."""

    ordering = ("at", "id")
    serializer_class = EventSerializer

    def rows(self) -> QuerySet[Event]:
        events = self.case().events.all()
        return events.filter(is_public=True) if is_victim(self.request) else events

    @reads(EventSerializer(many=True), tag="cases", name="timeline_list")
    def get(self, _request: Request, **_address: str) -> Response:
        return self.page()
