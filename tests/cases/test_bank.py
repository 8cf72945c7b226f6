"""Bank details: entering and changing them, what keeps a payment back, and who may read the number."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from casetrack.audit.models import Entry
from casetrack.cases.services.bank import change_bank_account, clear_bank_alarm, raise_bank_alarm, read_bank_number
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.lib.scope import scoped
from casetrack.negotiation.models import Countersignature, Settlement
from casetrack.negotiation.services import record_payment
from casetrack.notifications.models import Delivery
from casetrack.notifications.services import plan_deliveries
from casetrack.people.bank import BankFacts, bank_account_of, holder_differs, payment_block
from casetrack.people.models import BankAccount, User
from tests.builders import Story

pytestmark = pytest.mark.django_db
DETAILS = BankFacts(
    bank_name="みなと銀行", bank_code="0562", branch_name="本店", branch_code="001", kind="ordinary", number="0123456",
    holder="タカハシ メグミ",
)  # fmt: skip
OTHERS = DETAILS | {"number": "7654321"}


def pays(story: Story) -> Any:
    settlement = Settlement.objects.get(case=story.case)
    if not settlement.legal_bases.exists():
        story.settlement = settlement
        story.cleared()
    if not Countersignature.objects.filter(settlement=settlement).exists():
        story.countersigned()
    story.at = max(story.at, settlement.revocable_until)
    with travel_to(story.at):
        return record_payment(
            settlement, amount=settlement.amount, paid_on=clock.tokyo_date(story.at), actor=story.user("alma")
        )


def enters(story: Story, facts: Any = DETAILS, who: str = "vera") -> BankAccount:
    with travel_to(story.at):
        return change_bank_account(facts, actor=story.user(who))


def test_the_number_lies_encrypted_and_shows_its_last_digits(story: Story) -> None:
    account = enters(story.reported())
    assert "0123456" not in account.number_encrypted
    assert (account.number, account.masked) == ("0123456", "••••456")


def test_versions_are_only_added(story: Story) -> None:
    first, second = enters(story.reported()), enters(story, OTHERS)
    assert bank_account_of(story.user("vera")) == second
    with pytest.raises(DatabaseError), transaction.atomic():
        BankAccount.objects.filter(pk=first.pk).update(holder="X")
    with pytest.raises(DatabaseError), transaction.atomic():
        first.delete()


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", "123456"), ("number", "０１２３４５６"), ("bank_code", "56"), ("branch_code", "0001")],
)
def test_what_is_not_in_the_banks_form_is_refused(field: str, value: str, story: Story) -> None:
    story.reported()
    with pytest.raises(InvalidInput) as refused:
        enters(story, DETAILS | {field: value})
    assert refused.value.field == field


@pytest.mark.parametrize("holder", ["タカハシ メグミ", "ﾀｶﾊｼ ﾒｸﾞﾐ", "たかはしめぐみ", "タカハシ　メグミ"])
def test_the_same_name_however_it_is_typed_does_not_differ(holder: str, vera: User) -> None:
    assert not holder_differs(vera, holder)


def test_small_and_large_kana_are_the_same_and_another_name_is_another(cast: Any, vera: User) -> None:
    assert holder_differs(vera, "タカハシ ケンジ")
    cast.victim["vera"].__class__.objects.filter(pk=cast.victim["vera"].pk).update(given_name_kana="キョウコ")
    assert not holder_differs(vera, "タカハシ キヨウコ")
    assert not holder_differs(cast.user["otto"], "BERGER OTTO")
    cast.victim["vera"].__class__.objects.filter(pk=cast.victim["vera"].pk).update(given_name_kana="メグ＝アン")
    assert not holder_differs(vera, "ﾀｶﾊｼ ﾒｸﾞ ｱﾝ")


def test_the_first_entry_before_an_agreement_is_payable_at_once_a_change_is_not(story: Story) -> None:
    story.to_offer().wait(1)
    enters(story)
    story.accepted().wait(1)
    enters(story, OTHERS)
    with pytest.raises(Conflict, match="Nothing may be paid before"):
        pays(story)
    story.wait(3)
    assert pays(story)


def test_details_entered_before_the_agreement_are_paid_without_waiting(story: Story) -> None:
    story.to_offer().wait(1)
    enters(story)
    story.accepted()
    assert pays(story)


def test_the_first_entry_after_an_agreement_cools_off_too(story: Story) -> None:
    story.to_settlement().wait(1)
    enters(story)
    with pytest.raises(Conflict):
        pays(story)


def test_the_time_is_a_setting(story: Story, settings: Any) -> None:
    settings.BANK_COOLING_OFF_HOURS = 5
    enters(story.reported())
    account = enters(story, OTHERS)
    assert account.payable_from - account.entered_at == dt.timedelta(hours=5)


def test_this_was_not_me_stops_the_payment_until_the_firm_has_telephoned(story: Story) -> None:
    story.to_settlement().wait(1)
    enters(story)
    story.wait(9)
    with travel_to(story.at):
        raise_bank_alarm(actor=story.user("vera"))
    enters(story, OTHERS)
    story.wait(9)
    with pytest.raises(Conflict, match="Telephone them"):
        pays(story)
    with travel_to(story.at), pytest.raises(NotAllowed):
        clear_bank_alarm(story.case, actor=story.user("bruno"), reason="…")
    with travel_to(story.at):
        clear_bank_alarm(story.case, actor=story.user("fiona"), reason="Called her; the new details are hers.")
        assert payment_block(story.user("vera"), "AOZORA", story.at) is not None, "each firm telephones for itself"
        with pytest.raises(Conflict):
            clear_bank_alarm(story.case, actor=story.user("fiona"), reason="Again.")
    assert pays(story)


def test_a_change_is_told_in_the_case_and_to_both_sides_without_content(story: Story) -> None:
    story.to_investigation()
    plan_deliveries(clock.now())
    before = Delivery.objects.count()
    change_bank_account(DETAILS, actor=story.user("vera"))
    plan_deliveries(clock.now())
    told = {(d.template, d.recipient.role) for d in Delivery.objects.order_by("pk")[before:] if d.recipient}
    assert told == {("victim-safety", "victim"), ("staff-news", "firm")}
    assert story.case.events.filter(action="cases.bank_account_changed", is_public=True).count() == 1
    for entry in Entry.objects.filter(action__contains="bank"):
        assert "0123456" not in str(entry.data)
        assert "タカハシ" not in str(entry.data)


def test_only_the_approver_reads_the_number_and_it_is_logged(story: Story) -> None:
    enters(story.reported())
    for who in ("fiona", "ivan", "bruno", "otto", "vera"):
        with pytest.raises(NotAllowed):
            read_bank_number(story.case, actor=story.user(who))
    assert read_bank_number(story.case, actor=story.user("alma")) == "0123456"
    assert story.case.events.filter(action="cases.bank_number_read", is_public=False).count() == 1


def test_only_victims_have_details_of_their_own(story: Story) -> None:
    story.reported()
    with pytest.raises(NotAllowed):
        enters(story, who="alma")
    with pytest.raises(Conflict):
        raise_bank_alarm(actor=story.user("otto"))


@pytest.mark.parametrize(
    ("who", "seen"), [("vera", 1), ("fiona", 1), ("otto", 0), ("bruno", 0), ("rita", 0), ("mina", 0)]
)
def test_who_sees_the_details(who: str, seen: int, story: Story) -> None:
    enters(story.reported())
    user = story.user(who)
    assert BankAccount.objects.visible_to(user).count() == seen
    member = getattr(user, "membership", None)
    with scoped(user.audience, firm_id=member.firm_id if member else None, user_id=user.pk):
        assert BankAccount.objects.count() == seen, "row-level security"
