"""Who asks."""

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from casetrack.people.models import Role, User


def person(request: Request) -> User:
    """The signed-in user of the request."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def is_mediator(request: Request) -> bool:
    return person(request).role == Role.MEDIATOR


def is_victim(request: Request) -> bool:
    return person(request).role == Role.VICTIM
