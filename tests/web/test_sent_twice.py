"""Every write of a victim's pages, sent once by vera, and by otto four times at once and then once more: both of them
have the same rows with the same contents in the end. The forms of a report by telephone likewise, both by fiona. A new
address that takes a POST fails the last test until it has a line here."""

import datetime as dt
import re
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from casetrack.assessment.services.valuation_dates import propose_date
from casetrack.cases.services.extensions import request_extension
from casetrack.copies.models import Copy
from casetrack.copies.services import make_copy
from casetrack.demo.mediation import applied, to_proposal
from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services.requests import ask_for
from casetrack.intake.calls import begin_call, hold_of
from casetrack.intake.claims import issue_code
from casetrack.intake.models import Draft
from casetrack.intake.services import start_draft, submit_draft
from casetrack.intake.trades import map_columns
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.scope import system_scope
from casetrack.notifications.services import plan_deliveries
from casetrack.people.models import User, Victim
from casetrack.web.limits import DOORS
from tests.builders import ANSWERS_A, Cast, Story
from tests.cases.test_bank import DETAILS
from tests.intake.reports import TYPED, filled_draft
from tests.intake.test_brought_trades import LIST, MAPPING
from tests.intake.test_calls import taken
from tests.web.test_victim_offers import has_shown_again_who_she_is

TIMES = 4
URLS = Path(__file__).parents[1] / "house" / "urls.txt"
ACCOUNTS = {"vera": "0123-4567890", "otto": "99-1234567"}
# Forms that may change nothing here, or keep a file for the form that follows.
# The victim's forms, and those by which the firm takes a report for somebody.
FORMS = ("POST victim:", "POST firm:telephone", "POST firm:claim-code")
QUIET = {
    "step", "autosave", "brought-upload", "brought-columns", "brought", "draft-file-remove", "later-upload",
    "later-columns",
}  # fmt: skip
# What differs between vera's rows and otto's by itself: references, keys, hashes, times, ciphertexts, numbers of rows.
NAMELESS = (models.DateTimeField, models.UUIDField, models.BinaryField)
NUMBERS = {
    "people_idempotentwrite.result", "audit_entry.seq", "audit_entry.actor_id", "notifications_delivery.entry_id",
    "copies_copy.size",
}  # fmt: skip
OWN = re.compile(
    r"CT-[0-9-]+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|gAAAAA[\w=-]+|(?:vera|otto)@example\.com|user:\d+|'\d+':"
    r"|'(?:addition|message|alarm|version)': \d+|![A-Za-z0-9]{40}|'declared_at': '[^']+'"
)
# Rows that say who came in, not what was written.
PASSING = {"django_session", "usersessions_usersession"}
Data = Callable[[], dict[str, Any]]


class Act(NamedTuple):
    """One form: the name and arguments of its address, and what it sends (files are made anew each time)."""

    name: str
    args: list[Any]
    data: Data


def act(name: str, *args: Any, **data: Any) -> Act:
    key = str(uuid.uuid4())
    return Act(name, list(args), lambda: {"idempotency_key": key, **data})


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", LIST, "text/csv")


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


@dataclass
class Side:
    """Somebody with a browser, whose forms are sent `times` at once."""

    cast: Cast
    who: str
    times: int
    answers: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        with system_scope():  # but for their log-ins otto is as vera is
            names = ("family_name", "given_name", "family_name_kana", "given_name_kana", "language")
            hers = Victim.objects.filter(user=self.cast.user["vera"]).values(*names).get()
            Victim.objects.filter(user=self.user).update(**hers)
            self.cast.victim[self.who].language = self.user.language = hers["language"]
            self.user.save()
        self.story = Story(self.cast, victim=self.who, account=ACCOUNTS[self.who])
        with system_scope():
            self.browser = signed_in(self.user)
            has_shown_again_who_she_is(self.browser)

    @property
    def user(self) -> User:
        return self.cast.user[self.who]

    @property
    def reference(self) -> str:
        return self.story.case.reference

    def get(self, name: str, *args: Any) -> Any:
        with override("en"), travel_to(self.story.at):
            return self.browser.get(reverse(f"victim:{name}", args=args))

    def sends(self, sent: Act) -> None:
        """What is asked here for writing."""
        with override("en"):
            path = reverse(sent.name if ":" in sent.name else f"victim:{sent.name}", args=sent.args)
        gate, self.answers = threading.Barrier(self.times), []

        def press() -> None:
            browser = Client(raise_request_exception=False)
            browser.cookies = self.browser.cookies
            gate.wait(30)
            try:
                with travel_to(self.story.at):
                    self.answers.append(browser.post(path, sent.data()))
            finally:
                connection.close()

        threads = [threading.Thread(target=press) for _ in range(self.times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        with travel_to(self.story.at):
            if self.times > 1:
                self.answers.append(self.browser.post(path, sent.data()))
        assert all(answer.status_code < 500 for answer in self.answers), sent.name


# Each time that a copy is fetched is written down, as it should be.
FETCHING = {"copy-download", "bundle-download"}
Rows = Counter[tuple[str, ...]]


def contents(value: Any, kind: "models.Field[Any, Any]") -> str:
    """What is left of a value when ids, times, hashes and the names of who wrote it are taken out."""
    if value in (None, "", b"", [], {}):
        return ""
    named = f"{kind.model._meta.db_table}.{kind.attname}"
    if kind.is_relation or kind.primary_key or isinstance(kind, NAMELESS) or named in NUMBERS:
        return "·"
    return OWN.sub("·", str(value))


def rows() -> Rows:
    """Each row of each table, as far as its contents go."""
    found: Rows = Counter()
    with system_scope():
        for model in apps.get_models(include_auto_created=True):
            table, kinds = model._meta.db_table, model._meta.concrete_fields
            if not model._meta.managed or table in PASSING:
                continue
            for row in model._default_manager.values_list(*(kind.attname for kind in kinds)):
                values = (contents(value, kind) for value, kind in zip(row, kinds, strict=True))
                found[(table, *values)] += 1
    return found


def changed(before: Rows) -> tuple[Rows, Rows]:
    """The rows that are new, and those that are gone: a row that was changed is one of each."""
    after = rows()
    return after - before, before - after


# What is done, in order. Whatever stands before a `yield` is done before the form is opened.


def writing(side: Side) -> Iterator[Act]:
    with system_scope():
        map_columns(LIST, MAPPING, actor=side.user)
        draft = filled_draft(side.user)
    yield act("report")
    yield act("step", draft.key, "noticed", **TYPED["noticed"], tab_name="tab", tab_turn="1")
    yield act("autosave", draft.key, "noticed", noticed_note="typing", tab_name="tab", tab_turn="2")
    yield Act("brought-upload", [draft.key], lambda: {"file": file()})
    token = side.answers[-1]["Location"].rstrip("/").rsplit("/", 1)[-1]
    yield act("brought-columns", draft.key, token, **{name: str(place) for name, place in MAPPING.items()})
    yield act("brought-preview", draft.key, token)
    yield act("brought", draft.key, many="no:day:2025-04-16")
    yield act("brought-drop", draft.key)
    with system_scope():
        kept = EvidenceFile.objects.get(draft_key=draft.key).key
    yield act("draft-file-remove", draft.key, kept)
    with system_scope():
        other, whole = start_draft(actor=side.user), filled_draft(side.user)
    yield act("draft-delete", other.key)
    yield act("check-answers", whole.key, declared="on")


def working(side: Side) -> Iterator[Act]:
    with system_scope():
        map_columns(LIST, MAPPING, actor=side.user)
        draft = filled_draft(side.user)
    yield act("check-answers", draft.key, declared="on")
    with system_scope():
        own = Draft.objects.get(pk=draft.pk).case
        assert own is not None
        side.story.to_ledger()
        side.story.case.claimed_trades.all().delete()
    case = side.reference
    yield act("said", case, text="What I remember")
    yield act("said-correct", own.reference, "wishes", wishes=["cash"], wish_note="…", reason="…")
    yield act("messages", case, body="Hello?")
    yield Act("evidence", [case], lambda: {"uploads": [SimpleUploadedFile("a.txt", b"one"), file()]})
    yield act("later-type", case, **{
        "rows_total": "1", "row-0-side": "sell", "row-0-security": "9984", "row-0-quantity": "100",
        "row-0-on_margin": "no", "row-0-traded_on_year": "2025", "row-0-traded_on_month": "4",
        "row-0-traded_on_day": "18",
    })  # fmt: skip
    yield Act("later-upload", [case], lambda: {"file": file()})
    token = side.answers[-1]["Location"].rstrip("/").rsplit("/", 1)[-1]
    yield act("later-columns", case, 1, token, **{name: str(place) for name, place in MAPPING.items()})
    yield act("later-preview", case, 1, token, **{"answer-2": "no", "answer-3": "no"})
    yield act("executions", case, many="no:day:2025-04-16")
    with system_scope(), travel_to(side.story.at):
        day = clock.tokyo_date(side.story.at) + dt.timedelta(days=9)
        asked = ask_for(side.story.case, "The mail", due_on=day, actor=side.story.user("ivan"))
        request_extension(side.story.case, 5, reason="…", actor=side.story.user("ivan"))
    yield act("evidence-request", case, asked.key, words="I have none")
    yield act("more-time", case, number="1", answer="agree")
    yield act("bank-change", **DETAILS)
    yield act("bank-not-me")
    yield act("notices", how="daily")
    with system_scope(), travel_to(side.story.at):
        plan_deliveries(side.story.at)
    yield act("notices-read")
    yield act("copy-ask")
    with system_scope():
        made = Copy.objects.get(user=side.user)
        make_copy(made.pk)
    yield act("copy-download", made.key)
    yield act("copy-delete", made.key)
    upload = str(uuid.uuid4())
    yield Act("upload-start", [], lambda: {"key": upload, "case": case, "name": "a.txt", "size": "5"})
    with travel_to(side.story.at):
        side.browser.put(
            reverse("victim:upload", args=[upload]), b"hello", content_type="application/octet-stream",
            headers={"Upload-Offset": "0"},
        )  # fmt: skip
    yield act("upload-finish", upload)
    with system_scope():
        side.story.does("ivan", "ask_victim", "Which app?")
    yield act("answer", case, reason="This one")
    with system_scope():
        side.story.decided().wait(25)
    yield act("valuation", case, valuation_on_year="2025", valuation_on_month="5", valuation_on_day="15", reason="…")
    yield act("withdraw", case)


def claiming(side: Side) -> Iterator[Act]:
    fiona = side.story.user("fiona")
    with system_scope():
        found = submit_draft(taken(fiona), actor=fiona, key=uuid.uuid4())
        code = issue_code(found, "telephone", actor=fiona)
    yield act("claim", reference=found.reference, code=code)


def offered(side: Side) -> Iterator[Act]:
    with system_scope():
        side.story.to_ledger().answered(ANSWERS_A).decided().wait(25)
        with travel_to(side.story.at):
            day = clock.tokyo_date(side.story.at) - dt.timedelta(days=3)
            proposal = propose_date(side.story.case, day, reason="…", actor=side.story.user("ivan"))
    case = side.reference
    yield act("valuation-answer", case, proposal.number, **{
        "answer-answer": "decline", "answer-reason": "…", "answer-idempotency_key": str(uuid.uuid4()),
    })  # fmt: skip
    with system_scope():
        side.story.assessed().offered().wait(1)
    yield act("ask-reasons", case, reason="Why?")
    yield act("ask-review", case, reason="Why?")
    yield act("offer-counter", case, side.story.offer.number, amount="90000000", reason="…")
    with system_scope():
        side.story.offered().wait(1)
    yield act("offer-refuse", case, side.story.offer.number, reason="Too little")
    with system_scope():
        side.story.offered().wait(1)
    yield act("offer-accept", case, side.story.offer.number, agreed="on")
    yield act("offer-revoke", case, side.story.offer.number, reason="")


def paying(side: Side) -> Iterator[Act]:
    with system_scope():
        side.story.to_payment().wait(8)
    yield act("deny-receipt", side.reference, side.story.offer.number, reason="Nothing came")


def thanking(side: Side) -> Iterator[Act]:
    with system_scope():
        side.story.to_payment().wait(1)
    yield act("confirm-receipt", side.reference, side.story.offer.number, arrived="on")


def mediating(side: Side) -> Iterator[Act]:
    with system_scope():
        to_proposal(side.story.to_offer())
    yield act("bundle", side.reference)
    with system_scope():
        make_copy(Copy.objects.get(case=side.story.case).pk)
    yield act("bundle-download", side.reference)
    yield act("mediation-answer", side.reference, reply="refuse", reason="…")
    with system_scope():
        side.story = Story(side.cast, victim=side.who, account=f"0999-{side.times}")
        applied(side.story.to_offer())
    yield act("mediation-withdraw", side.reference, reason="…")


def leaving(side: Side) -> Iterator[Act]:
    with system_scope():
        side.story.reported().wait(300)  # every clock of the firm has run out
    yield act("escalate", side.reference, body="elsewhere", reason="No agreement")


def calling(side: Side) -> Iterator[Act]:
    """Reports by telephone: fiona takes them, ivan takes one over."""
    fiona, ivan = side.story.user("fiona"), side.story.user("ivan")
    side.browser = signed_in(fiona)
    yield act("firm:telephone", identified="asked", note="The son called")
    with system_scope():
        draft = begin_call("asked", "", actor=fiona)
    yield act("firm:telephone-step", draft.key, "noticed", **TYPED["noticed"], tab_name="tab", tab_turn="1")
    typed = {"noticed_note": "typing", "tab_name": "tab", "tab_turn": "2"}
    yield act("firm:telephone-autosave", draft.key, "noticed", **typed)
    side.browser = signed_in(ivan)
    yield act("firm:telephone-take-over", draft.key, seen=hold_of(draft))
    yield act("firm:telephone-delete", draft.key)
    side.browser = signed_in(fiona)
    with system_scope():
        whole = taken(fiona)
    yield act("firm:telephone-check", whole.key, declared="on")
    with system_scope():
        found = Draft.objects.get(pk=whole.pk).case
        assert found is not None
    yield act("firm:claim-code", found.reference, channel="telephone")


ACTS = [calling, writing, working, claiming, offered, paying, thanking, mediating, leaving]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("acts", ACTS, ids=lambda acts: acts.__name__)
def test_four_at_once_and_one_more_do_what_one_does(
    cast: Cast, settings: Any, acts: Callable[[Side], Iterator[Act]]
) -> None:
    settings.LANGUAGE_CODE, settings.DEMO = "en", True
    settings.DOOR_LIMITS = dict.fromkeys(DOORS.values(), ((1000, 600, "person"),))
    once, often = Side(cast, "vera", 1), Side(cast, "otto", TIMES)
    for one, many in zip(acts(once), acts(often), strict=True):
        before = rows()
        once.sends(one)
        by_one, between = changed(before), rows()
        assert any(by_one) or one.name in QUIET, (one.name, once.answers[0].content.decode()[-2000:])
        often.sends(many)
        if one.name in FETCHING:
            continue
        by_many = changed(between)
        for were, are in zip(by_one, by_many, strict=True):
            assert sorted((are - were).elements()) == sorted((were - are).elements()) == [], one.name


def test_every_address_that_takes_a_post_is_sent_twice() -> None:
    lines = [line.split() for line in URLS.read_text().splitlines() if line.startswith(FORMS)]
    taking = {line[1].removeprefix("victim:") for line in lines if set(line[3:]) - {"404", "405"}}
    source = Path(__file__).read_text()
    sent = set(re.findall(r'[aA]ct\(\s*"([a-z:-]+)"', source))
    assert not taking - sent
