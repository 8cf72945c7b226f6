"""Settling some components of the loss while the others stay in dispute. Amounts are whole yen."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import Assessment, Method
from casetrack.cases.models import Case
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.lib.money import ZERO
from casetrack.negotiation.models import Offer, OfferParty, Payment, Settlement
from casetrack.negotiation.proposal import assessed_parts
from casetrack.negotiation.querysets import settled_before

if TYPE_CHECKING:
    from casetrack.negotiation.proposal import Proposal

# What is still open of the money of settled parts: the customer has to say whether it arrived, or the firm has to pay.
TO_CONFIRM, TO_PAY = "to_confirm", "to_pay"


def settled_parts(case: Case) -> dict[str, list[str]]:
    """What stands settled in part, as an offer's `builds_on` has it: {number of the offer: its components}."""
    agreed = Settlement.objects.live().partial().filter(case=case).order_by("offer__number")
    return {str(number): names for number, names in agreed.values_list("offer__number", "offer__settles")}


def money_open(cases: Iterable[Case]) -> dict[int, str]:
    """TO_CONFIRM or TO_PAY of each case, by its key, in which a part's money is not settled yet; the customer's turn
    before the firm's. One query."""
    live = Payment.objects.live().filter(settlement=OuterRef("pk"))
    agreed = (
        Settlement.objects.live()
        .partial()
        .filter(case__in=cases)
        .annotate(
            is_told=Exists(live.filter(received_at=None, denied_at=None, amount__gt=0)),
            has_arrived=Exists(live.filter(Q(received_at__isnull=False) | Q(amount=0))),
        )
    )
    found: dict[int, str] = {}
    for case, is_told, has_arrived in agreed.values_list("case", "is_told", "has_arrived"):
        if is_told:
            found[case] = TO_CONFIRM
        elif not has_arrived:
            found.setdefault(case, TO_PAY)
    return found


def names_in(settled: Mapping[str, list[str]]) -> set[str]:
    """The components that such a mapping names."""
    return {name for names in settled.values() for name in names}


def open_parts(run: Assessment, settled: Collection[str] = ()) -> dict[str, Decimal]:
    """What the run's policy gives for each part of the loss that is not settled yet, 0 for a part for which it gives
    nothing; parts without a loss are left out."""
    losses = {name for row in run.accounts.all() for name, loss in row.result["components"].items() if Decimal(loss)}
    if run.method != Method.CASH:
        losses = set()
    parts = assessed_parts(run)
    return {name: parts[name] for name in parts if (parts[name] or name in losses) and name not in settled}


def check_scope(proposal: "Proposal", run: Assessment, settled: Collection[str]) -> None:
    """Raises InvalidInput (`field` is the part, or `settles`) for a part that was settled before or that the proposal
    does not settle, for `settles` that leave nothing in dispute or name what is not, and for a restored account of
    which a part was settled in money: its restoration would make that good once more."""
    _check_parts(proposal, proposal.settles, settled)
    if settled and run.method != Method.CASH:
        raise InvalidInput(_("A part was settled in money already. Assess the rest in money too."), field="settles")
    if not proposal.settles:
        return
    if run.method != Method.CASH:
        raise InvalidInput(_("A restored account is one whole: it cannot be settled in part."), field="settles")
    disputed = open_parts(run, settled)
    if not disputed.keys() >= set(proposal.settles):
        raise InvalidInput(_("Choose among the parts that are still in dispute."), field="settles")
    if disputed.keys() == set(proposal.settles):
        raise InvalidInput(_("That is all that is in dispute: make an offer for the whole."), field="settles")


def check_besides(proposal: "Proposal", run: Assessment, case: Case) -> None:
    """Raises InvalidInput (`in_kind`, `waived`) for what parts that are settled give already: a security that one of
    them moves, and more of the margin deficit than there is. The case is locked."""
    earlier = Offer.objects.filter(settlement__in=Settlement.objects.live().partial().filter(case=case))
    waived = ZERO
    moved: dict[str, int] = {}
    for offer in earlier:
        waived += offer.waived
        moved |= {_code(security): offer.number for security in offer.in_kind}
    for security in proposal.in_kind:
        if _code(security) in moved:
            raise InvalidInput(
                _("%(security)s is moved already by the settlement of offer %(number)s. Leave it out here."),
                field="in_kind", security=security, number=moved[_code(security)],
            )  # fmt: skip
    deficit = sum((Decimal(row.result.get("outstanding_deficit", 0)) for row in run.accounts.all()), ZERO)
    if waived and proposal.waived and waived + proposal.waived > deficit:
        raise InvalidInput(
            _("%(before)s yen are waived already by what was settled in part. The deficit is %(deficit)s yen in all."),
            field="waived", before=f"{waived:,}", deficit=f"{deficit:,}",
        )  # fmt: skip


def _code(security: str) -> str:
    """A security's code as it is compared: width and case make no other security of it."""
    return unicodedata.normalize("NFKC", security).strip().casefold()


def check_answer(proposal: "Proposal", offer: Offer) -> None:
    """The same of a counter-offer to `offer`: it is about the same parts, and asks to settle now only parts in which
    it says what the firm says."""
    _check_parts(proposal, offer.settles, offer.settled_before)
    for name in proposal.settles:
        if name not in offer.components or proposal.components.get(name, ZERO) != Decimal(offer.components[name]):
            raise InvalidInput(_("Only a part on which both sides agree can be settled now."), field="settles")
    if set(proposal.settles) >= {name for name, value in proposal.components.items() if value} and proposal.settles:
        raise InvalidInput(_("You agree with every part: accept the offer instead."), field="settles")


def _check_parts(proposal: "Proposal", settles: Collection[str], settled: Collection[str]) -> None:
    for name, value in proposal.components.items():
        if value and name in settled:
            raise InvalidInput(_("This part is settled already."), field=name)
        if value and settles and name not in settles:
            raise InvalidInput(_("This part is not among those that the offer settles."), field=name)


def check_still_builds_on(offer: Offer, case: Case) -> None:
    """Raises Conflict where parts were settled, or taken back, since the offer was prepared. The case is locked."""
    if offer.builds_on != settled_parts(case):
        raise Conflict(_("What is settled in part has changed since this offer was prepared. It must be made anew."))


def burden_in_case(offer: Offer) -> Decimal:
    """What an approver decides on with an offer, in whole yen, for their limit: what it costs the firm, and what was
    settled in part before. However a case is cut up, it needs the same limit."""
    before: Decimal = Offer.objects.filter(pk=offer.pk).values_list(settled_before(), flat=True).get()
    return offer.burden + before


def amount_for_whole(offer: Offer, others: Mapping[int, Offer]) -> Decimal | None:
    """What a side names for everything, parts that were settled before included, so that the amounts of one case can be
    set against one another. None for an offer about a part and for the answer to one.

    `others` are the case's offers by number; `offer` comes with `in_answer_to`.
    """
    about = offer if offer.party == OfferParty.FIRM else offer.in_answer_to
    if about is not None and about.is_partial:
        return None
    return offer.amount + sum((others[int(number)].amount for number in offer.builds_on), ZERO)
