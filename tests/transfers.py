"""Settlements on their way to the bank, for the tests of transfers."""

import datetime as dt

from casetrack.cases.services.bank import change_bank_account
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.negotiation.models import TransferBatch
from casetrack.negotiation.services.transfers import (
    RemitterFacts,
    approve_batch,
    fetch_file,
    make_batch,
    next_business_day,
    set_remitter,
)
from casetrack.people.bank import BankFacts
from tests.builders import Story

HERS = BankFacts(
    bank_name="みなと銀行", bank_code="0562", branch_name="本店", branch_code="001", kind="ordinary", number="0123456",
    holder="タカハシ メグミ",
)  # fmt: skip
FIRMS = RemitterFacts(
    client_code="1234567890", client_name="ミナトショウケン(カ", bank_code="0562", bank_name="ミナト",
    branch_code="001", branch_name="ホンテン", account_kind="2", number="7654321",
)  # fmt: skip


def with_bank(story: Story, **changes: str) -> Story:
    """The victim's bank details, entered now."""
    with travel_to(story.at):
        change_bank_account(BankFacts(**{**HERS, **changes}), actor=story.user(story.victim))  # type: ignore[typeddict-item]
    return story


def ready(story: Story) -> Story:
    """A settlement that can be paid by transfer: signed, final, cleared, an account in the own name that cooled off."""
    story.to_offer()
    with_bank(story).wait(2).accepted().countersigned().cleared().wait(4)
    with travel_to(story.at):
        set_remitter(story.case.firm, FIRMS, actor=story.user("alma"))
    return story


def made(story: Story, maker: str = "alma") -> TransferBatch:
    """A batch of the story's settlement for the next business day."""
    with travel_to(story.at):
        firm = story.case.firm
        return make_batch(firm, [story.settlement], day=next_business_day(firm), actor=story.user(maker))


def sent(story: Story) -> TransferBatch:
    """A batch made by alma, approved and fetched by sora; the story goes on to the day after the transfer's."""
    batch = made(story)
    with travel_to(story.at):
        approve_batch(batch, actor=story.user("sora"))
        fetch_file(batch, actor=story.user("sora"))
    story.at = dt.datetime.combine(batch.day, dt.time(18), clock.TOKYO)
    return batch
