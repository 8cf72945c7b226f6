"""The workflow of an offer, as one table. At most one offer of a case is open (the database holds that too)."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OfferStatus(TextChoices):
    PREPARED = "prepared", _("Prepared, waiting for approval")
    REJECTED = "rejected", _("Returned by the approver")
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    REVOKED = "revoked", _("Acceptance taken back")
    REFUSED = "refused", _("Refused")
    COUNTERED = "countered", _("Answered with a counter-offer")
    ANSWERED = "answered", _("Answered with a new offer")
    WITHDRAWN = "withdrawn", _("Taken back")
    LAPSED = "lapsed", _("Lapsed")


O = OfferStatus  # noqa: E741


@dataclass(frozen=True)
class OfferAction:
    """One row: who may lead an offer of `party` from `sources` to `target`."""

    name: str
    sources: tuple[OfferStatus, ...]
    target: OfferStatus
    by: tuple[str, ...]
    party: str
    reason: bool = False


OFFER_ACTIONS: dict[str, OfferAction] = {
    a.name: a
    for a in (
        OfferAction("approve", (O.PREPARED,), O.OPEN, ("approver",), "firm"),
        OfferAction("reject", (O.PREPARED,), O.REJECTED, ("approver",), "firm", reason=True),
        OfferAction("discard", (O.PREPARED,), O.WITHDRAWN, ("investigator",), "firm"),
        OfferAction("withdraw", (O.OPEN,), O.WITHDRAWN, ("approver",), "firm", reason=True),
        OfferAction("accept", (O.OPEN,), O.ACCEPTED, ("victim",), "firm"),
        OfferAction("revoke", (O.ACCEPTED,), O.REVOKED, ("victim",), "firm"),
        OfferAction("refuse", (O.OPEN,), O.REFUSED, ("victim",), "firm", reason=True),
        OfferAction("counter", (O.OPEN,), O.COUNTERED, ("victim",), "firm", reason=True),
        OfferAction("answer", (O.OPEN,), O.ANSWERED, ("approver",), "victim"),
        OfferAction("lapse", (O.OPEN,), O.LAPSED, ("system",), "firm"),
        # The case has ended, by the word of either side.
        OfferAction("end", (O.OPEN,), O.LAPSED, ("victim", "approver"), "firm"),
        OfferAction("end_counter", (O.OPEN,), O.LAPSED, ("victim", "approver"), "victim"),
    )
}
# What a victim may know of: everything that was once approved, and the own counter-offers.
PUBLIC = (O.OPEN, O.ACCEPTED, O.REVOKED, O.REFUSED, O.COUNTERED, O.ANSWERED, O.WITHDRAWN, O.LAPSED)
