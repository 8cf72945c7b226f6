"""Restoration in kind: what a settlement moves besides money, instructed by one person and confirmed by another."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.cases.events import write_event
from casetrack.cases.models import CompromisedAccount
from casetrack.cases.permissions import require, require_second_person
from casetrack.cases.services.status import lock
from casetrack.cases.workflow import APPROVER, INVESTIGATOR
from casetrack.lib import clock
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.lib.money import plain
from casetrack.negotiation.models import RestorationInstruction, Settlement
from casetrack.negotiation.proposal import Move, moves_of
from casetrack.negotiation.restoration import Custody
from casetrack.negotiation.services.agreeing import require_final
from casetrack.negotiation.services.legal import require_legal_basis
from casetrack.people.models import User


@dataclass(frozen=True)
class Item(Move):
    """A security that the settlement moves, and the instruction for it if there is one."""

    instruction: RestorationInstruction | None

    @property
    def is_done(self) -> bool:
        return self.instruction is not None and self.instruction.done_on is not None


def items_of(settlement: Settlement) -> list[Item]:
    """What the terms move besides money, by security code. One query, none where it is money alone."""
    moves = moves_of(settlement.terms.get("in_kind"))
    people = ("instructed_by__membership", "done_by__membership", "incident")
    rows = settlement.restorations.select_related(*people) if moves else ()
    found = {row.security: row for row in rows}
    return [Item(move.security, move.quantity, found.get(move.security)) for move in moves]


def require_restored(settlement: Settlement) -> None:
    """Raises Conflict while shares of the settlement have not been moved."""
    moved = {row.security for row in settlement.restorations.all() if row.done_on is not None}
    if {move.security for move in moves_of(settlement.terms.get("in_kind"))} - moved:
        raise Conflict(_("Shares are part of the settlement: they must be moved before the payment is recorded."))


@transaction.atomic
def instruct_restoration(
    settlement: Settlement, security: str, *, incident: CompromisedAccount, custody: str, lot: str, actor: User
) -> RestorationInstruction:
    """Instruct the back office to move one security of a settlement that nobody can take back any more.

    Raises NotAllowed, Conflict (not final, no checked legal basis, instructed already), InvalidInput (not of the
    terms, an account of another case, `custody`, `lot`).
    """
    case = lock(settlement.case)
    require(actor, case, INVESTIGATOR)
    item = next((row for row in items_of(settlement) if row.security == security), None)
    if item is None:
        raise InvalidInput(_("The settlement does not move this security."))
    if item.instruction is not None:
        raise Conflict(_("This is instructed already."))
    require_final(settlement)
    require_legal_basis(settlement)
    if incident.case_id != case.pk:
        raise InvalidInput(_("Choose an account of this case."), field="incident")
    if custody not in Custody.values:
        raise InvalidInput(_("Choose the kind of account."), field="custody")
    if not lot.strip():
        raise InvalidInput(_("Enter the day and price of acquisition."), field="lot")
    made = RestorationInstruction.objects.create(
        case=case,
        settlement=settlement,
        security=security,
        quantity=item.quantity,
        incident=incident,
        custody=custody,
        lot=lot.strip(),
        instructed_by=actor,
        instructed_at=clock.now(),
    )
    _write(made, "instructed", actor, is_public=False)
    return made


@transaction.atomic
def confirm_restoration(
    instruction: RestorationInstruction, *, done_on: dt.date, actor: User
) -> RestorationInstruction:
    """Another person confirms that the security was moved, on which day (Tokyo); the customer is told.

    Raises NotAllowed (not an approver, the one who instructed it), Conflict (confirmed already), InvalidInput (a day
    before the instruction or in the future).
    """
    case = lock(instruction.case)
    require(actor, case, APPROVER)
    instruction.refresh_from_db()
    require_second_person(actor, instruction.instructed_by_id)
    if instruction.done_on is not None:
        raise Conflict(_("This is confirmed already."))
    if not clock.tokyo_date(instruction.instructed_at) <= done_on <= clock.tokyo_date(clock.now()):
        raise InvalidInput(_("Enter a day between the instruction and today."), field="done_on")
    instruction.done_on, instruction.done_by, instruction.done_at = done_on, actor, clock.now()
    instruction.save(update_fields=["done_on", "done_by", "done_at"])
    _write(instruction, "done", actor)
    return instruction


def _write(instruction: RestorationInstruction, what: str, actor: User, *, is_public: bool = True) -> None:
    data = {"security": instruction.security, "quantity": plain(instruction.quantity)}
    write_event(instruction.case, f"negotiation.restoration_{what}", actor=actor, is_public=is_public, data=data)
