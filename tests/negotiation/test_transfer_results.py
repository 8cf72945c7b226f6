"""The bank's word: what was executed is a payment, what failed is a task, what is unclear changes nothing."""

import datetime as dt
from dataclasses import replace

import pytest

from casetrack.calc.zengin import TransferFile, read_file, write_file
from casetrack.cases.services.bank import raise_bank_alarm
from casetrack.lib.clock import travel_to
from casetrack.lib.crypto import decrypt_bytes
from casetrack.lib.errors import Conflict, DomainError, InvalidInput, NotAllowed
from casetrack.negotiation.models import Payment, TransferBatch, TransferLine
from casetrack.negotiation.services.readiness import customer_code, unpaid
from casetrack.negotiation.services.results import ResultsRefused, Taken, import_results, record_executed
from casetrack.negotiation.services.transfers import approve_batch, return_batch
from casetrack.people.models import User
from tests.builders import Story
from tests.transfers import made, ready, sent, with_bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def moving(story: Story, sora: User) -> Story:
    """A settlement whose transfer the bank has; its day is here."""
    sent(ready(story))
    return story


def the_batch() -> TransferBatch:
    return TransferBatch.objects.get()


def file_of(batch: TransferBatch) -> TransferFile:
    return read_file(decrypt_bytes(batch.file_encrypted.encode()))


def answered(batch: TransferBatch, result: str, **changes: object) -> bytes:
    """The batch's own file as the bank gives it back."""
    found = file_of(batch)
    rows = [replace(row, sent_as=result, **changes) for row in found.transfers]  # type: ignore[arg-type]
    return write_file(found.remitter, dt.date(2025, *found.day), rows)


def csv(story: Story, *rows: str) -> bytes:
    code = customer_code(story.case)
    return "\n".join(["customer_code,result,reason", *(row.replace("CODE", code) for row in rows)]).encode()


def take(story: Story, data: bytes, who: str = "alma") -> Taken:
    with travel_to(story.at):
        taken = import_results(the_batch(), data, actor=story.user(who))
    story.case.refresh_from_db()
    return taken


def refused(story: Story, data: bytes) -> list[int]:
    """The lines that the refusal names; nothing may have changed."""
    before = (list(TransferLine.objects.values()), Payment.objects.count(), story.case.events.count())
    with pytest.raises(ResultsRefused) as why:
        take(story, data)
    assert (list(TransferLine.objects.values()), Payment.objects.count(), story.case.events.count()) == before
    return [problem.line for problem in why.value.problems]


def test_what_the_bank_executed_is_paid_on_its_day(moving: Story) -> None:
    assert take(moving, answered(the_batch(), "0")) == Taken(1, 0, 0)
    payment = Payment.objects.get()
    assert (payment.amount, payment.paid_on) == (moving.settlement.amount, the_batch().day)
    assert moving.case.status == "compensated"


@pytest.mark.parametrize("code", ["1", "2", "3", "4", "8", "9"])
def test_what_failed_is_told_to_vera_with_the_reason_and_can_be_paid_again(moving: Story, code: str) -> None:
    assert take(moving, answered(the_batch(), code)) == Taken(0, 1, 0)
    assert moving.case.status == "agreed"
    assert not Payment.objects.exists()
    event = moving.case.events.get(action="negotiation.payment_failed")
    assert event.is_public
    assert event.reason
    assert TransferLine.objects.unresolved().count() == 1
    assert unpaid(moving.case.firm) == [moving.settlement]


def test_a_failed_transfer_is_no_longer_a_task_once_it_is_tried_again(moving: Story) -> None:
    take(moving, answered(the_batch(), "2"))
    with_bank(moving, number="1111111").wait(4)
    made(moving)
    assert not TransferLine.objects.unresolved().exists()


def test_the_banks_own_words_reach_the_timeline(moving: Story) -> None:
    take(moving, csv(moving, "CODE,9,口座解約"))
    assert "口座解約" in moving.case.events.get(action="negotiation.payment_failed").reason


@pytest.mark.parametrize("result", ["0", "2"])
def test_the_same_file_twice_changes_nothing(moving: Story, result: str) -> None:
    data = answered(the_batch(), result)
    take(moving, data)
    events = moving.case.events.count()
    assert take(moving, data) == Taken(0, 0, 1)
    assert moving.case.events.count() == events
    assert Payment.objects.count() == (result == "0")


def test_a_csv_by_code_or_by_reference_says_the_same(moving: Story) -> None:
    assert take(moving, csv(moving, f"{moving.case.reference},0")) == Taken(1, 0, 0)
    assert take(moving, csv(moving, "CODE,0,")) == Taken(0, 0, 1)
    japanese = f"顧客コード,結果\r\n{customer_code(moving.case)},0\r\n".encode("cp932")
    assert take(moving, japanese) == Taken(0, 0, 1)


def test_unknown_doubled_and_unclear_rows_name_their_lines_and_nothing_changes(moving: Story) -> None:
    assert refused(moving, csv(moving, "CODE,0", "2025999999,0", "CODE,0", "CODE,2", "x,y")) == [3, 4, 5, 6]
    assert refused(moving, csv(moving, "CODE,7")) == [2]
    assert refused(moving, csv(moving, "CODE,")) == [2]
    assert refused(moving, csv(moving)) == [0]
    assert refused(moving, b"a,b\n1,2") == [1]
    assert refused(moving, b"\xff\xfe\x00") == [1]
    assert refused(moving, b"") == [1]


def test_the_file_that_went_to_the_bank_is_no_result(moving: Story) -> None:
    assert refused(moving, answered(the_batch(), "7")) == [2]


def test_another_amount_another_batch_and_a_torn_file_are_refused(moving: Story) -> None:
    assert refused(moving, answered(the_batch(), "0", amount=1)) == [2]
    assert refused(moving, answered(the_batch(), "0", customer_2="2")) == [2]
    assert refused(moving, answered(the_batch(), "0")[:-20]) == [4]


def test_a_result_that_contradicts_an_earlier_one_is_refused(moving: Story) -> None:
    take(moving, answered(the_batch(), "0"))
    assert refused(moving, answered(the_batch(), "2")) == [2]


def test_results_before_the_day_of_the_transfer_are_refused(moving: Story) -> None:
    moving.wait(-2)
    assert refused(moving, answered(the_batch(), "0")) == [2]


def test_money_that_has_left_is_recorded_even_if_vera_has_raised_the_alarm_since(moving: Story, vera: User) -> None:
    with travel_to(moving.at):
        raise_bank_alarm(actor=vera)
    take(moving, answered(the_batch(), "0"))
    assert moving.case.status == "compensated"


def test_everything_was_executed_on_a_day_from_the_files_to_today(moving: Story, alma: User) -> None:
    batch = the_batch()
    with travel_to(moving.at):
        for day in (batch.day - dt.timedelta(days=1), batch.day + dt.timedelta(days=9)):
            with pytest.raises(InvalidInput):
                record_executed(batch, paid_on=day, actor=alma)
        record_executed(batch, paid_on=batch.day, actor=alma)
        with pytest.raises(Conflict):
            record_executed(batch, paid_on=batch.day, actor=alma)
        with pytest.raises(Conflict):
            return_batch(batch, actor=alma, reason="…")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("who", ["ivan", "fiona", "vera", "otto", "bruno"])
def test_only_approvers_take_results(moving: Story, who: str) -> None:
    with pytest.raises(NotAllowed):
        take(moving, answered(the_batch(), "0"), who)


def test_a_file_that_nobody_has_fetched_has_no_results(story: Story, sora: User) -> None:
    batch = made(ready(story))
    with travel_to(story.at):
        approve_batch(batch, actor=sora)
        with pytest.raises(DomainError):
            record_executed(batch, paid_on=batch.day, actor=sora)
