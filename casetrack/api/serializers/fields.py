from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from casetrack.lib.money import plain


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "14009500"})
class ExactDecimal(serializers.Field[Decimal, Any, str, Any]):
    """A number as a decimal string without exponent or trailing zeros, as the calculator writes it. Read-only."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Decimal) -> str:
        return plain(value)


class Yen(serializers.DecimalField):
    """Whole yen, given as a decimal string."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=20, decimal_places=0, **options)


@extend_schema_field(OpenApiTypes.OBJECT)
class Document(serializers.JSONField):
    """An object passed on as it stands."""
