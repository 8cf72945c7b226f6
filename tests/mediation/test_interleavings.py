"""Whatever the three parties do, in whatever order: one live mediation at most, no settlement without both acceptances,
and what has ended stays as it was."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrack.cases.models import Case
from casetrack.cases.services import perform
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import DomainError
from casetrack.mediation.models import ConciliationProposal, Hearing, Mediation
from casetrack.mediation.services import (
    accept_application,
    answer_as_firm,
    answer_as_victim,
    apply_for_mediation,
    approve_bound_offer,
    cancel_hearing,
    close_case,
    decline_application,
    decline_case,
    end_mediation,
    prepare_bound_offer,
    propose_settlement,
    set_hearing,
    withdraw_case,
    withdraw_mediation,
)
from casetrack.negotiation.models import Offer, Settlement
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import accept_offer, resume_negotiation
from casetrack.people.models import User
from tests.builders import Cast, Story

Act = tuple[str, str, int]  # who, what, and which one or how much
NOTHING_THERE = (Mediation.DoesNotExist, Hearing.DoesNotExist, ConciliationProposal.DoesNotExist, Offer.DoesNotExist)


class Table:
    """One case, and everything that anybody can try there. `now` goes on by hours."""

    def __init__(self, story: Story) -> None:
        self.story, self.now = story, story.at
        self.ended: dict[int, dict[str, Any]] = {}

    def case(self) -> Case:
        return Case.objects.select_related("firm").get(pk=self.story.case.pk)

    def mediation(self, place: int) -> Mediation:
        """One of the last two, however stale."""
        found = list(Mediation.objects.filter(case=self.story.case).select_related("case__firm").order_by("-number"))
        if not found:
            raise Mediation.DoesNotExist
        return found[place % min(len(found), 2)]

    def proposal(self, place: int) -> ConciliationProposal:
        return self.mediation(place).proposals.select_related("mediation__case__firm").latest("number")

    def offer(self) -> Offer:
        return Offer.objects.filter(case=self.story.case).select_related("case__firm").latest("number")

    def does(self, who: str, what: str, place: int) -> None:
        actor = self.story.user(who)
        with travel_to(self.now):
            if what in ACTS:
                ACTS[what](self, actor, place)
            else:
                perform(self.case(), what, actor=actor, reason="…")

    def apply(self, actor: User, place: int) -> None:
        apply_for_mediation(
            self.case(), self.story.cast.body, claimed=Decimal(1000 + place), asks="…", reason="…", has_consented=True,
            actor=actor,
        )  # fmt: skip

    def propose(self, actor: User, place: int) -> None:
        propose_settlement(
            self.mediation(0), amount=Decimal(1000 + place), text="…", reasons="…",
            answer_by=self.now + dt.timedelta(days=9), actor=actor,
        )  # fmt: skip

    def prepare(self, actor: User, place: int) -> None:
        prepare_bound_offer(
            self.case(), self.story.run, proposal=at_amount(self.story.run, Decimal(1000 + place), "…"), reasons="…",
            valid_until=self.now + dt.timedelta(days=9), actor=actor,
        )  # fmt: skip

    def holds(self) -> None:
        """What must be true after every act."""
        rows = list(Mediation.objects.filter(case=self.story.case))
        assert sum(row.is_live for row in rows) <= 1
        for row in rows:
            now = Mediation.objects.filter(pk=row.pk).values().get()
            assert self.ended.setdefault(row.pk, now) == now if not row.is_live else row.ended_at is None
            if row.status == "settled":
                agreed = row.proposals.get(victim_reply="accepted", firm_reply="accepted")
                assert agreed.amount == row.amount
        last = max(rows, key=lambda row: row.number, default=None)
        if last is not None and last.status == "settled":
            for made in Settlement.objects.live().filter(case=self.story.case):
                assert made.amount == last.amount or made.agreed_at < last.ended_at
        if any(row.is_live for row in rows):
            case = self.case()
            assert case.body_id == self.story.cast.body.pk
            assert case.status != "closed" or Settlement.objects.live().filter(case=case).exists()


ACTS: dict[str, Callable[[Table, User, int], object]] = {
    "apply": Table.apply,
    "take on": lambda table, actor, place: accept_application(table.mediation(place), actor=actor),
    "turn down": lambda table, actor, place: decline_application(table.mediation(place), actor=actor, reason="…"),
    "hear": lambda table, actor, place: set_hearing(
        table.mediation(place), at=table.now + dt.timedelta(days=1), place="…", actor=actor
    ),
    "call off": lambda table, actor, place: cancel_hearing(
        table.mediation(place).hearings.select_related("mediation__case__firm").latest("number"),
        actor=actor,
        reason="…",
    ),
    "propose": Table.propose,
    "end": lambda table, actor, place: end_mediation(table.mediation(place), actor=actor, reason="…"),
    "withdraw": lambda table, actor, _place: withdraw_case(table.case(), actor=actor),
    "take back": lambda table, actor, place: withdraw_mediation(table.mediation(place), actor=actor),
    "yes": lambda table, actor, place: answer_as_victim(table.proposal(place), is_accepted=True, actor=actor),
    "no": lambda table, actor, place: answer_as_victim(table.proposal(place), is_accepted=False, actor=actor),
    "firm yes": lambda table, actor, place: answer_as_firm(table.proposal(place), is_accepted=True, actor=actor),
    "firm no": lambda table, actor, place: answer_as_firm(
        table.proposal(place), is_accepted=False, actor=actor, words="…"
    ),
    "prepare": Table.prepare,
    "approve": lambda table, actor, _place: approve_bound_offer(table.offer(), actor=actor),
    "accept offer": lambda table, actor, _place: accept_offer(table.offer(), actor=actor),
    "resume": lambda table, actor, _place: resume_negotiation(table.case(), actor=actor, reason="…"),
    "decline": lambda table, actor, _place: decline_case(table.case(), actor=actor, reason="…"),
    "close": lambda table, actor, _place: close_case(table.case(), actor=actor, reason="…"),
}
# What leads somewhere: each sequence begins with the first few of these, and goes on as it likes.
COURSE: list[Act] = [
    ("vera", "apply", 0), ("mina", "take on", 0), ("mina", "hear", 0), ("mina", "propose", 0), ("vera", "yes", 0),
    ("alma", "firm yes", 0), ("ivan", "prepare", 0), ("alma", "approve", 0),
]  # fmt: skip
PEOPLE = ["vera", "vera", "mina", "mina", "alma", "ivan", "otto", "bruno"]
WHAT = [*ACTS, "escalate", "reopen"]
any_act = st.one_of(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(WHAT), st.integers(0, 3)),
    st.sampled_from(
        [
            *COURSE,
            ("vera", "yes", 0),
            ("alma", "firm yes", 0),
            ("vera", "take back", 0),
            ("ivan", "prepare", 0),
            ("alma", "approve", 0),
            ("vera", "accept offer", 0),
        ]
    ),
)


@pytest.mark.django_db
def test_no_order_of_acts_breaks_a_mediation(cast: Cast) -> None:
    story = Story(cast).to_offer()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(acts=st.lists(any_act, max_size=16), begun=st.integers(0, len(COURSE)), hours=st.integers(1, 40))
    def play(acts: list[Act], begun: int, hours: int) -> None:
        with transaction.atomic():
            table = Table(story)
            for act in [*COURSE[:begun], *acts]:
                table.now += dt.timedelta(hours=hours)
                try:
                    with transaction.atomic():
                        table.does(*act)
                except (DomainError, *NOTHING_THERE):
                    pass
                table.holds()
            transaction.set_rollback(True)

    play()
