"""Whatever anybody does, in whatever order and at the same time: the negotiation stays one.

Never two open offers, no settlement of an offer that was taken back or of an amount that nobody offered, no payment of
another amount than was agreed.
"""

import contextlib
import datetime as dt
import itertools
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.cases.models import Case
from casetrack.cases.services import perform
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import LegalBasis, Offer, OfferParty, Payment, Settlement
from casetrack.negotiation.proposal import Proposal, at_amount
from casetrack.negotiation.services import (
    accept_offer,
    approve_offer,
    check_legal_basis,
    confirm_receipt,
    counter_offer,
    countersign,
    discard_offer,
    lapse_offers,
    prepare_offer,
    record_legal_basis,
    record_payment,
    refuse_offer,
    reject_offer,
    resume_negotiation,
    revoke_acceptance,
    withdraw_offer,
)
from casetrack.negotiation.workflow import OfferStatus
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.negotiation.test_concurrency import at_once

PEOPLE = ["vera", "vera", "ivan", "ivan", "alma", "alma", "otto", "fiona", "bruno"]
Act = tuple[str, str, int]  # who, what, and which offer or amount


class Table:
    """One case, and everything that anybody can try there. `now` goes on by hours, or by weeks in "lapse"."""

    def __init__(self, story: Story) -> None:
        self.story, self.case, self.now = story, story.case, story.at

    def offer(self, place: int) -> Offer:
        """One of the offers, however stale; there may be none."""
        found = list(Offer.objects.filter(case=self.case).select_related("case").order_by("number"))
        if not found:
            raise Offer.DoesNotExist
        return found[-1 - place % min(len(found), 2)]

    def does(self, who: str, what: str, place: int) -> None:
        """One act at the table's time. Raises DomainError, or DoesNotExist where there is nothing to act on."""
        actor = self.story.user(who)
        with travel_to(self.now):
            if what in ON_OFFERS:
                ON_OFFERS[what](self.offer(place), actor, place)
            elif what in ON_CASES:
                ON_CASES[what](self, Case.objects.get(pk=self.case.pk), actor, place)
            else:
                perform(Case.objects.get(pk=self.case.pk), what, actor=actor, reason="…")

    def prepare(self, case: Case, actor: User, place: int) -> None:
        prepare_offer(
            case, self.story.run, proposal=at_amount(self.story.run, Decimal(1000 + place), "…"), reasons="…",
            actor=actor,
            valid_until=self.now + dt.timedelta(days=14),
        )  # fmt: skip

    def pay(self, case: Case, actor: User, place: int) -> None:
        agreed = Settlement.objects.live().select_related("case", "offer").get(case=case)
        record_payment(agreed, amount=agreed.amount + (place == 7), paid_on=self.now.date(), actor=actor)

    def sign(self, case: Case, actor: User, _place: int) -> None:
        agreed = Settlement.objects.select_related("case", "offer").filter(case=case).order_by("pk").last()
        if agreed is None:
            raise Settlement.DoesNotExist
        countersign(agreed, actor=actor)

    def revoke(self, case: Case, actor: User, _place: int) -> None:
        agreed = Settlement.objects.select_related("case", "offer").filter(case=case).order_by("pk").last()
        if agreed is None:
            raise Settlement.DoesNotExist
        revoke_acceptance(agreed, actor=actor)

    def clear(self, case: Case, actor: User, place: int) -> None:
        """Record a legal basis, or check the one that waits."""
        agreed = Settlement.objects.live().select_related("case", "offer").get(case=case)
        waiting = LegalBasis.objects.filter(settlement=agreed, status="recorded").select_related("settlement__case")
        if found := waiting.first():
            check_legal_basis(found, actor=actor)
            return
        kind = Basis.CONFIRMED_JSDA if place % 2 else Basis.NO_LOSS_COMPENSATION
        record_legal_basis(agreed, kind=kind, reference="1", decided_on=self.now.date(), actor=actor)

    def holds(self) -> None:
        """What must be true after every act."""
        offers = list(Offer.objects.filter(case=self.case))
        assert sum(o.status == OfferStatus.OPEN for o in offers) <= 1
        assert sum(o.status == OfferStatus.PREPARED for o in offers) <= 1
        for offer in offers:
            if offer.party == OfferParty.FIRM and offer.opened_at is not None:
                assert offer.approved_by_id not in (None, offer.prepared_by_id)
        case = Case.objects.get(pk=self.case.pk)
        accepted = [o for o in offers if o.status == OfferStatus.ACCEPTED]
        agreed = list(Settlement.objects.live().filter(case=case))
        assert [s.offer_id for s in agreed] == [o.pk for o in accepted]
        assert all(o.party == OfferParty.FIRM and o.opened_at for o in accepted)
        assert [s.amount for s in agreed] == [o.amount for o in accepted]
        assert case.status not in ("agreed", "compensated") or agreed
        paid = list(Payment.objects.live().filter(case=case))
        assert len(paid) <= len(agreed)
        assert all(p.amount == agreed[0].amount for p in paid)
        for payment in paid:
            assert payment.settlement_id == agreed[0].pk
            assert payment.recorded_at >= agreed[0].revocable_until
            assert agreed[0].countersignature.signed_by_id != agreed[0].offer.prepared_by_id
        bases = list(LegalBasis.objects.filter(case=case, settlement__in=agreed))
        assert all(b.status != "checked" or b.checked_by_id not in (None, b.recorded_by_id) for b in bases)
        assert not paid or [b.status for b in bases] == ["checked"]


ON_OFFERS: dict[str, Callable[[Offer, User, int], object]] = {
    "approve": lambda offer, actor, _place: approve_offer(offer, actor=actor),
    "reject": lambda offer, actor, _place: reject_offer(offer, actor=actor, reason="…"),
    "discard": lambda offer, actor, _place: discard_offer(offer, actor=actor),
    "take back": lambda offer, actor, _place: withdraw_offer(offer, actor=actor, reason="…"),
    "accept": lambda offer, actor, _place: accept_offer(offer, actor=actor),
    "refuse": lambda offer, actor, _place: refuse_offer(offer, actor=actor, reason="…"),
    "counter": lambda offer, actor, place: counter_offer(
        offer, proposal=Proposal({}, total=Decimal(5000 + place)), reason="…", actor=actor
    ),
}
ON_CASES: dict[str, Callable[[Table, Case, User, int], object]] = {
    "prepare": Table.prepare,
    "sign": Table.sign,
    "revoke": Table.revoke,
    "clear": Table.clear,
    "pay": Table.pay,
    "lapse": lambda table, _case, _actor, _place: lapse_offers(table.now, actor=User.objects.system()),
    "resume": lambda _table, case, actor, _place: resume_negotiation(case, actor=actor, reason="…"),
    "confirm": lambda _table, case, actor, _place: confirm_receipt(
        Payment.objects.select_related("case").get(case=case), actor=actor
    ),
}
WHAT = [
    "prepare", "prepare", "approve", "approve", "approve", "reject", "discard", "take back", "accept", "accept",
    "refuse", "counter", "counter", "lapse", "sign", "revoke", "clear", "pay", "confirm", "resume", "escalate",
    "decline", "reopen", "withdraw", "investigate", "close",
]  # fmt: skip
# What leads somewhere more often than not: otherwise hardly any sequence gets past the first offer.
COURSE: list[Act] = [("ivan", "prepare", 0), ("alma", "approve", 0)]
NOTHING_THERE = (Offer.DoesNotExist, Settlement.DoesNotExist, Payment.DoesNotExist)
any_act = st.one_of(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(WHAT), st.integers(0, 9)),
    st.sampled_from(
        [
            *COURSE,
            ("vera", "counter", 0),
            ("vera", "accept", 0),
            ("vera", "accept", 1),
            ("alma", "sign", 0),
            ("vera", "revoke", 0),
            ("ivan", "clear", 0),
            ("alma", "clear", 0),
            ("alma", "pay", 0),
            ("alma", "pay", 7),
        ]
    ),
)


@pytest.mark.django_db
def test_no_sequence_of_acts_breaks_the_negotiation(cast: Cast) -> None:
    story = Story(cast).to_assessment()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(acts=st.lists(any_act, max_size=14), hours=st.integers(1, 60))
    def play(acts: list[Act], hours: int) -> None:
        with transaction.atomic():
            table = Table(story)
            for who, what, place in [*COURSE, *acts]:
                table.now += dt.timedelta(days=15) if what == "lapse" else dt.timedelta(hours=hours)
                try:
                    with transaction.atomic():
                        table.does(who, what, place)
                except (DomainError, *NOTHING_THERE):
                    pass
                table.holds()
            transaction.set_rollback(True)

    play()


@pytest.mark.django_db(transaction=True)
def test_no_acts_at_the_same_time_break_the_negotiation(cast: Cast) -> None:
    numbers = itertools.count(1)

    def attempt(table: Table, act: Act) -> Callable[[], None]:
        def run() -> None:
            with contextlib.suppress(*NOTHING_THERE):
                table.does(*act)

        return run

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rounds=st.lists(st.tuples(any_act, any_act, any_act), min_size=1, max_size=4))
    def play(rounds: list[tuple[Act, Act, Act]]) -> None:
        with system_scope():
            story = Story(cast, account=f"0123-{next(numbers):07}").to_offer()
        table = Table(story)
        for acts in rounds:
            table.now += dt.timedelta(hours=5)
            outcomes = at_once(*(attempt(table, act) for act in acts))
            assert all(outcomes), "an act ended in another way than well or refused"
            with system_scope():
                table.holds()

    play()
