"""One case of vera's with a row in every table that belongs to cases."""

import uuid
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casetrack.assessment.models import Simulation
from casetrack.assessment.services import answer_date, propose_date
from casetrack.cases.models import BulkAct
from casetrack.cases.services.bank import change_bank_account, clear_bank_alarm, raise_bank_alarm
from casetrack.copies.services import ask_copy
from casetrack.correspondence.services import write_note
from casetrack.demo.cast import Cast
from casetrack.documents.models import BundleIndex
from casetrack.documents.services import drain
from casetrack.evidence.services import add_file, ask_for, start_upload
from casetrack.intake.additions import add_fact
from casetrack.intake.models import BroughtTrade, ClaimCode, ColumnMapping, UnplacedTrade
from casetrack.intake.services import start_draft
from casetrack.ledger.services import import_ledger
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.scope import scoped
from casetrack.mediation.models import ConciliationProposal, Hearing, Mediation
from casetrack.negotiation.models import Measure, Payment, RestorationInstruction, TransferBatch
from casetrack.negotiation.proposal import at_amount
from casetrack.negotiation.services import approve_measure, confirm_receipt, prepare_offer, propose_measure
from casetrack.negotiation.services.results import record_executed
from casetrack.negotiation.services.transfers import set_remitter
from casetrack.notifications.models import Delivery, MailChoice
from casetrack.people.bank import BankFacts
from casetrack.people.models import User
from casetrack.people.services import once
from tests.builders import ANSWERS_A, Story
from tests.transfers import FIRMS, ready, sent

BANK = BankFacts(
    bank_name="みなと銀行", bank_code="0562", branch_name="本店", branch_code="001", kind="ordinary", number="0123456",
    holder="タカハシ メグミ",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    cast: Cast
    story: Story

    def scope_of(self, name: str) -> object:
        """The database's scope of somebody's requests; "nobody": none."""
        if name == "nobody":
            return scoped("")
        user: User = self.cast.user[name]
        member, place = getattr(user, "membership", None), getattr(user, "body_membership", None)
        return scoped(
            user.audience,
            firm_id=member.firm_id if member else None,
            user_id=user.pk,
            body_id=place.body_id if place else None,
        )


@pytest.fixture
def world(story: Story) -> World:
    """Vera's case with an open offer, a counter-offer, notes, messages, files, revisions, upload, request; a draft
    with a trade; a delivery; a receipt."""
    story.to_ledger().answered(ANSWERS_A)
    changed = story.ledger.replace("26010", "26020").format(account=story.account).encode()
    with travel_to(story.at):
        import_ledger(story.case.firm, "again.csv", changed, actor=story.user("ivan"))
        write_note(story.case, "Call the bank.", actor=story.user("ivan"))
        help_ahead = propose_measure(
            story.case, kind=Measure.DEFICIT_SUSPENDED, amount=Decimal(1), reason="…", actor=story.user("ivan")
        )
        approve_measure(help_ahead, actor=story.user("alma"))
        ask_for(story.case, "…", due_on=clock.tokyo_date(story.at), actor=story.user("ivan"))
        start_upload(uuid.uuid4(), "photo.jpg", 9, actor=story.user("vera"), case=story.case)
        add_file(SimpleUploadedFile("memo.txt", b"what I remember"), actor=story.user("vera"), case=story.case)
        asked = propose_date(story.case, clock.tokyo_date(story.at), reason="…", actor=story.user("vera"))
        answer_date(asked, accepts=True, actor=story.user("ivan"))
    add_fact(story.case, "…", actor=story.user("vera"))
    story.says("vera", "…").decided().wait(25).reduction_proposed().assessed(reason="…").offered()
    story.countered(story.run.due * 2, "…")
    with travel_to(story.at):
        prepare_offer(
            story.case, story.run, proposal=at_amount(story.run, story.run.due), reasons="…",
            valid_until=story.at + clock.dt.timedelta(days=7),
            actor=story.user("ivan"),
        )  # fmt: skip
    with travel_to(story.at):
        change_bank_account(BANK, actor=story.user("vera"))
        raise_bank_alarm(actor=story.user("vera"))
        clear_bank_alarm(story.case, actor=story.user("fiona"), reason="…")
    draft = start_draft(actor=story.user("vera"))
    BroughtTrade.objects.create(draft=draft, identity="1", line=2, traded_on=clock.tokyo_date(story.at))
    ColumnMapping.objects.create(user=story.user("vera"), fingerprint="1", saved_at=story.at)
    once(story.user("vera"), uuid.uuid4(), "test", lambda: "")
    now = clock.now()
    firm = story.case.firm
    Simulation.objects.create(policy=firm.policies.get(), firm=firm, asked_by=story.user("alma"), asked_at=now)
    ClaimCode.objects.create(
        case=story.case, code_index="0", channel="post", issued_by=story.user("fiona"), issued_at=now, expires_at=now
    )
    Delivery.objects.create(
        entry_id=1, recipient=story.user("vera"), template="victim-news", created_at=now, next_try_at=now
    )
    UnplacedTrade.objects.create(case=story.case, trade=story.case.claimed_trades.earliest("pk"))
    BulkAct.objects.create(case=story.case, actor=story.user("ivan"), kind="decisions", done_at=now)
    MailChoice.objects.create(user=story.user("vera"))
    set_remitter(firm, FIRMS, actor=story.user("alma"))
    TransferBatch.objects.create(
        firm=firm, number=1, day=clock.tokyo_date(now), file_encrypted="", file_sha256="", made_by=story.user("alma"),
        made_at=now,
    )  # fmt: skip
    mediation = Mediation.objects.create(
        case=story.case, body=story.cast.body, number=1, claimed=1, asks="…", applied_by=story.user("vera"),
        applied_at=now,
    )  # fmt: skip
    before = {"mediation": mediation, "case": story.case, "number": 1}
    Hearing.objects.create(**before, at=now, place="…", set_by=story.user("mina"), set_at=now)
    ConciliationProposal.objects.create(
        **before, amount=1, text="…", reasons="…", answer_by=now + clock.dt.timedelta(days=7),
        made_by=story.user("mina"), made_at=now,
    )  # fmt: skip
    BundleIndex.objects.create(case=story.case, dated=now, fingerprint="0", signature="0", sha256="0")
    ask_copy(language="ja", actor=story.user("vera"))
    drain(now, only=["cases.submitted"])
    return World(story.cast, story)


def hand_over(world: World) -> None:
    """Hand vera's case to mina's body."""
    world.story.case.body = world.cast.body
    world.story.case.save(update_fields=["body"])


@pytest.fixture
def handed(world: World) -> World:
    hand_over(world)
    return world


@pytest.fixture
def settled(story: Story) -> World:
    """Vera's case to its end: a settlement and a payment, by transfer."""
    batch = sent(ready(story))
    with travel_to(story.at):
        record_executed(batch, paid_on=batch.day, actor=story.user("alma"))
        confirm_receipt(Payment.objects.get(), actor=story.user("vera"))
    RestorationInstruction.objects.create(
        case=story.case, settlement=story.settlement, security="7203", quantity=100, lot="2024-05-01, 2,000",
        incident=story.case.incidents.get(), custody="specific", instructed_by=story.user("ivan"),
        instructed_at=story.at,
    )  # fmt: skip
    return World(story.cast, story)
