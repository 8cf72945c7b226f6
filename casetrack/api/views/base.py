"""What all views of the API share."""

from typing import Any

from django.http import Http404
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import JSONParser
from rest_framework.response import Response

from casetrack.api.people import is_mediator, is_victim, person
from casetrack.cases.models import Case
from casetrack.cases.querysets import CaseQuerySet
from casetrack.lib import clock, references


class ApiView(GenericAPIView[Any]):
    parser_classes = [JSONParser]

    def cases(self) -> CaseQuerySet:
        """The cases of the two sides. Mediators work from their desk, not by programs: here there are none for them."""
        visible: CaseQuerySet = Case.objects.visible_to(person(self.request))
        return visible.none() if is_mediator(self.request) else visible

    def case(self) -> Case:
        """The case of the address. One that the person may not see does not exist."""
        reference: str = self.kwargs["reference"]
        visible = self.cases().select_related("firm")
        case = visible.filter(reference=reference).first() if references.is_valid(reference) else None
        if case is None:
            raise Http404
        return case

    def given(self, serializer: type[Any]) -> dict[str, Any]:
        """The checked body."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        values: dict[str, Any] = checked.validated_data
        return values

    def facts(self) -> dict[str, Any]:
        """What serializers need to know: who reads, and when."""
        return {"user": person(self.request), "is_victim": is_victim(self.request), "now": clock.now()}


class ApiList(ApiView):
    """A list by pages of the cursor. A subclass says `rows` and `serializer_class` (or `shape`)."""

    ordering: tuple[str, ...] = ("-id",)

    def rows(self) -> Any:
        raise NotImplementedError

    def shape(self) -> Any:
        return self.get_serializer_class()

    def page(self) -> Response:
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.shape()(page, many=True, context=self.facts()).data)
