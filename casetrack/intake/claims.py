"""Codes by which somebody takes over a case that the firm opened for them: read out on the telephone, or by post."""

import datetime as dt
import secrets
import unicodedata
import uuid

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import Case
from casetrack.cases.permissions import CASEWORKERS, require
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import ENDED, Status
from casetrack.intake.calls import Identified
from casetrack.intake.models import ClaimChannel, ClaimCode
from casetrack.lib import clock, references
from casetrack.lib.crypto import keyed_hash
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.people.bank import cool_off_again
from casetrack.people.models import Role, User, Victim
from casetrack.people.services import once

# Crockford's base 32: no I, L, O and U, which are misheard and misread. 12 places are 60 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PLACES, GROUP = 12, 4
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
MOST_ATTEMPTS = 5
LASTS = {ClaimChannel.TELEPHONE: dt.timedelta(days=3), ClaimChannel.POST: dt.timedelta(days=30)}


def _index(reference: str, code: str) -> str:
    return keyed_hash(f"claim\0{reference}\0{code}")


def _code(case: Case, channel: str, key: uuid.UUID | None) -> str:
    """A code that nobody guesses. The same key makes the same one, which only this machine can do."""
    if key is None:
        return "".join(secrets.choice(ALPHABET) for _place in range(PLACES))
    number, code = int(keyed_hash(f"claim code\0{case.reference}\0{channel}\0{key}"), 16), ""
    for _place in range(PLACES):
        number, place = divmod(number, len(ALPHABET))
        code += ALPHABET[place]
    return code


def normalize_code(code: str) -> str:
    """What was typed, as the code has it: full-width and lower case understood, spaces and hyphens dropped."""
    text = unicodedata.normalize("NFKC", code).upper().translate(MISREAD)
    return "".join(character for character in text if character in ALPHABET)


def open_code(case: Case) -> ClaimCode | None:
    """The code that still leads to the case, if there is one."""
    return ClaimCode.objects.filter(case=case, ended_at=None, expires_at__gt=clock.now()).first()


@transaction.atomic
def issue_code(case: Case, channel: str, *, actor: User, key: uuid.UUID | None = None) -> str:
    """A new code for a case that nobody has taken over, in groups of four; any earlier one ends. It is kept only as a
    keyed hash: this is the one time that it can be read. Asked for with the same key again, it is the same code.

    Raises NotAllowed (not one of the firm's caseworkers), Conflict (taken over already, or ended; or the code of this
    key no longer holds), InvalidInput (also by telephone to somebody of whom the firm is not sure).
    """
    lock(case)
    require(actor, case, *CASEWORKERS)
    if channel not in ClaimChannel.values:
        raise InvalidInput(_("Choose how the code is handed over."), field="channel")
    if case.victim_user_id is not None:
        raise Conflict(_("The customer has taken this case over already."))
    if case.status in ENDED:
        raise Conflict(_("This case has ended. Reopen it before somebody takes it over."))
    if channel == ClaimChannel.TELEPHONE and case.report.get("call") == Identified.NOT_YET:
        raise InvalidInput(
            _("Nobody has made sure who called. Send the code by post to the registered address."), field="channel"
        )
    code = _code(case, channel, key)
    if not _is_made(case, code):
        now = clock.now()
        ClaimCode.objects.filter(case=case, ended_at=None).update(ended_at=now)
        ClaimCode.objects.create(
            case=case,
            code_index=_index(case.reference, code),
            channel=channel,
            issued_by=actor,
            issued_at=now,
            expires_at=now + LASTS[ClaimChannel(channel)],
        )
        write_event(case, "cases.claim_code_issued", actor=actor, is_public=False, data={"channel": channel})
    return "-".join(code[place : place + GROUP] for place in range(0, PLACES, GROUP))


def _is_made(case: Case, code: str) -> bool:
    made = ClaimCode.objects.filter(case=case, code_index=_index(case.reference, code)).first()
    if made is not None and (made.ended_at or made.expires_at <= clock.now()):
        raise Conflict(_("That code no longer holds. Open this page again to make another."))
    return made is not None


def claim_case(reference: str, code: str, *, actor: User, key: uuid.UUID | None) -> Case:
    """Take over the case of a reference with its code: from now on the actor is its victim.

    One answer for every failure (no such case, no code, a wrong one, one that has ended), so that nothing is learned by
    trying; after MOST_ATTEMPTS wrong ones the code ends. Raises NotAllowed (not a victim's log-in), InvalidInput.
    """
    if actor.role != Role.VICTIM:
        raise NotAllowed(_("Only the owner of an account takes a case over."))
    reference, code = references.normalize(reference), normalize_code(code)
    if key is not None:  # another code on the same page is another try
        key = uuid.UUID(keyed_hash(f"claim\0{key}\0{reference}\0{code}"))
    taken = once(actor, key, "intake.claim", lambda: _try(reference, code, actor))
    if not taken:
        raise InvalidInput(
            _("Reference and code do not fit together. Check both, or ask the firm for a new code."), field="code"
        )
    return Case.objects.visible_to(actor).select_related("firm").get(reference=reference)


@transaction.atomic
def _try(reference: str, code: str, actor: User) -> str:
    """The reference if the case was taken over, else "". A wrong code counts, whatever the caller then raises."""
    with system_scope():
        found = ClaimCode.objects.select_related("case").filter(
            case__reference=reference, ended_at=None, expires_at__gt=clock.now()
        )
        there = found.first()
        if there is None:
            return ""
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        case = lock(there.case)  # before the code, as everybody does who makes one
        row = found.select_for_update(of=("self",)).first()
        if row is None:
            return ""
        if not secrets.compare_digest(row.code_index, _index(reference, code)):
            row.attempts += 1
            row.ended_at = clock.now() if row.attempts >= MOST_ATTEMPTS else None
            row.save(update_fields=["attempts", "ended_at"])
            return ""
        if case.victim_user_id is not None:
            return ""
        row.ended_at, row.used_by = clock.now(), actor
        row.save(update_fields=["ended_at", "used_by"])
        case.victim_user = actor
        case.save(update_fields=["victim_user"])
        # Who has no profile yet takes over the one that the firm made. Otherwise the case keeps the firm's record.
        if case.victim.user_id is None and not Victim.objects.of_user(actor).exists():
            Victim.objects.filter(pk=case.victim_id).update(user=actor)
        if case.status == Status.AGREED:  # a stolen code must not divert what the firm is about to pay
            cool_off_again(actor)
        write_event(case, "cases.claimed", actor=actor)
        return reference
