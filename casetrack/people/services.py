"""Writes that concern people, and writing once."""

import uuid
from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.people.models import IdempotentWrite, Language, Role, User


@transaction.atomic
def add_person(email: str, *, role: str, language: str = Language.JA) -> User:
    """A log-in without a password: its owner sets one by "forgot password", whose code also proves the address.

    The caller writes the audit entry. Raises InvalidInput (no e-mail address), Conflict (it has a log-in already).
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidInput(_("%(email)s is not an e-mail address."), field="email", email=email) from None
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict(_("%(email)s has a log-in already."), email=email)
    user = User.objects.create_user(email, None, role=role, language=language)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    return user


@transaction.atomic
def add_regulator(email: str, *, actor: User, language: str = Language.JA) -> User:
    """A regulator's log-in; an e-mail tells its owner. Raises as `add_person`."""
    user = add_person(email, role=Role.REGULATOR, language=language)
    record(chain=PLATFORM, action="people.regulator_added", actor=actor, subject=f"user:{user.pk}")
    return user


def once(actor: User, key: uuid.UUID | None, action: str, write: Callable[[], str]) -> str:
    """Run `write` unless it was already done under (actor, key, action); give its result string either way.

    Two at the same time: the second waits for the first's transaction and then gets its result. Without a key the
    write runs as it is.
    """
    if key is None:
        return write()
    with transaction.atomic():
        _row, created = IdempotentWrite.objects.get_or_create(user=actor, key=key, action=action)
        row = IdempotentWrite.objects.select_for_update().get(user=actor, key=key, action=action)
        if not created:
            return row.result
        row.result = write()
        row.save(update_fields=["result"])
        return row.result
