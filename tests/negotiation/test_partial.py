"""Vera and the firm settle what they agree on, and go on about the rest."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from casetrack.cases.clocks import current_clock
from casetrack.cases.services import perform
from casetrack.cases.side_clocks import PART_PAYMENT, side_clocks_of
from casetrack.intake.additions import why_closed
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, DomainError, InvalidInput, NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.mediation.services import decline_case
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.good_faith import good_faith_of
from casetrack.negotiation.models import Measure, Offer, Payment, Settlement
from casetrack.negotiation.partial import check_scope, open_parts, settled_parts
from casetrack.negotiation.proposal import Proposal, assessed_parts, compare, expected_of
from casetrack.negotiation.services import (
    accept_offer,
    approve_measure,
    approve_offer,
    confirm_receipt,
    counter_offer,
    deny_receipt,
    fail_payment,
    live_settlement,
    live_settlements,
    pay_ahead,
    prepare_offer,
    propose_measure,
    record_legal_basis,
    record_payment,
    revoke_acceptance,
    show_payment,
)
from casetrack.negotiation.services.measures import credit_of, still_due
from casetrack.negotiation.services.readiness import customer_code, unpaid
from casetrack.negotiation.services.results import import_results, record_executed
from casetrack.negotiation.services.transfers import set_remitter
from casetrack.notifications.clock_watch import watch
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.negotiation.test_concurrency import at_once
from tests.transfers import FIRMS, sent, with_bank

pytestmark = pytest.mark.django_db
# Example A under the policy of the demo: margin 26,000,000 x 0.5, costs 4,500 x 1, liquidation 1,990,000 x 0.5, and a
# solatium of 10,000.
MARGIN, COSTS, LIQUIDATION, SOLATIUM = (Decimal(n) for n in (13_000_000, 4_500, 995_000, 10_000))


@pytest.fixture
def assessed(story: Story) -> Story:
    return story.to_assessment().wait(1)


@pytest.fixture
def in_part(assessed: Story) -> Story:
    """Costs and solatium are settled; the margin and the forced sale are not."""
    return assessed.part_offered("costs", "solatium").wait(1).accepted()


def prepares(story: Story, proposal: Proposal) -> Offer:
    with travel_to(story.at):
        return prepare_offer(
            story.case, story.run, proposal=proposal, reasons="…", actor=story.user("ivan"),
            valid_until=story.at + dt.timedelta(days=14),
        )  # fmt: skip


def test_accepting_a_part_settles_it_and_the_negotiation_goes_on(in_part: Story) -> None:
    assert in_part.settlement.amount == COSTS + SOLATIUM
    assert in_part.settlement.terms["settles"] == ["costs", "solatium"]
    assert in_part.case.status == "negotiating"
    assert live_settlement(in_part.case) is None, "the whole is not settled"
    assert live_settlements(in_part.case) == [in_part.settlement]
    assert settled_parts(in_part.case) == {"1": ["costs", "solatium"]}


def test_vera_may_still_add_to_her_report_until_the_whole_is_settled(in_part: Story) -> None:
    assert why_closed(in_part.case) == ""
    in_part.rest_offered().accepted()
    assert why_closed(in_part.case)


def test_what_is_still_in_dispute_is_offered_without_what_is_settled(in_part: Story) -> None:
    in_part.wait(2).rest_offered().wait(1).accepted()
    assert in_part.settlement.amount == MARGIN + LIQUIDATION
    assert in_part.settlement.terms["builds_on"] == {"1": ["costs", "solatium"]}
    assert in_part.case.status == "agreed"
    whole = sum(agreed.amount for agreed in live_settlements(in_part.case))
    assert whole == in_part.run.due, "in two steps vera gets what the policy gives in one"


def test_a_settled_part_is_not_offered_again(in_part: Story) -> None:
    with pytest.raises(InvalidInput, match="settled already") as refused:
        prepares(in_part, Proposal(assessed_parts(in_part.run)))
    assert refused.value.field == "costs"
    with pytest.raises(InvalidInput, match="still in dispute"):
        prepares(in_part, Proposal({"margin": MARGIN}, settles=("margin", "costs")))


@pytest.mark.parametrize(
    ("proposal", "field"),
    [
        (Proposal({"margin": MARGIN, "costs": COSTS}, settles=("costs",)), "margin"),
        (Proposal({"costs": COSTS}, settles=("costs", "income")), "settles"),
        (Proposal({"costs": COSTS}, settles=("costs", "nonsense")), "settles"),
        (Proposal({"costs": COSTS}, settles=("costs", "adjustment")), "settles"),
        (Proposal({"costs": Decimal(1)}, settles=("costs",)), "why_costs"),
    ],
)
def test_an_offer_for_a_part_names_what_is_in_dispute_and_nothing_else(
    assessed: Story, proposal: Proposal, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        prepares(assessed, proposal)
    assert refused.value.field == field


def test_all_parts_at_once_are_no_part(assessed: Story) -> None:
    parts = open_parts(assessed.run)
    assert set(parts) == {"margin", "costs", "liquidation", "solatium"}
    with pytest.raises(InvalidInput, match="offer for the whole"):
        prepares(assessed, Proposal(parts, settles=tuple(parts)))


def test_a_restored_account_is_not_settled_in_part(cast: Cast) -> None:
    story = Story(cast, firm="AOZORA", account="0001-0000001").to_assessment().wait(1)
    with travel_to(story.at), pytest.raises(InvalidInput, match="one whole"):
        prepare_offer(
            story.case, story.run, proposal=Proposal({}, settles=("costs",)), reasons="…",
            valid_until=story.at + dt.timedelta(days=9), actor=story.user(story.investigator),
        )  # fmt: skip


def test_an_account_settled_in_part_is_not_restored_besides(in_part: Story) -> None:
    """A restoration makes the whole good, the part that was settled in money too."""
    in_part.run.method = "restoration"
    with pytest.raises(InvalidInput, match="in money too"):
        check_scope(Proposal({}), in_part.run, {"costs", "solatium"})


def test_the_comparison_shows_only_what_the_offer_is_about(in_part: Story) -> None:
    assert expected_of(in_part.offer) == {"costs": COSTS, "solatium": SOLATIUM}
    in_part.rest_offered(Decimal(14_000_000))
    rows = {row.name: row for row in compare(in_part.offer).rows}
    assert {str(row.assessed) for row in rows.values()} >= {"13000000", "995000"}
    assert not any("fee" in name.lower() for name in rows), "the costs are settled"


def test_vera_asks_to_settle_what_both_say_and_names_the_rest(assessed: Story, vera: User) -> None:
    assessed.offered()
    parts = {**assessed_parts(assessed.run), "margin": Decimal(26_000_000)}
    asked = Proposal(parts, {"margin": "I could not have the account frozen."}, settles=("costs", "solatium"))
    with travel_to(assessed.at):
        made = counter_offer(assessed.offer, proposal=asked, reason="…", actor=vera)
    assert made.settles == ["costs", "solatium"]


@pytest.mark.parametrize(
    ("settles", "match"), [(("margin",), "both sides agree"), (("costs", "liquidation", "solatium"), "")]
)
def test_only_what_both_say_can_be_asked_for(assessed: Story, vera: User, settles: Any, match: str) -> None:
    assessed.offered()
    parts = {**assessed_parts(assessed.run), "margin": Decimal(26_000_000)}
    asked = Proposal(parts, {"margin": "…"}, settles=settles)
    with travel_to(assessed.at):
        if not match:
            counter_offer(assessed.offer, proposal=asked, reason="…", actor=vera)
            return
        with pytest.raises(InvalidInput, match=match):
            counter_offer(assessed.offer, proposal=asked, reason="…", actor=vera)


def test_a_counter_offer_to_an_offer_for_a_part_stays_within_it(assessed: Story, vera: User) -> None:
    assessed.part_offered("margin")
    outside = Proposal({"margin": MARGIN, "costs": Decimal(9_000)}, {"costs": "…"})
    with travel_to(assessed.at), pytest.raises(InvalidInput, match="not among those"):
        counter_offer(assessed.offer, proposal=outside, reason="…", actor=vera)


def test_an_offer_that_counted_without_the_settled_part_cannot_be_approved(assessed: Story, alma: User) -> None:
    assessed.part_offered("costs")
    prepared = prepares(assessed, Proposal(assessed_parts(assessed.run)))
    assessed.wait(1).accepted()
    with travel_to(assessed.at), pytest.raises(Conflict, match="made anew"):
        approve_offer(prepared, actor=alma)


def test_taking_a_part_back_ends_the_offer_that_counted_on_it(in_part: Story, vera: User) -> None:
    first = in_part.settlement
    in_part.wait(1).rest_offered()
    with travel_to(in_part.at):
        revoke_acceptance(first, actor=vera)
        with pytest.raises(DomainError):
            accept_offer(in_part.offer, actor=vera)
    in_part.offer.refresh_from_db()
    assert in_part.offer.status == "withdrawn"
    assert in_part.case.status == "negotiating"
    assert settled_parts(in_part.case) == {}
    in_part.wait(1).offered().accepted()
    assert in_part.settlement.amount == in_part.run.due


def test_a_part_is_not_taken_back_from_under_the_whole(in_part: Story, vera: User) -> None:
    first = in_part.settlement
    in_part.wait(0.5).rest_offered().wait(0.5).accepted()
    with travel_to(in_part.at), pytest.raises(Conflict, match="on top"):
        revoke_acceptance(first, actor=vera)
    in_part.revoked()
    with travel_to(in_part.at):
        revoke_acceptance(first, actor=vera)
    assert live_settlements(in_part.case) == []


def test_a_part_is_paid_while_the_rest_is_negotiated(in_part: Story) -> None:
    first = in_part.settlement
    in_part.paid()
    assert in_part.payment.amount == COSTS + SOLATIUM
    assert in_part.case.status == "negotiating"
    in_part.wait(1).receipt_confirmed()
    assert in_part.payment.received_at is not None
    assert in_part.case.status == "negotiating", "only the whole closes a case"
    in_part.wait(1).rest_offered().wait(1).accepted().paid().wait(1).receipt_confirmed()
    assert in_part.case.status == "closed"
    assert {payment.settlement_id for payment in Payment.objects.live()} == {first.pk, in_part.settlement.pk}


def test_it_is_paid_too_when_the_firm_declines_the_rest(in_part: Story) -> None:
    in_part.wait(1).does("alma", "decline", "The rest was your own doing.")
    in_part.paid().wait(1).receipt_confirmed()
    assert in_part.case.status == "declined"
    assert in_part.payment.received_at is not None


def test_it_is_paid_too_when_vera_turns_to_an_outside_body(in_part: Story) -> None:
    in_part.wait(1).does("vera", "escalate", "…").paid()
    assert in_part.case.status == "escalated"


def test_nothing_of_a_part_is_paid_before_it_is_final(in_part: Story, alma: User) -> None:
    def pays() -> None:
        record_payment(
            in_part.settlement,
            amount=in_part.settlement.amount,
            paid_on=in_part.at.date(),
            actor=alma,
            note="Account checked.",
        )

    with travel_to(in_part.at):
        with pytest.raises(Conflict, match="countersign"):
            pays()
        in_part.countersigned()
        with pytest.raises(Conflict, match="may take the acceptance back"):
            pays()
    in_part.wait(4)
    with travel_to(in_part.at), pytest.raises(Conflict, match="legal basis"):
        pays()


def test_a_payment_of_a_part_comes_back_is_missed_and_shown(in_part: Story, vera: User, alma: User) -> None:
    in_part.paid()
    with travel_to(in_part.at):
        with pytest.raises(Conflict):
            show_payment(in_part.payment, actor=alma, reason="…")
        with pytest.raises(InvalidInput):
            deny_receipt(in_part.payment, actor=vera, reason=" ")
        deny_receipt(in_part.payment, actor=vera, reason="Nothing came.")
        with pytest.raises(Conflict):
            deny_receipt(in_part.payment, actor=vera, reason="Nothing came.")
        show_payment(in_part.payment, actor=alma, reason="Transfer 4711.")
        deny_receipt(in_part.payment, actor=vera, reason="Still nothing.")
        fail_payment(in_part.payment, actor=alma, reason="Account closed.")
        with pytest.raises(Conflict):
            confirm_receipt(in_part.payment, actor=vera)
    in_part.wait(1).paid().wait(1).receipt_confirmed()
    with travel_to(in_part.at):
        with pytest.raises(Conflict, match="confirmed"):
            confirm_receipt(in_part.payment, actor=vera)
        with pytest.raises(Conflict):
            fail_payment(in_part.payment, actor=alma, reason="…")
    assert in_part.case.status == "negotiating"


@pytest.mark.parametrize("who", ["otto", "fiona", "ivan", "bruno", "rita"])
def test_nobody_else_acts_on_the_payment_of_a_part(in_part: Story, who: str) -> None:
    in_part.paid()
    actor = in_part.user(who)
    with travel_to(in_part.at):
        for act in (
            lambda: confirm_receipt(in_part.payment, actor=actor),
            lambda: deny_receipt(in_part.payment, actor=actor, reason="…"),
            lambda: fail_payment(in_part.payment, actor=actor, reason="…"),
            lambda: revoke_acceptance(in_part.settlement, actor=actor),
        ):
            with pytest.raises((NotAllowed, Conflict)):
                act()


def test_what_was_paid_ahead_counts_once(in_part: Story, ivan: User, alma: User) -> None:
    with travel_to(in_part.at):
        ahead = propose_measure(
            in_part.case, kind=Measure.PROVISIONAL_PAYMENT, amount=Decimal(100_000), reason="Rent", actor=ivan,
            basis=Basis.NO_LOSS_COMPENSATION, reference="1",
        )  # fmt: skip
        pay_ahead(approve_measure(ahead, actor=alma), paid_on=in_part.at.date(), actor=alma, note="Account checked.")
    first = in_part.settlement
    assert still_due(first) == 0
    assert credit_of(first) == COSTS + SOLATIUM
    in_part.wait(1).rest_offered().wait(1).accepted()
    assert credit_of(in_part.settlement) == 100_000 - (COSTS + SOLATIUM)
    assert still_due(first) + still_due(in_part.settlement) + 100_000 == in_part.run.due


def paid_ahead(story: Story, amount: int) -> None:
    with travel_to(story.at):
        ahead = propose_measure(
            story.case, kind=Measure.PROVISIONAL_PAYMENT, amount=Decimal(amount), reason="Rent",
            actor=story.user("ivan"), basis=Basis.NO_LOSS_COMPENSATION, reference="1",
        )  # fmt: skip
        alma = story.user("alma")
        pay_ahead(approve_measure(ahead, actor=alma), paid_on=story.at.date(), actor=alma, note="Account checked.")


def test_what_a_paid_part_used_up_is_not_taken_off_another_again(in_part: Story, alma: User) -> None:
    """The first part's money comes back after what was paid ahead was taken off the second's."""
    first, paid = in_part.settlement, in_part.paid().payment
    paid_ahead(in_part, 10_000)
    in_part.wait(1).part_offered("liquidation").wait(1).accepted().countersigned().cleared().wait(4)
    second = in_part.settlement
    with travel_to(in_part.at):
        record_payment(
            second, amount=LIQUIDATION - 10_000, paid_on=in_part.at.date(), actor=alma, note="Account checked."
        )
        fail_payment(paid, actor=alma, reason="Account closed.")
    assert still_due(first) == first.amount


def test_a_part_that_was_paid_ahead_in_full_keeps_no_other_from_the_bank(in_part: Story) -> None:
    first = in_part.settlement
    paid_ahead(in_part, 100_000)
    assert unpaid(in_part.case.firm) == [first]
    in_part.wait(1).part_offered("liquidation").wait(1).accepted()
    assert unpaid(in_part.case.firm) == [in_part.settlement]


def test_nothing_is_paid_ahead_while_a_transfer_of_a_part_is_under_way(in_part: Story, alma: User) -> None:
    with_bank(in_part).countersigned().cleared().wait(4)
    with travel_to(in_part.at):
        set_remitter(in_part.case.firm, FIRMS, actor=alma)
    batch = sent(in_part)
    with pytest.raises(Conflict, match="transfer batch"):
        paid_ahead(in_part, 10_000)
    with travel_to(in_part.at):
        record_executed(batch, paid_on=batch.day, actor=alma)
    assert Payment.objects.get().amount == in_part.settlement.amount


def test_what_the_bank_paid_is_recorded_though_less_was_left_to_credit(in_part: Story, alma: User) -> None:
    """The first part's money comes back while the second's is on its way."""
    first, paid = in_part.settlement, in_part.paid().payment
    paid_ahead(in_part, 10_000)
    with_bank(in_part).wait(1).part_offered("liquidation").wait(1).accepted().countersigned().cleared().wait(4)
    with travel_to(in_part.at):
        set_remitter(in_part.case.firm, FIRMS, actor=alma)
    batch = sent(in_part)
    with travel_to(in_part.at):
        fail_payment(paid, actor=alma, reason="Account closed.")
        record_executed(batch, paid_on=batch.day, actor=alma)
    assert Payment.objects.live().get().amount == LIQUIDATION - 10_000
    assert still_due(first) == first.amount


def test_the_body_that_confirms_is_that_of_the_sum(assessed: Story, ivan: User) -> None:
    """However a case of over ten million yen is cut up, it is the Local Finance Bureau's."""
    assessed.part_offered("costs").wait(0.1).accepted()
    first = assessed.settlement
    assessed.wait(0.1).rest_offered().wait(0.1).accepted()
    with travel_to(assessed.at):
        with pytest.raises(InvalidInput, match="Local Finance Bureau"):
            record_legal_basis(
                first, kind=Basis.CONFIRMED_JSDA, reference="1", decided_on=assessed.at.date(), actor=ivan
            )
        record_legal_basis(first, kind=Basis.CONFIRMED_BUREAU, reference="1", decided_on=assessed.at.date(), actor=ivan)


def test_the_clock_of_its_payment_runs_beside_the_negotiations(in_part: Story) -> None:
    # Accepted on Monday 2 June 2025 or so: five business days of the firm, whatever the stage does.
    events = list(in_part.case.events.order_by("at", "id"))
    clock = next(c for c in side_clocks_of(in_part.case, events, in_part.at) if c.name == PART_PAYMENT)
    assert (clock.target, clock.ended_at, clock.started_at) == (5, None, in_part.at)
    stage = current_clock(in_part.case, events, in_part.at)
    assert stage is not None
    assert (stage.name, stage.started_at) == ("negotiating", in_part.at), "a new turn began"
    in_part.paid()
    events = list(in_part.case.events.order_by("at", "id"))
    clock = next(c for c in side_clocks_of(in_part.case, events, in_part.at) if c.name == PART_PAYMENT)
    assert clock.ended_at == in_part.at


def runs(story: Story) -> bool:
    """Whether the clock of the payment of parts runs."""
    events = list(story.case.events.order_by("at", "id"))
    return any(c.name == PART_PAYMENT and c.ended_at is None for c in side_clocks_of(story.case, events, story.at))


def test_money_that_is_missed_and_came_back_is_waited_for_once(in_part: Story, vera: User, alma: User) -> None:
    in_part.paid()
    assert not runs(in_part)
    with travel_to(in_part.at):
        deny_receipt(in_part.payment, actor=vera, reason="Nothing came.")
        assert runs(in_part)
        show_payment(in_part.payment, actor=alma, reason="Transfer 4711.")
        assert not runs(in_part)
        deny_receipt(in_part.payment, actor=vera, reason="Still nothing.")
        fail_payment(in_part.payment, actor=alma, reason="Account closed.")
        assert runs(in_part)
    in_part.wait(1).paid()
    assert not runs(in_part)
    with travel_to(in_part.at):
        deny_receipt(in_part.payment, actor=vera, reason="Nothing again.")
        confirm_receipt(in_part.payment, actor=vera)
    assert not runs(in_part)


def test_a_transfer_of_a_part_that_the_bank_refused_is_waited_for_once(in_part: Story, alma: User) -> None:
    with_bank(in_part).countersigned().cleared().wait(4)
    with travel_to(in_part.at):
        set_remitter(in_part.case.firm, FIRMS, actor=alma)
    batch = sent(in_part)
    with travel_to(in_part.at):
        code = customer_code(in_part.case)
        import_results(batch, f"customer_code,result,reason\n{code},1,\n".encode(), actor=alma)
    assert runs(in_part)
    assert any(row.action == "negotiation.payment_failed" for row in good_faith_of(in_part.case, in_part.at).rows)
    again = sent(in_part)
    with travel_to(in_part.at):
        record_executed(again, paid_on=again.day, actor=alma)
    assert in_part.case.status == "negotiating"
    assert not runs(in_part)


def test_a_part_that_is_not_paid_is_told_of_after_the_rest_was_withdrawn(in_part: Story) -> None:
    in_part.wait(1).does("vera", "withdraw").wait(20)
    assert watch(in_part.at) == 1
    told = in_part.case.events.get(action="cases.clock_breached")
    assert told.clock == PART_PAYMENT
    assert watch(in_part.at) == 0


def test_of_two_parts_at_once_the_clock_runs_until_both_are_paid(in_part: Story) -> None:
    first = in_part.settlement
    in_part.wait(0.5).part_offered("liquidation").wait(0.5).accepted()
    second = in_part.settlement
    in_part.settlement = first
    in_part.wait(4).paid()
    assert runs(in_part)
    in_part.settlement = second
    in_part.wait(1).paid()
    assert not runs(in_part)


def test_the_ledger_of_good_faith_measures_the_whole(assessed: Story) -> None:
    """What a part settles counts on both sides: the gap is that of the whole, before and after."""
    assessed.offered().wait(1).countered(Decimal(27_000_000), "…").wait(1)
    assessed.part_offered("costs", "solatium").wait(1).accepted().wait(1).rest_offered(Decimal(15_000_000))
    rows = good_faith_of(assessed.case, assessed.at).rows
    named = [
        (row.action.split(".")[1], row.gap) for row in rows if row.action.startswith("negotiation.") and not row.of
    ]
    wide, narrow = 27_000_000 - assessed.run.due, 27_000_000 - (15_000_000 + COSTS + SOLATIUM)
    assert named == [
        ("offer_approved", None),
        ("counter_offer_made", wide),
        ("offer_approved", wide),
        ("part_agreed", wide),
        ("offer_approved", narrow),
    ]


def test_two_settlements_of_the_whole_cannot_be_even_by_sql(in_part: Story) -> None:
    in_part.rest_offered().accepted()
    other = Offer.objects.get(number=1)
    assert other.status == "accepted"
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=other.pk).update(settles=[])


def test_what_an_offer_settles_is_not_edited(in_part: Story) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=in_part.offer.pk).update(builds_on={"9": ["margin"]})


@pytest.mark.django_db(transaction=True)
def test_accepting_a_part_and_approving_another_offer_at_once_leave_one_truth(cast: Cast) -> None:
    with system_scope():
        story = Story(cast).to_assessment().wait(1).part_offered("costs")
        prepared = prepares(story, Proposal(assessed_parts(story.run)))

    def accept() -> Any:
        with travel_to(story.at):
            return accept_offer(Offer.objects.get(pk=story.offer.pk), actor=story.user("vera"))

    def approve() -> Any:
        with travel_to(story.at):
            return approve_offer(Offer.objects.get(pk=prepared.pk), actor=story.user("alma"))

    outcomes = at_once(accept, approve)
    assert sorted(outcomes) == ["conflict", "ok"]
    with system_scope():
        accepted = Offer.objects.get(pk=story.offer.pk).status == "accepted"
        opened = Offer.objects.get(pk=prepared.pk).status == "open"
        assert accepted != opened
        assert Settlement.objects.count() == int(accepted)


def test_the_firm_may_decline_and_reopen_with_a_part_settled(in_part: Story, alma: User) -> None:
    with travel_to(in_part.at):
        decline_case(in_part.case, actor=alma, reason="…")
        perform(in_part.case, "reopen", actor=alma, reason="…")
    assert settled_parts(in_part.case) == {"1": ["costs", "solatium"]}
