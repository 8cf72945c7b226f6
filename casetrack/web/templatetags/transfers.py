"""A case's transfer on the firm's pages."""

from typing import Any

from django import template
from django.utils.translation import gettext

from casetrack.cases.models import Case
from casetrack.negotiation.models import TransferLine
from casetrack.negotiation.services.results import FAILURES
from casetrack.negotiation.services.transfers import may_transfer
from casetrack.negotiation.transfers import LineStatus
from casetrack.people.models import User

register = template.Library()


@register.inclusion_tag("firm/includes/transfer_note.html")
def transfer_note(case: Case, user: User) -> dict[str, Any]:
    """The transfer that waits for the bank, or the one that failed and is to be made again."""
    lines = TransferLine.objects.filter(case=case).exclude(status=LineStatus.DROPPED)
    last = lines.select_related("batch").order_by("-pk").first()
    failed = last if last is not None and last.status == LineStatus.FAILED else None
    if failed is not None and not TransferLine.objects.unresolved().filter(pk=failed.pk).exists():
        failed = None
    return {
        "waiting": last if last and last.status == LineStatus.WAITING else None,
        "failed": failed,
        "why": " ".join(filter(None, (gettext(FAILURES[failed.result]), failed.reason))) if failed else "",
        "may_transfer": may_transfer(user),
    }
