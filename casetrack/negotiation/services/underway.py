"""A transfer that waits for the bank: meanwhile nothing else of its case is paid."""

from django.utils.translation import gettext_noop as _

from casetrack.cases.models import Case
from casetrack.lib.errors import Conflict
from casetrack.negotiation.models import TransferLine
from casetrack.negotiation.transfers import LineStatus


def live_line(case: Case) -> TransferLine | None:
    """The transfer of the case that waits for the bank."""
    return TransferLine.objects.filter(case=case, status=LineStatus.WAITING).select_related("batch").first()


def require_no_transfer(case: Case) -> None:
    """Raises Conflict while a transfer of the case is under way: it would be paid twice."""
    line = live_line(case)
    if line is not None:
        raise Conflict(_("The case is in transfer batch %(number)s."), number=line.batch.number)
