"""Two database sessions, one of which has acted and not committed yet when the other begins.

Threads that start together (test_concurrency) meet in the dangerous moment only by luck. Here they always do: the
second act begins while the first one's writes are not visible, and the first one commits, or gives up, once the second
waits for it or has ended. So a missing lock is found every time and not now and then.
"""

import contextlib
import datetime as dt
import itertools
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from casetrack.lib.clock import travel_to
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.negotiation.models import Offer
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import prepare_offer
from tests.builders import Cast, Story
from tests.negotiation.test_interleavings import NOTHING_THERE, Act, Table, any_act

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20  # seconds until a session counts as stuck


class GivesUpError(Exception):
    """The first session's transaction ends without a trace."""


class Session(threading.Thread):
    """One act in a session and a transaction of its own; `outcome` is "ok", the code of the refusal, or the fault."""

    def __init__(self, act: Callable[[], object], then: Callable[[], None]) -> None:
        super().__init__()
        self.act, self.then = act, then
        self.acted, self.pid, self.outcome = threading.Event(), 0, ""

    def run(self) -> None:
        try:
            with system_scope():
                self.pid = connection.connection.info.backend_pid
                self.act()
                self.acted.set()
                self.then()
            self.outcome = "ok"
        except DomainError as error:
            self.outcome = error.code
        except NOTHING_THERE:
            self.outcome = "nothing there"
        except GivesUpError:
            self.outcome = "gave up"
        except Exception as error:
            self.outcome = f"FAULT {type(error).__name__}: {error}"
        finally:
            self.acted.set()
            connection.close()

    @property
    def waits(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("select cardinality(pg_blocking_pids(%s)) > 0", [self.pid])
            return bool(cursor.fetchone()[0])


def one_within_the_other(first: Callable[[], object], second: Callable[[], object], *, commits: bool) -> list[str]:
    """Both outcomes, and "waited" where the second had to wait for the first."""
    released = threading.Event()

    def hold() -> None:
        released.wait(PATIENCE)
        if not commits:
            raise GivesUpError

    one, two = Session(first, hold), Session(second, lambda: None)
    one.start()
    one.acted.wait(PATIENCE)
    two.start()
    until, waited = time.monotonic() + PATIENCE, False
    while two.is_alive() and not waited and time.monotonic() < until:
        waited = two.pid != 0 and two.waits
        time.sleep(0.002)
    released.set()
    for session in (one, two):
        session.join(PATIENCE)
    return [one.outcome, two.outcome, *(["waited"] if waited else [])]


def acts_of(table: Table, act: Act) -> Callable[[], None]:
    """The act at the table's time; an offer lapses only once its time is over."""
    own = Table(table.story)
    own.now = table.now + dt.timedelta(days=20) if act[1] == "lapse" else table.now
    return lambda: own.does(*act)


def play(table: Table, first: Act, second: Act, *, commits: bool) -> list[str]:
    """Both acts, one within the other, and what must be true after every act."""
    outcomes = one_within_the_other(acts_of(table, first), acts_of(table, second), commits=commits)
    told = f"{first} and meanwhile {second}: {outcomes}"
    assert not any("FAULT" in outcome or not outcome for outcome in outcomes), told
    with system_scope():
        table.holds()
    return outcomes


def one_open_one_prepared(story: Story) -> None:
    """Vera thinks about an offer, and the next one waits for alma."""
    story.to_offer()
    prepared(story)


def a_part_agreed(story: Story) -> None:
    """Vera accepted a part, and an offer for the rest that counts on it waits for alma."""
    story.to_assessment().part_offered("costs").accepted()
    prepared(story, "costs")


def to_be_paid(story: Story) -> None:
    """Everything is there for the payment."""
    story.to_settlement().countersigned().cleared().wait(4)


def paid(story: Story) -> None:
    """The firm has paid; vera has not said anything yet."""
    story.to_payment()


def prepared(story: Story, *settled: str) -> None:
    with travel_to(story.at):
        prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, story.run.due, "…", settled), reasons="…",
            valid_until=story.at + dt.timedelta(days=9), actor=story.user("ivan"),
        )  # fmt: skip


OPEN, PREPARED = 1, 0  # which offer, counted from the last
RACES: dict[Callable[[Story], None], list[Act]] = {
    one_open_one_prepared: [
        ("vera", "accept", OPEN), ("vera", "refuse", OPEN), ("vera", "counter", OPEN), ("sora", "take back", OPEN),
        ("alma", "lapse", 0), ("alma", "approve", PREPARED), ("ivan", "discard", PREPARED), ("vera", "escalate", 0),
        ("vera", "withdraw", 0),
    ],
    a_part_agreed: [
        ("vera", "revoke", 0), ("alma", "approve", PREPARED), ("alma", "sign", 0), ("ivan", "clear", 0),
        ("vera", "escalate", 0),
    ],
    to_be_paid: [("alma", "pay", 0), ("sora", "pay", 0)],
    paid: [("vera", "confirm", 0), ("vera", "deny", 0), ("alma", "fail", 0)],
}  # fmt: skip
# Ends of one and the same thing: never two of them.
ENDS = ({"accept", "refuse", "counter", "take back"}, {"approve", "discard"}, {"pay"}, {"confirm", "fail"})


def new_tables(cast: Cast, before: Callable[[Story], None]) -> Iterator[Table]:
    """A case of its own for each, at that station."""
    for number in itertools.count(1):
        with system_scope():
            story = Story(cast, account=f"0777-{number:07}")
            before(story)
        yield Table(story)


@pytest.mark.parametrize("before", RACES)
def test_every_act_within_every_other(cast: Cast, before: Callable[[Story], None]) -> None:
    tables, waited = new_tables(cast, before), 0
    for first, second in itertools.product(RACES[before], repeat=2):
        outcomes = play(next(tables), first, second, commits=True)
        waited += "waited" in outcomes
        assert outcomes[0] == "ok", f"{first} is possible here, or the race is none: {outcomes}"
        if any({first[1], second[1]} <= ends for ends in ENDS):
            assert outcomes[1] != "ok", f"{first} and {second} both held"
    assert waited == len(RACES[before]) ** 2, "the second one always waits for the first"


@pytest.mark.parametrize("before", RACES)
def test_what_is_given_up_stands_in_nobodys_way(cast: Cast, before: Callable[[Story], None]) -> None:
    tables = new_tables(cast, before)
    for act in RACES[before]:
        assert play(next(tables), RACES[before][0], act, commits=False)[:2] == ["gave up", "ok"]


def test_no_interleaving_of_two_sessions_breaks_the_negotiation(cast: Cast) -> None:
    stations = {before: new_tables(cast, before) for before in RACES}
    rounds = st.lists(st.tuples(any_act, any_act, st.booleans()), min_size=1, max_size=4)

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(before=st.sampled_from(list(RACES)), rounds=rounds)
    def interleave(before: Callable[[Story], None], rounds: list[tuple[Act, Act, bool]]) -> None:
        table = next(stations[before])
        for first, second, commits in rounds:
            table.now += dt.timedelta(hours=5)
            outcomes = play(table, first, second, commits=commits)
            event("both" if outcomes[:2] == ["ok", "ok"] else "one" if "ok" in outcomes else "none")

    interleave()
    with contextlib.suppress(Offer.DoesNotExist), system_scope():
        assert Offer.objects.count() >= 20
