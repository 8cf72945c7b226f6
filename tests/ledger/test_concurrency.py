"""Files and people at once, each on a database session of its own."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from casetrack.cases.incidents import import_incidents
from casetrack.cases.models import Case
from casetrack.firms.models import Firm
from casetrack.ledger.models import Attribution, Execution
from casetrack.ledger.services import decide, import_ledger
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from tests.builders import Cast
from tests.ledger.files import file, row

pytestmark = pytest.mark.django_db(transaction=True)


def started(act: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            with system_scope():
                act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def minato(cast: Cast) -> Firm:
    return cast.firm["MINATO"]


def give(firm: Firm, *rows: dict[str, str]) -> None:
    import_ledger(firm, "x.csv", file(*rows), actor=User.objects.system())


def test_a_decision_made_while_a_file_waits_is_a_persons_and_stays(minato: Firm, cast: Cast) -> None:
    with system_scope():
        give(minato, row())
    with system_scope():
        (execution,) = Execution.objects.all()
        decide([execution], "unauthorized", actor=cast.user["ivan"], reason="", at=clock.now())
        importing = started(lambda: give(minato, row(attribution="genuine")))
        importing.join(1)
        assert importing.is_alive(), "the import did not wait for the decision"
    importing.join(20)
    with system_scope():
        assert Execution.objects.get().attribution == "unauthorized"
        assert Attribution.objects.count() == 1


def test_the_same_files_at_once_are_stored_once(minato: Firm) -> None:
    rows = [row(execution_id=f"e{n}", attribution="genuine") for n in range(50)]
    found = b"account,detected_at\n" + b"".join(b"%d,2025-04-16T10:00:00+09:00\n" % n for n in range(20))
    acts = [started(lambda: give(minato, *rows)) for _ in range(3)]
    acts += [started(lambda: import_incidents(minato, found, actor=User.objects.system())) for _ in range(3)]
    for act in acts:
        act.join(60)
    with system_scope():
        assert (Execution.objects.count(), Attribution.objects.count(), Case.objects.count()) == (50, 50, 20)
