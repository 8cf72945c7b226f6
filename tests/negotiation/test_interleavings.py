"""Whatever anybody does, in whatever order and at the same time: the negotiation stays one.

Never two open offers, no settlement of an offer that was taken back or of an amount that nobody offered, no component
settled twice, no payment of another amount than was agreed.
"""

import contextlib
import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casetrack.cases.models import Case
from casetrack.cases.services import perform
from casetrack.cases.side_clocks import PART_PAYMENT, side_clocks_of
from casetrack.cases.workflow import ENDED
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.mediation.services import decline_case, withdraw_case
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import LegalBasis, Offer, OfferParty, Payment, Settlement
from casetrack.negotiation.partial import names_in, settled_parts
from casetrack.negotiation.proposal import Proposal, assessed_parts, at_amount
from casetrack.negotiation.services import (
    accept_offer,
    approve_offer,
    check_legal_basis,
    confirm_receipt,
    counter_offer,
    countersign,
    deny_receipt,
    discard_offer,
    fail_payment,
    lapse_offers,
    prepare_offer,
    record_legal_basis,
    record_payment,
    refuse_offer,
    reject_offer,
    resume_negotiation,
    revoke_acceptance,
    show_payment,
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
        proposal = at_amount(self.story.run, Decimal(1000 + place))
        proposal = replace(proposal, component_reasons=dict.fromkeys(proposal.components, "…"))
        prepare_offer(
            case, self.story.run, proposal=proposal, reasons="…", actor=actor,
            valid_until=self.now + dt.timedelta(days=14),
        )  # fmt: skip

    def prepare_part(self, case: Case, actor: User, place: int) -> None:
        """For one or two of the parts, settled before or not."""
        parts = assessed_parts(self.story.run)
        names = ("costs", "solatium", "liquidation", "margin", "costs")[place % 4 :][: 1 + place % 2]
        proposal = Proposal({name: parts[name] for name in names}, dict.fromkeys(names, "…"), settles=names)
        prepare_offer(
            case, self.story.run, proposal=proposal, reasons="…", actor=actor,
            valid_until=self.now + dt.timedelta(days=14),
        )  # fmt: skip

    def prepare_rest(self, case: Case, actor: User, place: int) -> None:
        settled = names_in(settled_parts(case))
        proposal = at_amount(self.story.run, Decimal(2000 + place), "…", settled)
        prepare_offer(
            case, self.story.run, proposal=proposal, reasons="…", actor=actor,
            valid_until=self.now + dt.timedelta(days=14),
        )  # fmt: skip

    def lets_time_pass(self, _case: Case, _actor: User, place: int) -> None:
        """Days go by, and nobody has written down yet what lapsed in them."""
        self.now += dt.timedelta(days=place * 3)

    def settlement(self, case: Case, place: int) -> Settlement:
        """One of those that stand, the latest more often than not."""
        found = list(Settlement.objects.live().select_related("case", "offer").filter(case=case).order_by("pk"))
        if not found:
            raise Settlement.DoesNotExist
        return found[-1 - place % 3 % len(found)]

    def pay(self, case: Case, actor: User, place: int) -> None:
        agreed = self.settlement(case, place)
        record_payment(
            agreed, amount=agreed.amount + (place == 7), paid_on=self.now.date(), actor=actor, note="Account checked."
        )

    def sign(self, case: Case, actor: User, place: int) -> None:
        countersign(self.settlement(case, place), actor=actor)

    def payment(self, case: Case, place: int) -> Payment:
        found = Payment.objects.select_related("case", "settlement__offer").filter(case=case).order_by("pk")
        return found[place % 2] if found.count() > place % 2 else found.get()

    def revoke(self, case: Case, actor: User, _place: int) -> None:
        agreed = Settlement.objects.select_related("case", "offer").filter(case=case).order_by("pk").last()
        if agreed is None:
            raise Settlement.DoesNotExist
        revoke_acceptance(agreed, actor=actor)

    def clear(self, case: Case, actor: User, place: int) -> None:
        """Record a legal basis, or check the one that waits."""
        agreed = self.settlement(case, place // 2)
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
        self.holds_of_history(case)
        assert case.status not in ENDED or not any(o.status == OfferStatus.OPEN for o in offers), (
            "it ends with the case"
        )
        accepted = [o for o in offers if o.status == OfferStatus.ACCEPTED]
        agreed = list(Settlement.objects.live().filter(case=case).select_related("offer"))
        assert {s.offer_id for s in agreed} == {o.pk for o in accepted}
        assert all(o.party == OfferParty.FIRM and o.opened_at for o in accepted)
        assert all(s.amount == s.offer.amount for s in agreed)
        assert all(s.agreed_at < s.offer.valid_until for s in agreed), "an offer that had lapsed was accepted"
        self.holds_of_parts(case, agreed)
        self.holds_of_clocks(case, agreed)
        paid = list(Payment.objects.live().filter(case=case).select_related("settlement__offer"))
        assert len({p.settlement_id for p in paid}) == len(paid)
        assert {p.settlement_id for p in paid} <= {s.pk for s in agreed}
        for payment in paid:
            assert payment.amount == payment.settlement.amount
            assert payment.recorded_at >= payment.settlement.revocable_until
            assert payment.settlement.countersignature.signed_by_id != payment.settlement.offer.prepared_by_id
            assert LegalBasis.objects.filter(settlement=payment.settlement, status="checked").count() == 1
        bases = LegalBasis.objects.filter(case=case, settlement__in=agreed)
        assert all(b.status != "checked" or b.checked_by_id not in (None, b.recorded_by_id) for b in bases)

    def holds_of_history(self, case: Case) -> None:
        """Every step begins where the one before it ended: nothing was decided on what was no longer so."""
        steps = list(case.events.exclude(to_status="").order_by("pk").values_list("from_status", "to_status"))
        assert all(before[1] == after[0] for before, after in itertools.pairwise(steps)), steps
        assert case.status == steps[-1][1]
        told, offers = list(case.events.values_list("action", flat=True)), Offer.objects.filter(case=case)
        lapsed = offers.filter(status="lapsed", ended_at__gte=F("valid_until"))  # others ended with the case
        assert told.count("negotiation.offer_lapsed") == lapsed.count()
        assert told.count("negotiation.offer_refused") == offers.filter(status="refused").count()
        assert told.count("negotiation.counter_offer_made") == offers.filter(party=OfferParty.VICTIM).count()

    def holds_of_clocks(self, case: Case, agreed: list[Settlement]) -> None:
        """By its steps alone, the clock of a part runs until its money is there: neither come back nor missed."""
        there = {payment.settlement_id for payment in Payment.objects.live().filter(case=case, denied_at=None)}
        clocks = side_clocks_of(case, list(case.events.order_by("at", "id")), self.now)
        running = {clock.part for clock in clocks if clock.name == PART_PAYMENT and clock.ended_at is None}
        assert running == {s.offer.number for s in agreed if s.is_partial and s.pk not in there}

    def holds_of_parts(self, case: Case, agreed: list[Settlement]) -> None:
        """One settlement of the whole at most, which counts on just the parts that are settled; none settled twice."""
        whole = [s for s in agreed if not s.is_partial]
        assert len(whole) <= 1
        assert case.status not in ("agreed", "compensated") or whole
        assert not (whole and Offer.objects.filter(case=case, status=OfferStatus.OPEN).exists())
        names = [name for s in agreed if s.is_partial for name in s.offer.settles]
        for offer in Offer.objects.filter(case=case, status=OfferStatus.OPEN, party=OfferParty.FIRM):
            assert offer.builds_on == settled_parts(case)
        assert len(names) == len(set(names))
        for settlement in whole:
            assert settlement.offer.builds_on == settled_parts(case)
            assert not {name for name, value in settlement.offer.components.items() if value != "0"} & set(names)


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
    "prepare part": Table.prepare_part,
    "prepare rest": Table.prepare_rest,
    "sign": Table.sign,
    "revoke": Table.revoke,
    "clear": Table.clear,
    "pay": Table.pay,
    "wait": Table.lets_time_pass,
    "lapse": lambda table, _case, _actor, _place: lapse_offers(table.now, actor=User.objects.system()),
    "decline": lambda _table, case, actor, _place: decline_case(case, actor=actor, reason="…"),
    "withdraw": lambda _table, case, actor, _place: withdraw_case(case, actor=actor),
    "resume": lambda _table, case, actor, _place: resume_negotiation(case, actor=actor, reason="…"),
    "confirm": lambda table, case, actor, place: confirm_receipt(table.payment(case, place), actor=actor),
    "deny": lambda table, case, actor, place: deny_receipt(table.payment(case, place), actor=actor, reason="…"),
    "show": lambda table, case, actor, place: show_payment(table.payment(case, place), actor=actor, reason="…"),
    "fail": lambda table, case, actor, place: fail_payment(table.payment(case, place), actor=actor, reason="…"),
}
WHAT = [
    "prepare", "prepare part", "prepare rest", "deny", "fail", "show",
    "approve", "approve", "approve", "reject", "discard", "take back", "accept", "accept",
    "refuse", "counter", "counter", "wait", "lapse", "sign", "revoke", "clear", "pay", "confirm", "resume", "escalate",
    "decline", "reopen", "withdraw", "investigate", "close",
]  # fmt: skip
# What leads somewhere more often than not: otherwise hardly any sequence gets past the first offer.
COURSE: list[Act] = [("ivan", "prepare", 0), ("alma", "approve", 0)]
IN_PART: list[Act] = [("ivan", "prepare part", 0), ("alma", "approve", 0), ("vera", "accept", 0)]
# While vera thinks about a part, an offer for everything is prepared.
STALE: list[Act] = [*IN_PART[:2], ("ivan", "prepare", 0), ("vera", "accept", 1)]
OPENINGS = {"an offer": COURSE, "a part is settled": IN_PART, "a part is settled under an offer for the whole": STALE}
# The shortest ways to what must not be, tried every time.
AGREE: list[Act] = [("alma", "approve", 0), ("vera", "accept", 0)]
TOO_LATE: list[Act] = [("ivan", "wait", 9), ("vera", "accept", 0)]
# The agreed amount is not paid in time, she turns to an outside body, and an offer from before waits for its approval.
AFTER_ALL: list[Act] = [
    ("ivan", "prepare", 0), ("vera", "accept", 1), ("vera", "wait", 4), ("vera", "escalate", 0), ("alma", "approve", 0),
]  # fmt: skip
TWICE: list[Act] = [("ivan", "prepare part", 0), *AGREE, ("ivan", "prepare", 0), *AGREE]
NOTHING_THERE = (Offer.DoesNotExist, Settlement.DoesNotExist, Payment.DoesNotExist)
any_act = st.one_of(
    st.sampled_from(AGREE),
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(WHAT), st.integers(0, 9)),
    st.sampled_from(
        [
            *COURSE,
            ("ivan", "prepare part", 0),
            ("ivan", "prepare part", 1),
            ("ivan", "prepare rest", 0),
            ("alma", "approve", 0),
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
@pytest.mark.parametrize("opening", OPENINGS)
def test_no_sequence_of_acts_breaks_the_negotiation(cast: Cast, opening: str) -> None:
    story = Story(cast).to_assessment()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(acts=st.lists(any_act, max_size=14), hours=st.integers(1, 60))
    @example(acts=AGREE, hours=1)
    @example(acts=TWICE, hours=1)
    @example(acts=TOO_LATE, hours=1)
    @example(acts=AFTER_ALL, hours=1)
    def play(acts: list[Act], hours: int) -> None:
        with transaction.atomic():
            table = Table(story)
            for who, what, place in [*OPENINGS[opening], *acts]:
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
