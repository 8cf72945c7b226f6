"""A person's decision what executions were."""

import pytest

from casetrack.ledger.models import Attribution, Execution, Source
from casetrack.ledger.services import decide, import_ledger
from casetrack.lib import clock
from casetrack.lib.errors import InvalidInput
from casetrack.people.models import User
from tests.builders import Cast
from tests.ledger.files import file, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def executions(cast: Cast) -> list[Execution]:
    """A purchase (b1) and a sale (s1), undecided."""
    data = file(row(), row(execution_id="s1", type="sell"))
    import_ledger(cast.firm["MINATO"], "x.csv", data, actor=User.objects.system())
    return list(Execution.objects.in_order())


def test_a_decision_is_written_with_its_person_and_reason(executions: list[Execution], ivan: User) -> None:
    at = clock.now()
    assert decide(executions, "unauthorized", actor=ivan, reason=" Same device. ", at=at) == 2
    made = Attribution.objects.all()
    assert {(a.value, a.source, a.reason, a.decided_by, a.recorded_at) for a in made} == {
        ("unauthorized", Source.PERSON, "Same device.", ivan, at)
    }
    assert {e.attribution for e in executions} == {"unauthorized"}
    assert set(Execution.objects.values_list("attribution", flat=True)) == {"unauthorized"}


def test_only_what_changes_is_decided(executions: list[Execution], ivan: User) -> None:
    decide(executions[:1], "unauthorized", actor=ivan, reason="", at=clock.now())
    assert decide(executions, "unauthorized", actor=ivan, reason="", at=clock.now()) == 1
    assert decide(executions, "unauthorized", actor=ivan, reason="", at=clock.now()) == 0
    assert Attribution.objects.count() == 2


def test_a_stale_copy_of_an_execution_hides_no_change(executions: list[Execution], ivan: User) -> None:
    stale = list(Execution.objects.in_order())
    decide(executions, "unauthorized", actor=ivan, reason="", at=clock.now())
    assert decide(stale, "unauthorized", actor=ivan, reason="", at=clock.now()) == 0
    assert decide(stale, "", actor=ivan, reason="", at=clock.now()) == 2


def test_a_value_that_one_type_does_not_allow_changes_nothing(executions: list[Execution], ivan: User) -> None:
    with pytest.raises(InvalidInput, match="b1 cannot be"):
        decide(executions, "liquidation", actor=ivan, reason="", at=clock.now())
    with pytest.raises(InvalidInput):
        decide(executions, "stolen", actor=ivan, reason="", at=clock.now())
    assert not Attribution.objects.exists()
