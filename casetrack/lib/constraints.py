"""Database constraints that every model repeats, written once."""

from collections.abc import Iterable

from django.db.models import CheckConstraint, F, Q


def one_of(field: str, values: Iterable[str], name: str) -> CheckConstraint:
    return CheckConstraint(condition=Q(**{f"{field}__in": list(values)}), name=name)


def not_negative(field: str, name: str) -> CheckConstraint:
    return CheckConstraint(condition=Q(**{f"{field}__gte": 0}), name=name)


def period(start: str, end: str, name: str) -> CheckConstraint:
    """`end` is open (null) or not before `start`."""
    return CheckConstraint(condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)}), name=name)
