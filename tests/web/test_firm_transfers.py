"""The firm's pages of transfers, for its approvers alone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casetrack.calc.zengin import read_file
from casetrack.lib.clock import travel_to
from casetrack.negotiation.models import Payment, RemitterAccount, TransferBatch, TransferLine
from casetrack.negotiation.services.readiness import customer_code
from casetrack.negotiation.services.transfers import (
    approve_batch,
    make_batch,
    next_business_day,
    return_batch,
    set_remitter,
)
from casetrack.people.models import User
from tests.builders import Cast, Story
from tests.transfers import FIRMS, HERS, made, ready, sent, with_bank

pytestmark = pytest.mark.django_db
PAGE = "/en/firm/transfers/"


@pytest.fixture
def payable(story: Story, sora: User) -> Story:
    return ready(story)


def batch_form(story: Story, *references: str, **changes: str) -> dict[str, Any]:
    with travel_to(story.at):
        day = story.at
        while day.weekday() > 4:
            day = day.replace(day=day.day + 1)
    parts = {"day_year": str(day.year), "day_month": str(day.month), "day_day": str(day.day)}
    return {"chosen": list(references), **parts, **changes}


def results(story: Story, *rows: str) -> dict[str, Any]:
    code = customer_code(story.case)
    text = "\n".join(["customer_code,result", *(row.replace("CODE", code) for row in rows)])
    return {"file": SimpleUploadedFile("results.csv", text.encode())}


@pytest.mark.parametrize("who", ["ivan", "fiona", "bruno", "vera", "otto"])
def test_nobody_but_the_firms_approvers_finds_a_batch(payable: Story, client_of: Any, who: str) -> None:
    batch = made(payable)
    client = client_of(payable.user(who))
    for tail in ("", "approve/", "file/", "return/", "results/", "executed/"):
        for answer in (client.get(f"{PAGE}{batch.number}/{tail}"), client.post(f"{PAGE}{batch.number}/{tail}")):
            assert answer.status_code in (404, 405)
    if who != "bruno":
        assert client.get(PAGE).status_code == 404
        assert client.get(f"{PAGE}account/").status_code == 404
    assert TransferBatch.objects.get().status == "made"


def test_from_the_list_to_the_payment(payable: Story, client_of: Any) -> None:
    alma, sora = client_of(payable.user("alma")), client_of(payable.user("sora"))
    reference = payable.case.reference
    with travel_to(payable.at):
        html = alma.get(PAGE).content.decode()
        assert "checked" in html.split(f'value="{reference}"')[1][:12]
        answer = alma.post(PAGE, batch_form(payable, reference))
        batch = TransferBatch.objects.get()
        page = answer["Location"]
        assert page == f"{PAGE}{batch.number}/"
        assert "Approve the batch" not in alma.get(page).content.decode()
        alma.post(f"{page}approve/")
        assert TransferBatch.objects.get().status == "made"
        sora.post(f"{page}approve/")
        answer = sora.post(f"{page}file/")
        assert "attachment" in answer["Content-Disposition"]
        assert read_file(answer.content).transfers[0].account_number == HERS["number"]
        assert HERS["number"] not in sora.get(page).content.decode()
    payable.at = payable.at.replace(day=batch.day.day)
    with travel_to(payable.at):
        assert alma.post(f"{page}results/", results(payable, "CODE,0")).status_code == 302
    assert Payment.objects.count() == 1


def test_what_is_not_ready_stands_below_with_the_reason_and_cannot_be_chosen(payable: Story, client_of: Any) -> None:
    with_bank(payable, holder="スズキ ハナコ").wait(4)
    alma = client_of(payable.user("alma"))
    with travel_to(payable.at):
        html = alma.get(PAGE).content.decode()
        assert "The account is in another name: スズキ ハナコ" in html
        assert f'value="{payable.case.reference}"' not in html
        assert alma.post(PAGE, batch_form(payable, payable.case.reference)).status_code == 400
    assert not TransferBatch.objects.exists()


def test_a_refused_form_keeps_what_was_ticked_and_typed(payable: Story, client_of: Any) -> None:
    alma = client_of(payable.user("alma"))
    with travel_to(payable.at):
        answer = alma.post(PAGE, batch_form(payable, payable.case.reference, day_year="2020"))
        html = answer.content.decode()
        assert answer.status_code == 400
        assert "checked" in html.split(f'value="{payable.case.reference}"')[1][:12]
        assert 'value="2020"' in html
        answer = alma.post(PAGE, batch_form(payable))
        assert answer.status_code == 400
        assert 'href="#id_chosen' in answer.content.decode()


def test_the_firms_account_is_kept_in_plain_digits_and_its_number_never_shown(
    cast: Cast, alma: User, client_of: Any
) -> None:
    client, page = client_of(alma), f"{PAGE}account/"
    assert client.post(page, {**FIRMS, "client_name": "港証券"}).status_code == 400
    assert client.post(page, {**FIRMS, "number": "７６５４３２１"})["Location"] == PAGE
    account = RemitterAccount.objects.get()
    assert account.number == "7654321"
    for address in (page, PAGE):
        assert "7654321" not in client.get(address).content.decode()


def test_wrong_results_are_said_line_by_line(payable: Story, client_of: Any) -> None:
    batch = sent(payable)
    alma = client_of(payable.user("alma"))
    with travel_to(payable.at):
        answer = alma.post(f"{PAGE}{batch.number}/results/", results(payable, "CODE,0", "2025999999,0", "CODE,0"))
        html = answer.content.decode()
        assert answer.status_code == 400
        assert "nothing has changed" in html
        assert "This transfer is not in the batch." in html
        assert "stands in line 2 already" in html
        assert alma.post(f"{PAGE}{batch.number}/results/", {}).status_code == 400
    assert not Payment.objects.exists()


def test_a_failed_transfer_is_a_task_of_alma_and_ivan_and_stands_on_the_case(payable: Story, client_of: Any) -> None:
    batch = sent(payable)
    alma, ivan, vera = (client_of(payable.user(name)) for name in ("alma", "ivan", "vera"))
    with travel_to(payable.at):
        alma.post(f"{PAGE}{batch.number}/results/", results(payable, "CODE,2"))
        reference = payable.case.reference
        for client in (alma, ivan):
            assert reference in client.get("/en/firm/?tab=failed").content.decode()
            assert "There is no such account." in client.get(f"/en/firm/cases/{reference}/").content.decode()
        assert reference in alma.get(PAGE).content.decode()
        assert client_of(payable.user("fiona")).get("/en/firm/?tab=failed").status_code == 200
        assert "/firm/" not in vera.get(f"/en/cases/{reference}/").content.decode()


def test_a_batch_that_waits_is_a_task_of_the_other_approver(payable: Story, client_of: Any) -> None:
    made(payable)
    reference = payable.case.reference
    assert reference in client_of(payable.user("sora")).get("/en/firm/?tab=waiting").content.decode()
    assert reference not in client_of(payable.user("alma")).get("/en/firm/?tab=waiting").content.decode()


def test_what_came_up_since_is_said_on_the_batch(payable: Story, client_of: Any) -> None:
    batch = made(payable)
    with_bank(payable, number="9999999")
    with travel_to(payable.at):
        html = client_of(payable.user("sora")).get(f"{PAGE}{batch.number}/").content.decode()
    assert "It has changed since the file was made." in html


def test_taking_back_needs_a_reason_and_all_executed_a_day(payable: Story, client_of: Any) -> None:
    batch = sent(payable)
    sora, page = client_of(payable.user("sora")), f"{PAGE}{batch.number}/"
    with travel_to(payable.at):
        assert sora.post(f"{page}return/", {"reason": ""}).status_code == 400
        assert sora.post(f"{page}executed/", {}).status_code == 400
        day = {"paid_on_year": batch.day.year, "paid_on_month": batch.day.month, "paid_on_day": batch.day.day}
        assert sora.post(f"{page}executed/", day).status_code == 302
        assert sora.post(f"{page}return/", {"reason": "Too late"}).status_code == 409
    assert TransferLine.objects.get().status == "executed"


def test_a_file_that_may_not_be_given_out_is_not(payable: Story, client_of: Any) -> None:
    batch = made(payable)
    sora, page = client_of(payable.user("sora")), f"{PAGE}{batch.number}/"
    with travel_to(payable.at):
        assert sora.post(f"{page}file/").status_code == 302
        approve_batch(batch, actor=payable.user("sora"))
        assert sora.get(f"{page}file/").status_code == 405
    assert TransferBatch.objects.get().fetched_at is None


def many(cast: Cast, count: int, *, first: int = 0) -> list[Story]:
    """Settlements of the same month that can be paid by transfer; every second one of another customer."""
    victims, holders = ("vera", "kenji"), ("タカハシ メグミ", "ヤマザキ ケンジ")
    found = []
    for number in range(first, first + count):
        story = Story(cast, victim=victims[number % 2], account=f"90-{number}").to_offer()
        with_bank(story, holder=holders[number % 2]).wait(2).accepted().countersigned().cleared().wait(4)
        found.append(story)
    return found


def test_the_pages_cost_the_same_queries_for_two_settlements_as_for_five(cast: Cast, client_of: Any) -> None:
    """The list, the batch that is made of it, and its page."""
    two = many(cast, 2)
    alma = client_of(cast.user["alma"])

    def counted(path: str, stories: list[Story]) -> int:
        with travel_to(stories[-1].at):
            alma.get(path)
            with CaptureQueriesContext(connection) as queries:
                html = alma.get(path).content.decode()
        assert all(story.case.reference in html for story in stories)
        return len(queries)

    with travel_to(two[0].at):
        set_remitter(cast.firm["MINATO"], FIRMS, actor=cast.user["alma"])
    few = counted(PAGE, two)
    five = two + many(cast, 3, first=2)
    assert counted(PAGE, five) == few
    with travel_to(five[0].at):
        firm = cast.firm["MINATO"]
        day = next_business_day(firm)
        of_two = make_batch(firm, [story.settlement for story in five[:2]], day=day, actor=cast.user["alma"])
    of_two_cost = counted(f"{PAGE}{of_two.number}/", five[:2])
    with travel_to(five[0].at):
        return_batch(of_two, actor=cast.user["alma"], reason="…")
        of_five = make_batch(firm, [story.settlement for story in five], day=day, actor=cast.user["alma"])
    assert counted(f"{PAGE}{of_five.number}/", five) == of_two_cost
