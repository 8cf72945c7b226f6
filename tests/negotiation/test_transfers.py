"""What the firm pays goes to its bank as one file: made by one, approved by another, paid by the bank's word."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from casetrack.audit.models import Entry
from casetrack.calc.zengin import read_file
from casetrack.cases.services.bank import change_bank_account, raise_bank_alarm
from casetrack.firms.services import limit_approver
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import Measure, Payment, RemitterAccount, TransferBatch, TransferLine
from casetrack.negotiation.services import approve_measure, pay_ahead, propose_measure, record_payment
from casetrack.negotiation.services.readiness import customer_code, readiness_of, unpaid
from casetrack.negotiation.services.results import record_executed
from casetrack.negotiation.services.transfers import (
    approve_batch,
    fetch_file,
    make_batch,
    next_business_day,
    return_batch,
    set_remitter,
)
from casetrack.negotiation.transfers import BatchStatus
from casetrack.people.bank import BankFacts
from casetrack.people.models import User, Victim
from tests.builders import Cast, Story
from tests.negotiation.test_concurrency import at_once
from tests.transfers import FIRMS, HERS, made, ready, with_bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def payable(story: Story, sora: User) -> Story:
    return ready(story)


def obstacles(story: Story) -> list[str]:
    with travel_to(story.at):
        return [error.message for error in readiness_of(story.settlement).obstacles]


def test_what_is_agreed_signed_final_cleared_and_in_her_own_name_is_ready(payable: Story) -> None:
    assert obstacles(payable) == []
    assert unpaid(payable.case.firm) == [payable.settlement]


def test_the_file_holds_the_due_amount_her_account_and_the_cases_number(payable: Story, sora: User) -> None:
    batch = made(payable)
    with travel_to(payable.at):
        approve_batch(batch, actor=sora)
        found = read_file(fetch_file(batch, actor=sora))
    (row,) = found.transfers
    assert (row.amount, row.account_number, row.holder) == (payable.settlement.amount, HERS["number"], "ﾀｶﾊｼ ﾒｸﾞﾐ")
    assert (row.customer_1, int(row.customer_2)) == (customer_code(payable.case), batch.number)
    assert found.day == (batch.day.month, batch.day.day)
    assert (found.remitter.client_code, found.remitter.account_number) == (FIRMS["client_code"], FIRMS["number"])


def test_making_and_approving_a_batch_pays_nothing(payable: Story, sora: User) -> None:
    batch = made(payable)
    with travel_to(payable.at):
        approve_batch(batch, actor=sora)
    payable.case.refresh_from_db()
    assert payable.case.status == "agreed"
    assert not Payment.objects.exists()


def test_what_is_not_signed_not_final_not_cleared_and_without_details_says_each(story: Story) -> None:
    story.to_settlement()
    said = obstacles(story)
    assert any("countersign" in text for text in said)
    assert any("legal basis" in text for text in said)
    assert any("bank details" in text for text in said)
    story.countersigned()
    assert any("take the acceptance back" in text for text in obstacles(story))


@pytest.mark.parametrize(
    "holder",
    ["ﾀｶﾊｼ ﾒｸﾞﾐ", "たかはし　めぐみ", "タカハシメグミ", "タカハシ メク゛ミ"],
)
def test_the_same_name_written_otherwise_is_her_name(payable: Story, holder: str) -> None:
    with_bank(payable, holder=holder).wait(4)
    assert obstacles(payable) == []


@pytest.mark.parametrize(
    ("kana", "holder"),
    [
        (("ショウジ", "カヲル"), "シヨウジ カオル"), (("サトー", "ヴァン"), "ｻﾄ- ｳﾞｱﾝ"),
        (("サトー", "ヴァン"), "サト－ ウ゛アン"),
        (("イワサキ", "ヰチ"), "イワサキ イチ"), (("ヤギュウ", "ジュン"), "ﾔｷﾞﾕｳ ｼﾞﾕﾝ"),
    ],
)  # fmt: skip
def test_small_and_old_kana_and_long_vowels_do_not_part_her_from_her_account(
    payable: Story, kana: tuple[str, str], holder: str
) -> None:
    Victim.objects.filter(pk=payable.case.victim.pk).update(family_name_kana=kana[0], given_name_kana=kana[1])
    payable.case.victim.refresh_from_db()
    payable.settlement.case = payable.case
    with_bank(payable, holder=holder).wait(4)
    assert obstacles(payable) == []


def test_to_another_name_no_payment_is_recorded_without_a_word_on_whose_account_it_is(payable: Story) -> None:
    with_bank(payable, holder="タカハシ ケンジ").wait(4)
    due, alma = payable.settlement.amount, payable.user("alma")
    with travel_to(payable.at):
        with pytest.raises(InvalidInput, match="タカハシ ケンジ") as refused:
            record_payment(payable.settlement, amount=due, paid_on=payable.at.date(), actor=alma)
        assert refused.value.field == "note"
        note = "後見人の口座。登記事項証明書で確認。"
        assert record_payment(payable.settlement, amount=due, paid_on=payable.at.date(), actor=alma, note=note).pk


@pytest.mark.parametrize("holder", ["タカハシ メクミ", "タカハシ ケンジ"])
def test_nothing_is_paid_ahead_to_another_name_without_a_word_on_it(story: Story, holder: str) -> None:
    with_bank(story.to_investigation(), holder=holder).wait(4)
    with travel_to(story.at):
        measure = propose_measure(
            story.case, kind=Measure.PROVISIONAL_PAYMENT, amount=Decimal(500_000), reason="…",
            basis=Basis.NO_LOSS_COMPENSATION, reference="1", actor=story.user("ivan"),
        )  # fmt: skip
        approve_measure(measure, actor=story.user("alma"))
        with pytest.raises(InvalidInput, match="another name") as refused:
            pay_ahead(measure, paid_on=story.at.date(), actor=story.user("alma"))
        assert refused.value.field == "note"
        paid = pay_ahead(measure, paid_on=story.at.date(), actor=story.user("alma"), note="後見人の口座。")
    assert (paid.status, paid.paid_note) == ("paid", "後見人の口座。")


@pytest.mark.parametrize("holder", ["タカハシ メクミ", "タカハシ ケンジ", "カ)タカハシ", "タカハシ メグミー"])
def test_another_name_blocks_and_says_both(payable: Story, sora: User, holder: str) -> None:
    with_bank(payable, holder=holder).wait(4)
    with travel_to(payable.at):
        (obstacle,) = readiness_of(payable.settlement).obstacles
    assert (obstacle.params["holder"], obstacle.params["expected"]) == (holder, "タカハシ メグミ")
    with pytest.raises(Conflict):
        made(payable)


def test_changed_details_and_an_alarm_keep_it_back(payable: Story, vera: User) -> None:
    with_bank(payable, number="9999999")
    assert len(obstacles(payable)) == 1
    payable.wait(4)
    with travel_to(payable.at):
        raise_bank_alarm(actor=vera)
    assert len(obstacles(payable)) == 1


@pytest.mark.parametrize("who", ["ivan", "fiona", "vera", "otto", "bruno"])
def test_only_approvers_of_the_firm_make_approve_fetch_and_take_back(payable: Story, sora: User, who: str) -> None:
    actor, firm = payable.user(who), payable.case.firm
    with travel_to(payable.at):
        day = next_business_day(firm)
        batch = None
        with pytest.raises(NotAllowed):
            set_remitter(firm, FIRMS, actor=actor)
        with pytest.raises(NotAllowed):
            make_batch(firm, [payable.settlement], day=day, actor=actor)
        batch = made(payable)
        with pytest.raises(NotAllowed):
            approve_batch(batch, actor=actor)
        with pytest.raises(NotAllowed):
            return_batch(batch, actor=actor, reason="…")
        approve_batch(batch, actor=sora)
        with pytest.raises(NotAllowed):
            fetch_file(batch, actor=actor)


def test_the_one_who_made_it_does_not_approve_it_even_by_sql(payable: Story, alma: User) -> None:
    batch = made(payable)
    with travel_to(payable.at), pytest.raises(NotAllowed):
        approve_batch(batch, actor=alma)
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferBatch.objects.update(approved_by=alma)


def test_a_transfer_above_her_limit_waits_for_another_approver(payable: Story, sora: User) -> None:
    batch = made(payable)
    amount = batch.lines.get().amount
    with travel_to(payable.at):
        limit_approver("sora@minato.example", amount - 1, actor=User.objects.system())
        with pytest.raises(NotAllowed):
            approve_batch(batch, actor=User.objects.get(pk=sora.pk))
        limit_approver("sora@minato.example", amount, actor=User.objects.system())
        approve_batch(batch, actor=User.objects.get(pk=sora.pk))
    assert batch.status == BatchStatus.APPROVED


def test_transfers_of_parts_need_the_limit_of_what_the_case_comes_to(story: Story, sora: User, client_of: Any) -> None:
    """14,500 and then 995,000 yen: whoever may approve one million may approve either, but not the second on top."""
    with_bank(story.to_assessment().wait(1))
    with travel_to(story.at):
        set_remitter(story.case.firm, FIRMS, actor=story.user("alma"))
    story.part_offered("costs", "solatium").accepted().countersigned().cleared()
    first = story.settlement
    story.wait(0.1).part_offered("liquidation").accepted().countersigned().cleared().wait(4)
    second, story.settlement = story.settlement, first
    both = first.amount + second.amount
    with travel_to(story.at):
        limit_approver("sora@minato.example", both - 1, actor=User.objects.system())
        batch = approve_batch(made(story), actor=User.objects.get(pk=sora.pk))
        fetch_file(batch, actor=sora)
    with travel_to(story.wait(3).at):
        record_executed(batch, paid_on=batch.day, actor=sora)
    story.settlement = second
    batch = made(story)
    with travel_to(story.at):
        for up_to, count in ((both - 1, 0), (both, 1)):
            limit_approver("sora@minato.example", up_to, actor=User.objects.system())
            tabs = client_of(User.objects.get(pk=sora.pk)).get("/en/firm/").context["tabs"]
            assert next(tab.count for tab in tabs if tab.key == "waiting") == count
            if not count:
                with pytest.raises(NotAllowed, match="above your limit"):
                    approve_batch(batch, actor=User.objects.get(pk=sora.pk))
        approve_batch(batch, actor=User.objects.get(pk=sora.pk))


def test_nothing_is_given_out_before_the_second_person(payable: Story, alma: User) -> None:
    batch = made(payable)
    with travel_to(payable.at), pytest.raises(Conflict):
        fetch_file(batch, actor=alma)


def test_a_case_is_in_one_live_batch_even_by_sql(payable: Story, alma: User) -> None:
    batch = made(payable)
    assert unpaid(payable.case.firm) == []
    with pytest.raises(Conflict):
        made(payable)
    line = batch.lines.get()
    other = TransferBatch.objects.create(
        firm=batch.firm, number=9, day=batch.day, file_encrypted="", file_sha256="", made_by=alma, made_at=payable.at
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferLine.objects.create(
            batch=other, case=line.case, settlement=line.settlement, account=line.account, amount=line.amount
        )


def test_what_is_in_a_batch_is_not_paid_by_hand_too(payable: Story, alma: User) -> None:
    batch = made(payable)
    with travel_to(payable.at):
        with pytest.raises(Conflict):
            record_payment(payable.settlement, amount=payable.settlement.amount, paid_on=payable.at.date(), actor=alma)
        return_batch(batch, actor=alma, reason="Paid by hand.")
        record_payment(payable.settlement, amount=payable.settlement.amount, paid_on=payable.at.date(), actor=alma)


def test_a_batch_taken_back_frees_its_settlements_and_needs_a_reason(payable: Story, alma: User, sora: User) -> None:
    batch = made(payable)
    with travel_to(payable.at):
        with pytest.raises(InvalidInput):
            return_batch(batch, actor=sora, reason=" ")
        return_batch(batch, actor=sora, reason="Wrong day.")
        with pytest.raises(Conflict):
            approve_batch(batch, actor=sora)
        with pytest.raises(Conflict):
            return_batch(batch, actor=sora, reason="Again.")
    assert made(payable).number == batch.number + 1


@pytest.mark.parametrize("when", ["before the approval", "before the file is fetched"])
@pytest.mark.parametrize("what", ["changes the account", "raises the alarm"])
def test_what_vera_does_meanwhile_stops_the_file(payable: Story, vera: User, sora: User, when: str, what: str) -> None:
    batch = made(payable)
    with travel_to(payable.at):
        if when == "before the file is fetched":
            approve_batch(batch, actor=sora)
        if what == "changes the account":
            change_bank_account(BankFacts(**{**HERS, "number": "7777777"}), actor=vera)  # type: ignore[typeddict-item]
        else:
            raise_bank_alarm(actor=vera)
        with pytest.raises(Conflict):
            (fetch_file if when == "before the file is fetched" else approve_batch)(batch, actor=sora)


def test_an_account_that_changed_and_cooled_off_is_not_what_was_approved(
    payable: Story, vera: User, sora: User
) -> None:
    with travel_to(payable.at):
        batch = make_batch(
            payable.case.firm, [payable.settlement], day=payable.at.date() + dt.timedelta(days=10),
            actor=payable.user("alma"),
        )  # fmt: skip
    with_bank(payable, number="7777777").wait(4)
    with travel_to(payable.at), pytest.raises(Conflict) as refused:
        approve_batch(batch, actor=sora)
    assert refused.value.params["reference"] == payable.case.reference


@pytest.mark.parametrize("days", [-1, 0, 1, 2, 3, 4, 5, 6])
def test_it_is_transferred_on_a_business_day_to_come(payable: Story, alma: User, days: int) -> None:
    with travel_to(payable.at):
        day = payable.at.date() + dt.timedelta(days=days)
        if day.weekday() < 5 and days >= 0:
            assert make_batch(payable.case.firm, [payable.settlement], day=day, actor=alma).day == day
        else:
            with pytest.raises(InvalidInput):
                make_batch(payable.case.firm, [payable.settlement], day=day, actor=alma)


def test_without_the_firms_own_account_there_is_no_file(story: Story, alma: User, sora: User) -> None:
    ready(story)
    other = story.cast.firm["AOZORA"]
    with travel_to(story.at), pytest.raises(Conflict):
        make_batch(other, [], day=next_business_day(other), actor=story.user("bruno"))


def test_another_firms_settlement_is_not_taken(payable: Story, bruno: User) -> None:
    firm = payable.cast.firm["AOZORA"]
    with travel_to(payable.at):
        set_remitter(firm, FIRMS, actor=bruno)
        with pytest.raises(Conflict):
            make_batch(firm, [payable.settlement], day=next_business_day(firm), actor=bruno)


@pytest.mark.parametrize(
    ("field", "value"), [("client_name", "港証券"), ("client_code", "12345678901"), ("number", "12345678")]
)
def test_what_the_banks_format_does_not_know_is_refused_by_field(
    cast: Cast, alma: User, field: str, value: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_remitter(cast.firm["MINATO"], {**FIRMS, field: value}, actor=alma)  # type: ignore[typeddict-item]
    assert refused.value.field == field


def test_each_fetching_is_in_the_audit_log_and_no_account_number_is(payable: Story, sora: User) -> None:
    batch = made(payable)
    with travel_to(payable.at):
        approve_batch(batch, actor=sora)
        fetch_file(batch, actor=sora)
        fetch_file(batch, actor=sora)
    entries = Entry.objects.filter(action="negotiation.transfer_file_fetched")
    assert [(entry.actor_id, entry.data["sha256"]) for entry in entries] == [(sora.pk, batch.file_sha256)] * 2
    everything = " ".join(str(entry.data) + entry.subject for entry in Entry.objects.all())
    assert HERS["number"] not in everything
    assert FIRMS["number"] not in everything
    assert HERS["holder"] not in everything


def test_numbers_and_names_lie_encrypted(payable: Story) -> None:
    batch = made(payable)
    assert HERS["number"] not in batch.file_encrypted
    assert FIRMS["number"] not in RemitterAccount.objects.get().number_encrypted


@pytest.mark.django_db(transaction=True)
def test_two_batches_of_one_settlement_at_once_are_one(cast: Cast) -> None:
    with system_scope():
        story = ready(Story(cast))
        batch_day = story.at

    def make(who: str) -> Any:
        def run() -> Any:
            with travel_to(batch_day):
                firm = story.case.firm
                return make_batch(firm, [story.settlement], day=next_business_day(firm), actor=story.user(who))

        return run

    assert sorted(at_once(make("alma"), make("sora"))) == ["conflict", "ok"]
    with system_scope():
        assert TransferLine.objects.count() == 1
