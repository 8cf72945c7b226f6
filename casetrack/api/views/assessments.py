from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle

from casetrack.api.errors import MEDIA_TYPE, Problem
from casetrack.api.people import person
from casetrack.api.schema import NUMBER, REFERENCE, RefusalSerializer, problems, reads
from casetrack.api.serializers.assessments import AssessmentDetailSerializer, AssessmentSerializer
from casetrack.api.views.base import ApiList, ApiView
from casetrack.assessment.models import Assessment
from casetrack.assessment.reductions import files_of
from casetrack.calc.loss import Refusal, assess


class AssessmentView(ApiView):
    def rows(self) -> QuerySet[Assessment]:
        visible = Assessment.objects.visible_to(person(self.request)).filter(case=self.case())
        return visible.select_related("policy")


class AssessmentList(AssessmentView, ApiList):
    """The stored runs; a victim sees those that came with an approved offer."""

    ordering = ("number",)
    serializer_class = AssessmentSerializer

    @reads(AssessmentSerializer(many=True), tag="assessments", name="assessments_list")
    def get(self, _request: Request, **_address: str) -> Response:
        return self.page()


class AssessmentDetail(AssessmentView):
    @reads(AssessmentDetailSerializer, tag="assessments", name="assessments_retrieve", parameters=(REFERENCE, NUMBER))
    def get(self, _request: Request, reference: str, number: int) -> Response:
        """One run with the input and the result of each account, and the grounds of its reduction."""
        rows = self.rows().select_related("reduced_by").prefetch_related("accounts__incident")
        run = rows.filter(number=number).first()
        if run is None:
            raise Http404
        files = files_of([run.reduced_by] if run.reduced_by else [])
        return Response(AssessmentDetailSerializer(run, context={"files": files}).data)


class PreviewThrottle(UserRateThrottle):
    scope = "preview"
    rate = "60/min"


class Preview(ApiView):
    throttle_classes = [PreviewThrottle]

    @extend_schema(
        operation_id="assessments_preview",
        tags=["assessments"],
        request=OpenApiTypes.OBJECT,
        responses={
            200: OpenApiTypes.OBJECT,
            (422, MEDIA_TYPE): RefusalSerializer,
            **problems(400, 403, 413, 429),
        },
    )
    def post(self, request: Request) -> Response:
        """Run the calculator of docs/assessment.md over an input of one's own. Nothing is stored."""
        document: Any = request.data
        try:
            return Response(assess(document))
        except Refusal as refusal:
            raise Problem(422, refusal.code, refusal.message, event=refusal.event) from refusal
