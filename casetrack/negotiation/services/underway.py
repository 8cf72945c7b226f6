"""What every payment looks at: whose account it goes to, and that no transfer of the case waits for the bank."""

from django.utils.translation import gettext_noop as _

from casetrack.cases.models import Case
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.negotiation.models import TransferLine
from casetrack.negotiation.transfers import LineStatus
from casetrack.people.bank import bank_account_of, normalize_holder
from casetrack.people.models import BankAccount


def live_line(case: Case) -> TransferLine | None:
    """The transfer of the case that waits for the bank."""
    return TransferLine.objects.filter(case=case, status=LineStatus.WAITING).select_related("batch").first()


def require_no_transfer(case: Case) -> None:
    """Raises Conflict while a transfer of the case is under way: it would be paid twice."""
    line = live_line(case)
    if line is not None:
        raise Conflict(_("The case is in transfer batch %(number)s."), number=line.batch.number)


def require_own_name(case: Case, account: BankAccount | None) -> None:
    """The account must be in the victim's own name: the kana of the report against the holder's. Raises Conflict."""
    expected = case.victim.kana or case.victim.name
    if account is not None and normalize_holder(account.holder) != normalize_holder(expected):
        raise Conflict(
            _("The account is in another name: %(holder)s. The customer's name is %(expected)s."),
            holder=account.holder, expected=expected,
        )  # fmt: skip


def check_account(case: Case, note: str) -> None:
    """A payment to an account that is not known to be the victim's own, because it is in another name or because none
    was entered here, needs words on how the firm made sure whose it is. Raises InvalidInput."""
    if note.strip():
        return
    account = bank_account_of(case.victim_user)
    if account is None:
        raise InvalidInput(
            _("The customer has not entered bank details. Write in the note how you made sure whose account it is."),
            field="note",
        )
    try:
        require_own_name(case, account)
    except Conflict as differs:
        message = _(
            "The account is in another name: %(holder)s. The customer's name is %(expected)s. Write in the note how you"
            " made sure whose it is."
        )
        raise InvalidInput(message, field="note", **differs.params) from differs
