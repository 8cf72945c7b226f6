"""Two people at once, on two database sessions."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from casetrack.cases.models import Case
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.mediation.services import decline_case
from casetrack.negotiation.models import Offer, Settlement
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import accept_offer, approve_offer, prepare_offer, withdraw_offer
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts in threads that start together, each in its own session and scope; "ok" or the error's code."""
    gate = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            gate.wait()
            with system_scope():
                act()
            outcomes[place] = "ok"
        except DomainError as error:
            outcomes[place] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


@pytest.fixture
def story(cast: Cast) -> Story:
    with system_scope():
        return Story(cast).to_assessment()


def fresh(offer: Offer) -> Offer:
    return Offer.objects.select_related("case").get(pk=offer.pk)


def test_two_acceptances_at_once_make_one_settlement(story: Story) -> None:
    with system_scope():
        story.offered()

    def accept() -> None:
        with travel_to(story.at):
            accept_offer(fresh(story.offer), actor=story.user("vera"))

    outcomes = at_once(accept, accept, accept)
    assert outcomes.count("ok") == 1
    with system_scope():
        assert Settlement.objects.count() == 1
        assert Case.objects.get().status == "agreed"


def test_two_approvals_at_once_open_one_offer(story: Story) -> None:
    with system_scope(), travel_to(story.at):
        offer = prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, story.run.due), reasons="x",
            valid_until=story.at + dt.timedelta(days=9), actor=story.user("ivan"),
        )  # fmt: skip

    def approve() -> None:
        with travel_to(story.at):
            approve_offer(fresh(offer), actor=story.user("alma"))

    outcomes = at_once(approve, approve)
    assert sorted(outcomes) == ["conflict", "ok"]
    with system_scope():
        assert Offer.objects.filter(status="open").count() == 1


def test_an_acceptance_and_a_withdrawal_at_once_leave_one_of_them(story: Story) -> None:
    with system_scope():
        story.offered()

    def accept() -> None:
        with travel_to(story.at):
            accept_offer(fresh(story.offer), actor=story.user("vera"))

    def take_back() -> None:
        with travel_to(story.at):
            withdraw_offer(fresh(story.offer), actor=story.user("alma"), reason="x")

    outcomes = at_once(accept, take_back)
    assert outcomes.count("ok") == 1
    with system_scope():
        accepted = Offer.objects.get(pk=story.offer.pk).status == "accepted"
        assert accepted == Settlement.objects.exists() == (Case.objects.get().status == "agreed")


@pytest.mark.parametrize("of_a_part", [False, True])
def test_two_approvers_and_the_victim_at_once_leave_one_truth(story: Story, of_a_part: bool) -> None:
    """Alma approves the next offer, sora takes the open one back, and vera accepts it: whoever comes first."""
    with system_scope():
        story.part_offered("costs") if of_a_part else story.offered()
        with travel_to(story.at):
            following = prepare_offer(
                story.case, story.run, proposal=at_amount(story.run, story.run.due), reasons="x",
                valid_until=story.at + dt.timedelta(days=9), actor=story.user("ivan"),
            )  # fmt: skip

    def at_the_time(act: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            with travel_to(story.at):
                act()

        return run

    outcomes = at_once(
        at_the_time(lambda: approve_offer(fresh(following), actor=story.user("alma"))),
        at_the_time(lambda: withdraw_offer(fresh(story.offer), actor=story.user("sora"), reason="x")),
        at_the_time(lambda: accept_offer(fresh(story.offer), actor=story.user("vera"))),
    )
    assert all(outcomes), "every act ended well or was refused"
    with system_scope():
        status = dict(Offer.objects.values_list("number", "status"))
        accepted = status[1] == "accepted"
        assert accepted == (outcomes[2] == "ok") == Settlement.objects.exists()
        assert (outcomes[1] == "ok") <= (status[1] == "withdrawn")
        assert (status[2] == "open") == (outcomes[0] == "ok")
        assert not (accepted and status[2] == "open"), "nothing is offered again that was just accepted"
        assert Case.objects.get().status == ("agreed" if accepted and not of_a_part else "negotiating")


def test_two_declines_at_once_decline_once(story: Story) -> None:
    def decline() -> None:
        decline_case(Case.objects.get(), actor=story.user("alma"), reason="x")

    assert sorted(at_once(decline, decline)) == ["illegal_transition", "ok"]
