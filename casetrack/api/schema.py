"""What the OpenAPI document says about every operation."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from casetrack.api.errors import MEDIA_TYPE

View = TypeVar("View", bound=Callable[..., Any])

REFERENCE = OpenApiParameter("reference", str, "path", description="The case's reference, such as CT-2025-000123-5.")
NUMBER = OpenApiParameter("number", int, "path", description="The number within the case.")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    "header",
    description="The same request with the same key is done once; another request with that key is refused (422).",
)


class FieldProblem(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Where in the body, joined by dots; empty for the body as a whole.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="A sentence for people, in the language of Accept-Language.")
    field = serializers.CharField(required=False)
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]


class RefusalSerializer(ProblemSerializer):
    """The calculator refused the input; `code` is one of its codes."""

    event = serializers.CharField(allow_null=True, help_text="The event at fault, where one can be named.")


def problems(*statuses: int) -> dict[tuple[int, str], type[ProblemSerializer]]:
    return {(status, MEDIA_TYPE): ProblemSerializer for status in statuses}


def reads(
    response: Any, *, tag: str, name: str, parameters: tuple[OpenApiParameter, ...] = (REFERENCE,)
) -> Callable[[View], View]:
    """Describe a GET."""
    described: Callable[[View], View] = extend_schema(
        operation_id=name,
        tags=[tag],
        parameters=list(parameters),
        responses={(200, "application/json"): response, **problems(403, 404)},
    )
    return described


def writes(
    request: Any,
    response: Any,
    *,
    tag: str,
    name: str,
    status: int = 200,
    parameters: tuple[OpenApiParameter, ...] = (REFERENCE,),
) -> Callable[[View], View]:
    """Describe a POST that takes an Idempotency-Key."""
    described: Callable[[View], View] = extend_schema(
        operation_id=name,
        tags=[tag],
        parameters=[*parameters, IDEMPOTENCY_KEY],
        request=request,
        responses={(status, "application/json"): response, **problems(400, 403, 404, 409, 422)},
    )
    return described
