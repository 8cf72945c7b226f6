from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework.request import Request
from rest_framework.response import Response

from casetrack.api.idempotency import write_once
from casetrack.api.people import is_victim, person
from casetrack.api.schema import reads, writes
from casetrack.api.serializers.executions import (
    AnswersSerializer,
    ChangedSerializer,
    DecisionSerializer,
    ExecutionSerializer,
    FirmExecutionSerializer,
)
from casetrack.api.views.base import ApiList, ApiView
from casetrack.cases.models import Access, ExecutionAnswer
from casetrack.cases.services import answer_executions, decide_executions
from casetrack.ledger.models import Execution


class ExecutionList(ApiList):
    """The ledgers of the case's confirmed accounts, in the order of a replay."""

    ordering = ("executed_at", "place", "id")
    serializer_class = FirmExecutionSerializer

    def shape(self) -> Any:
        return ExecutionSerializer if is_victim(self.request) else FirmExecutionSerializer

    def rows(self) -> QuerySet[Execution]:
        case = self.case()
        accounts = case.incidents.filter(access=Access.CONFIRMED).values("account")
        answers = ExecutionAnswer.objects.filter(case=case, execution=OuterRef("pk"))
        executions = Execution.objects.filter(account__in=accounts).select_related("account")
        return executions.annotate(answer=Subquery(answers.values("answer")[:1]))

    @reads(FirmExecutionSerializer(many=True), tag="executions", name="executions_list")
    def get(self, _request: Request, **_address: str) -> Response:
        return self.page()


class DecideExecutions(ApiView):
    @writes(DecisionSerializer, ChangedSerializer, tag="executions", name="executions_decide")
    def post(self, request: Request, **_address: str) -> Response:
        """The firm decides what executions were."""
        case, given = self.case(), self.given(DecisionSerializer)

        def write() -> str:
            decisions = dict.fromkeys(given["executions"], given["attribution"])
            return str(decide_executions(case, decisions, actor=person(request), reason=given["reason"]))

        return Response({"changed": int(write_once(request, write))})


class AnswerExecutions(ApiView):
    @writes(AnswersSerializer, ChangedSerializer, tag="executions", name="executions_answer")
    def post(self, request: Request, **_address: str) -> Response:
        """The victim answers "Was this you?"."""
        case, given = self.case(), self.given(AnswersSerializer)
        answers = {row["execution"]: row["answer"] for row in given["answers"]}
        changed = write_once(request, lambda: str(answer_executions(case, answers, actor=person(request))))
        return Response({"changed": int(changed)})
