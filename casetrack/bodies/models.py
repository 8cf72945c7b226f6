"""Outside bodies that mediate between victims and firms, such as FINMAC, and the people who work there."""

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import get_language

from casetrack.people.models import Role, User


class BodyQuerySet(models.QuerySet["Body"]):
    def taking(self) -> "BodyQuerySet":
        """Those to which a case can be handed: active, with somebody who can read it."""
        people = BodyMembership.objects.filter(body=OuterRef("pk"), is_active=True, user__is_active=True)
        return self.filter(Exists(people), is_active=True)


class Body(models.Model):
    """A mediation body. `telephone` is where anybody may ask it something."""

    code = models.CharField(max_length=20, unique=True)
    name_ja = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    telephone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)

    objects = BodyQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[A-Z][A-Z0-9]{1,19}$"), name="bodies_body_code")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_ja


class BodyMembership(models.Model):
    """A mediator's place at a body: one body at a time."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="body_membership")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="memberships")
    display_name = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.display_name or self.user.email


def body_membership_of(user: User) -> BodyMembership | None:
    """The active membership at an active body, or None. The user object keeps it for the length of a request."""
    if user.role != Role.MEDIATOR:
        return None
    place: BodyMembership | None = getattr(user, "body_membership", None)
    return place if place and place.is_active and place.body.is_active else None


def body_of(user: User) -> Body | None:
    """The body at which a mediator works, or None."""
    place = body_membership_of(user)
    return place.body if place else None
