"""The figures of a case side by side, each under its own name: gross amounts, loss, assessed, claimed, offered, agreed,
paid."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext as _

from casetrack.assessment.figures import FIGURES, MEANINGS
from casetrack.assessment.models import Assessment
from casetrack.cases.models import Access, Case
from casetrack.ledger.gross import gross_of
from casetrack.negotiation.models import MeasureStatus, Offer, OfferParty, Payment
from casetrack.negotiation.partial import amount_for_whole
from casetrack.negotiation.services import live_settlements
from casetrack.negotiation.workflow import PUBLIC
from casetrack.people.models import User
from casetrack.web.formats import yen

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Amount:
    """A figure by its name and what it means; `text` in yen, `note` what it is about if not the whole. `statement` is
    the number of the run that it stands in."""

    key: str
    text: str
    note: str = ""
    statement: int | None = None

    @property
    def name(self) -> "StrOrPromise":
        return FIGURES[self.key]

    @property
    def meaning(self) -> "StrOrPromise":
        return MEANINGS[self.key]


def amounts_of(case: Case, user: User) -> list[Amount]:
    """The figures that are known and that `user` may see, in the order in which they come about. Seven queries."""
    return [*_gross(case), *_assessed(case, user), *_offers(case, user), *_settled(case)]


def _gross(case: Case) -> Iterable[Amount]:
    accounts = case.incidents.filter(access=Access.CONFIRMED).values_list("account", flat=True)
    gross = gross_of(accounts)
    if gross.sold or gross.bought:
        said = {"sold": yen(gross.sold), "bought": yen(gross.bought)}
        yield Amount("gross", _("sold %(sold)s, bought %(bought)s") % said)


def _assessed(case: Case, user: User) -> Iterable[Amount]:
    run = Assessment.objects.visible_to(user).filter(case=case).order_by("-number").first()
    if run is not None:
        yield Amount("loss", yen(run.loss), statement=run.number)
        yield Amount("assessed", yen(run.due), statement=run.number)


def _offers(case: Case, user: User) -> Iterable[Amount]:
    """What each side named last, for the whole where it can be said."""
    found = Offer.objects.visible_to(user).filter(case=case, status__in=PUBLIC)
    offers = {offer.number: offer for offer in found.select_related("in_answer_to").order_by("number")}
    for key, party in (("claimed", OfferParty.VICTIM), ("offered", OfferParty.FIRM)):
        last = next((offer for offer in reversed(offers.values()) if offer.party == party), None)
        if last is not None:
            whole = amount_for_whole(last, offers)
            yield Amount(key, yen(last.amount if whole is None else whole), _("for a part") if whole is None else "")


def _settled(case: Case) -> Iterable[Amount]:
    agreed = live_settlements(case)
    if agreed:
        note = "" if any(not one.is_partial for one in agreed) else _("for a part")
        yield Amount("agreed", yen(sum((one.amount for one in agreed), Decimal(0))), note)
    ahead = case.measures.filter(status=MeasureStatus.PAID).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    paid = Payment.objects.live().filter(case=case).aggregate(sum=Sum("amount"))["sum"]
    if ahead or paid is not None:
        note = _("of it ahead of the settlement: %(amount)s") % {"amount": yen(ahead)} if ahead else ""
        yield Amount("paid", yen(ahead + (paid or 0)), note)
