"""Writes that concern mediation bodies and their people."""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.bodies.models import Body, BodyMembership
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.people.models import Language, Role, User
from casetrack.people.services import add_person


@transaction.atomic
def add_body(code: str, *, name_ja: str, name_en: str, actor: User, telephone: str = "") -> Body:
    """A body to which cases can be handed once it has a mediator. Raises Conflict (the code is taken), InvalidInput."""
    if not code.isascii() or not code.isalnum() or not code[:1].isalpha() or code != code.upper() or len(code) < 2:
        raise InvalidInput(_("A body's code is 2 to 20 capital letters and digits, a letter first."), field="code")
    if Body.objects.filter(code=code).exists():
        raise Conflict(_("There is a body with the code %(code)s already."), code=code)
    body = Body.objects.create(code=code, name_ja=name_ja, name_en=name_en, telephone=telephone)
    record(chain=PLATFORM, action="bodies.added", actor=actor, subject=code)
    return body


@transaction.atomic
def add_mediator(
    email: str, body_code: str, *, actor: User, display_name: str = "", language: str = Language.JA
) -> BodyMembership:
    """A log-in for one of a body's people; an e-mail tells its owner.

    Raises InvalidInput (no such body, no e-mail address), Conflict (the address has a log-in already).
    """
    body = Body.objects.filter(code=body_code, is_active=True).first()
    if body is None:
        raise InvalidInput(_("There is no body with the code %(code)s."), field="body", code=body_code)
    user = add_person(email, role=Role.MEDIATOR, language=language)
    place = BodyMembership.objects.create(user=user, body=body, display_name=display_name.strip())
    record(
        chain=PLATFORM, action="bodies.mediator_added", actor=actor, subject=f"user:{user.pk}",
        data={"body": body.code},
    )  # fmt: skip
    return place
