"""Errors that people may read. They carry a message id and parameters and know no Django: the front ends translate."""

from typing import Any


class DomainError(Exception):
    """Something that the rules do not allow, said in a sentence fit to show a victim.

    `message` is an English message id of the catalogue with %(name)s places, `params` fills them,
    `field` names the input it concerns (or is empty), `code` is stable for programs.
    """

    code = "refused"

    def __init__(self, message: str, *, field: str = "", **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params = params
        self.field = field

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class NotAllowed(DomainError):
    """The actor sees the object but may not do this (403)."""

    code = "not_allowed"


class IllegalTransition(DomainError):
    """The action does not lead from the present status (409)."""

    code = "illegal_transition"


class Conflict(DomainError):
    """Somebody else was faster, or what was shown is no longer so (409)."""

    code = "conflict"


class InvalidInput(DomainError):
    """A value that cannot be accepted (400)."""

    code = "invalid"


class Unlinkable(DomainError):
    """Two things that do not belong together."""

    code = "unlinkable"
