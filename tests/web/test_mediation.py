"""A mediation on the pages of its three parties."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from casetrack.audit.models import Entry
from casetrack.bodies.models import BodyMembership
from casetrack.cases.models import Case
from casetrack.cases.services import move
from casetrack.copies.models import Copy
from casetrack.copies.services import make_copy
from casetrack.correspondence.services import write_note
from casetrack.demo.mediation import applied, firm_says, hearing_set, proposed, taken_on, to_proposal, victim_says
from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services import add_file
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.mediation.models import Mediation
from casetrack.mediation.services import end_mediation
from casetrack.negotiation.models import Offer
from casetrack.negotiation.services import live_settlements, resume_negotiation
from casetrack.people.models import User
from tests.builders import Story
from tests.evidence.files import upload

SignIn = Callable[[User], Client]


def at(name: str, story: Story, *more: Any) -> str:
    with override("en"):
        return reverse(name, args=[story.case.reference, *more])


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def key() -> dict[str, str]:
    return {"idempotency_key": str(uuid.uuid4())}


def day(when: dt.datetime, name: str) -> dict[str, str]:
    local = when.astimezone(clock.TOKYO)
    parts = {"year": f"{local.year}", "month": f"{local.month}", "day": f"{local.day}", "time": f"{local:%H:%M}"}
    return {f"{name}_{place}": value for place, value in parts.items()}


APPLY = {
    "body": "FINMAC", "reason": "納得できません。", "asks": "全額の補償", "claimed": "2,500,000", "consent": "on"
}  # fmt: skip


def test_the_victim_applies_on_the_escalation_page(story: Story, client_of: SignIn) -> None:
    story.to_offer()
    with travel_to(story.at):
        vera = client_of(story.user("vera"))
        page = vera.get(at("victim:escalate", story))
        assert "apply for a mediation here" in text(page)
        assert 'value="2,592,500"' in page.content.decode() or 'name="claimed"' in page.content.decode()
        answer = vera.post(at("victim:escalate", story), key() | APPLY)
    assert answer.headers["Location"] == at("victim:mediation", story)
    mediation = Mediation.objects.get()
    assert (mediation.claimed, mediation.asks, mediation.body) == (2_500_000, "全額の補償", story.cast.body)


@pytest.mark.parametrize("missing", ["asks", "claimed", "consent", "reason", "body"])
def test_an_application_that_lacks_something_keeps_what_was_typed(
    story: Story, client_of: SignIn, missing: str
) -> None:
    story.to_offer()
    with travel_to(story.at):
        sent = {name: value for name, value in APPLY.items() if name != missing}
        page = client_of(story.user("vera")).post(at("victim:escalate", story), key() | sent)
    assert "There is a problem" in text(page)
    assert Case.objects.get().status == "negotiating"
    if missing != "asks":
        assert "全額の補償" in page.content.decode()


def test_another_body_only_marks_the_case(story: Story, client_of: SignIn) -> None:
    story.to_offer()
    with travel_to(story.at):
        vera = client_of(story.user("vera"))
        vera.post(at("victim:escalate", story), key() | {"body": "elsewhere", "reason": "弁護士会に相談します。"})
        assert Case.objects.get().status == "escalated"
        assert not Mediation.objects.exists()
        assert vera.get(at("victim:mediation", story)).status_code == 404
        assert "Another body" not in text(vera.get(at("victim:escalate", story)))


def test_without_a_body_here_the_page_is_as_it_was(story: Story, client_of: SignIn) -> None:
    story.to_offer()
    BodyMembership.objects.update(is_active=False)
    with travel_to(story.at):
        vera = client_of(story.user("vera"))
        assert "casetrack does not write to FINMAC for you" in text(vera.get(at("victim:escalate", story)))
        vera.post(at("victim:escalate", story), key() | {"reason": "…"})
    assert (Case.objects.get().status, Mediation.objects.count()) == ("escalated", 0)


def test_the_way_home_leads_a_mediator_to_the_desk(mina: User, client_of: SignIn) -> None:
    assert client_of(mina).get("/en/home/").headers["Location"] == "/en/mediator/"


def test_the_desk_lists_the_bodys_mediations_alone(story: Story, mina: User, client_of: SignIn) -> None:
    hearing_set(story, taken_on(story.to_offer(), file_number="F-17"))
    story.wait(3)
    with travel_to(story.at):
        desk = text(client_of(mina).get("/en/mediator/"))
        assert story.case.reference in desk
        assert "F-17" in desk
        assert "3 days" in desk
        assert story.case.reference not in text(client_of(mina).get("/en/mediator/?tab=ended"))
        assert client_of(story.user("ivan")).get("/en/mediator/").status_code == 404


def queries(client: Client, address: str) -> int:
    """Of the second request: the first one remembers who signed in."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_desk_needs_as_many_queries_for_many_as_for_one(story: Story, mina: User, client_of: SignIn) -> None:
    taken_on(story.to_offer())
    with travel_to(story.at):
        one = queries(client_of(mina), "/en/mediator/")
        for place in range(3):
            other = Story(story.cast, account=f"0123-000000{place}", at=story.at, victim="hana")
            hearing_set(other, taken_on(other.to_offer()))
        assert queries(client_of(mina), "/en/mediator/") == one


def test_the_desk_goes_page_by_page(story: Story, mina: User, client_of: SignIn, monkeypatch: Any) -> None:
    monkeypatch.setattr("casetrack.web.mediator.desk.PAGE", 1)
    applied(story.to_offer())
    other = Story(story.cast, account="0123-0000009", at=story.at, victim="hana")
    applied(other.to_offer())
    first = client_of(mina).get("/en/mediator/").content.decode()
    assert story.case.reference in first
    assert other.case.reference not in first
    later = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert later is not None
    second = client_of(mina).get("/en/mediator/" + later[1].replace("&amp;", "&")).content.decode()
    assert other.case.reference in second
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


def test_the_body_reads_what_both_sides_said_and_nothing_that_is_the_firms_own(
    story: Story, mina: User, client_of: SignIn
) -> None:
    story.reported().says("vera", "凍結を頼みました。")
    with travel_to(story.at):
        file = add_file(upload("memo.txt", "覚え書き".encode()), actor=story.user("vera"), case=story.case)
    story.wait(0.6).acknowledged().wait(1).investigating().wait(20).access_confirmed().ledger_imported()
    with travel_to(story.at):
        write_note(story.case, "INTERNAL", actor=story.user("ivan"))
    story.decided().wait(25).assessed().wait(1).offered()
    taken_on(story)
    with travel_to(story.at):
        desk = client_of(mina)
        page = desk.get(at("mediator:case", story))
        said = text(page)
        for shown in ("凍結を頼みました。", "memo.txt", "Statement of loss", "Offer 1", "The customer applied"):
            assert shown in said, shown
        for hidden in ("INTERNAL", "Internal note", "Ivan", "Alma", story.account, "0123-4567890"):
            assert hidden not in page.content.decode(), hidden
        assert "Line by line" in text(desk.get(at("mediator:statement", story, 1)))
        assert "Good-faith ledger" in text(desk.get(at("mediator:good-faith", story)))
        assert desk.get(at("mediator:good-faith-csv", story)).status_code == 200
        given = desk.get(at("mediator:evidence-file", story, file.key))
        assert b"".join(given.streaming_content).decode() == "覚え書き"  # type: ignore[attr-defined]
    assert Entry.objects.filter(action="evidence.file_read_by_mediator", actor_id=mina.pk).count() == 1
    assert EvidenceFile.objects.count() == 1


def test_a_case_page_of_the_desk_has_a_bounded_number_of_queries(story: Story, mina: User, client_of: SignIn) -> None:
    to_proposal(story.to_offer())
    with travel_to(story.at):
        one = queries(client_of(mina), at("mediator:case", story))
        for _more in range(4):
            story.says("vera", "…")
        assert queries(client_of(mina), at("mediator:case", story)) == one
        assert one < 35


def test_the_body_works_from_its_desk_to_a_proposal(story: Story, mina: User, client_of: SignIn) -> None:
    applied(story.to_offer())
    with travel_to(story.at):
        desk = client_of(mina)
        assert desk.get(at("mediator:propose", story)).status_code == 404
        assert desk.post(at("mediator:accept", story), key() | {"file_number": "F-17"}).status_code == 302
        hearing = {"how": "place", "place": "日本橋", "note": "本人確認書類をお持ちください。"}
        early = day(story.at - dt.timedelta(days=1), "at")
        refused = desk.post(at("mediator:hearing", story), key() | hearing | early)
        assert refused.status_code == 400
        assert "日本橋" in refused.content.decode()
        same = key() | hearing | day(story.at + dt.timedelta(days=10), "at")
        for _twice in range(2):
            assert desk.post(at("mediator:hearing", story), same).status_code == 302
        assert Mediation.objects.get().hearings.count() == 1
        proposal = {"amount": "2,000,000", "text": "支払う。", "reasons": "経緯による。"}
        wrong = desk.post(
            at("mediator:propose", story),
            key() | proposal | {"part_planted": "1"} | day(story.at + dt.timedelta(days=10), "answer_by"),
        )
        assert wrong.status_code == 400
        assert "do not add up" in wrong.content.decode()
        right = key() | proposal | day(story.at + dt.timedelta(days=10), "answer_by")
        assert desk.post(at("mediator:propose", story), right).status_code == 302
        assert "¥2,000,000" in text(desk.get(at("mediator:case", story)))
        assert desk.get(at("mediator:hearing-cancel", story, 1)).status_code == 404
        assert desk.post(at("mediator:end", story), key() | {"reason": ""}).status_code == 400
        assert desk.post(at("mediator:end", story), key() | {"reason": "見込みなし"}).status_code == 302
    assert Mediation.objects.get().status == "not_settled"


def test_both_sides_answer_on_their_own_pages_and_the_firm_offers_what_was_agreed(
    story: Story, client_of: SignIn
) -> None:
    to_proposal(story.to_offer())
    with travel_to(story.at):
        vera, alma, ivan = (client_of(story.user(name)) for name in ("vera", "alma", "ivan"))
        assert "You are free to refuse" in text(vera.get(at("victim:mediation", story)))
        assert vera.post(at("victim:mediation-answer", story), key() | {"reply": "accept"}).status_code == 302
        assert vera.get(at("victim:mediation-answer", story)).status_code == 404
        assert "must in principle accept" in text(alma.get(at("firm:mediation", story)))
        assert "An approver gives it" in text(ivan.get(at("firm:mediation", story)))
        assert ivan.post(at("firm:mediation", story), {"reply": "accept"}).status_code == 403
        assert alma.post(at("firm:mediation", story), {"reply": "refuse"}).status_code == 400
        assert alma.post(at("firm:mediation", story), {"reply": "accept"}).status_code == 302
        assert "Settled" in text(vera.get(at("victim:mediation", story)))
        prepare = at("firm:offer-prepare", story, 1)
        page = ivan.get(prepare)
        assert "exactly this amount" in text(page)
        fields = dict(re.findall(r'name="([a-z_]+)"[^>]*value="([^"]*)"', page.content.decode()))
        del fields["settles"]  # nothing is chosen: the offer is for everything
        fields |= {"reasons": "あっせんの成立による。"} | day(story.at + dt.timedelta(days=9), "valid_until")
        assert ivan.post(prepare, fields | {"adjustment": "0"}).status_code == 400
        assert ivan.post(prepare, fields).status_code == 302
    assert Offer.objects.latest("number").amount == 2_000_000


def test_the_designated_body_is_suggested_as_the_legal_basis(story: Story, client_of: SignIn) -> None:
    proposal = to_proposal(story.to_offer())
    victim_says(story, proposal)
    firm_says(story, proposal)
    with travel_to(story.at):
        settled = text(client_of(story.user("vera")).get(at("victim:mediation", story)))
    assert "an offer of exactly this amount" in settled
    assert "Next hearing" not in settled
    story.offered(proposal.amount).accepted()
    with travel_to(story.at):
        assert "agreed here too" in text(client_of(story.user("vera")).get(at("victim:mediation", story)))
        page = client_of(story.user("ivan")).get(at("firm:legal-basis", story, story.offer.number))
    assert "suggests the designated body" in text(page)
    assert re.search(r'value="designated_adr"[^>]*checked', page.content.decode())


def test_the_victim_withdraws_and_the_body_no_longer_sees_the_case(story: Story, mina: User, client_of: SignIn) -> None:
    taken_on(story.to_offer())
    with travel_to(story.at):
        vera = client_of(story.user("vera"))
        assert vera.post(at("victim:mediation-withdraw", story), key() | {"reason": ""}).status_code == 302
        assert vera.get(at("victim:mediation-withdraw", story)).status_code == 404
        assert "Apply again" in text(vera.get(at("victim:mediation", story)))
        assert client_of(mina).get(at("mediator:case", story)).status_code == 404


def test_who_withdraws_the_case_reads_that_it_leaves_the_body_too(
    story: Story, mina: User, alma: User, client_of: SignIn
) -> None:
    story.to_offer()
    vera, address = client_of(story.user("vera")), at("victim:withdraw", story)
    with travel_to(story.at):
        assert "no longer sees the case" not in text(vera.get(address))
        taken_on(story)
    with travel_to(story.at):
        resume_negotiation(story.case, actor=alma, reason="…")
        assert "withdraw your application to FINMAC" in text(vera.get(address))
        assert client_of(mina).get(at("mediator:case", story)).status_code == 200
        assert vera.post(address, key() | {"reason": ""}).status_code == 302
        assert client_of(mina).get(at("mediator:case", story)).status_code == 404


def test_what_a_body_does_not_take_on_it_no_longer_sees(story: Story, mina: User, client_of: SignIn) -> None:
    applied(story.to_offer())
    with travel_to(story.at):
        hers, vera = client_of(mina), client_of(story.user("vera"))
        answer = hers.post(at("mediator:decline", story), key() | {"reason": "Not for us."})
        assert answer["Location"] == "/en/mediator/"
        assert hers.get(at("mediator:case", story)).status_code == 404
        assert "Not for us." in text(vera.get(at("victim:mediation", story)))
        assert "Apply again" in text(vera.get(at("victim:mediation", story)))


def test_the_card_stands_on_both_sides_pages_while_there_is_a_mediation(story: Story, client_of: SignIn) -> None:
    story.to_offer()
    with travel_to(story.at):
        vera, ivan = client_of(story.user("vera")), client_of(story.user("ivan"))
        assert "Mediation at" not in text(vera.get(at("victim:case", story)))
        assert ivan.get(at("firm:mediation", story)).status_code == 404
        applied(story)
        for side, page in ((vera, "victim:case"), (ivan, "firm:case")):
            assert "Mediation at FINMAC" in text(side.get(at(page, story)))


def test_while_a_proposal_waits_it_is_her_turn_on_every_page(story: Story, client_of: SignIn) -> None:
    proposal = to_proposal(story.to_offer())
    with travel_to(story.at):
        vera = client_of(story.user("vera"))
        for page in ("/en/cases/", at("victim:case", story)):
            assert "The mediation body has made a proposal." in text(vera.get(page))
        victim_says(story, proposal)
        for page in ("/en/cases/", at("victim:case", story)):
            assert "The mediation body has made a proposal." not in text(vera.get(page))


def test_a_refusal_without_a_reason_stands_as_not_given(story: Story, client_of: SignIn) -> None:
    to_proposal(story.to_offer())
    with travel_to(story.at):
        page = client_of(story.user("alma")).post(at("firm:mediation", story), {"reply": "refuse"})
    assert page.status_code == 400
    assert "Give a reason." in page.content.decode()
    assert page.content.decode().count("Not answered yet") == 2


@pytest.mark.parametrize("who", ["vera", "ivan", "mina"])
def test_each_party_has_the_bundles_page_and_its_download(
    story: Story, client_of: SignIn, who: str, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    front = {"vera": "victim", "ivan": "firm", "mina": "mediator"}[who]
    story.to_offer()
    with travel_to(story.at):
        party = client_of(story.user(who))
        assert party.get(at(f"{front}:bundle", story)).status_code == 404
        applied(story)
        assert "The file of the case as a ZIP" in text(party.get(at(f"{front}:bundle", story)))
        assert party.post(at(f"{front}:bundle-download", story)).status_code == 404
        assert party.post(at(f"{front}:bundle", story)).status_code == 302
        assert "waiting its turn" in text(party.get(at(f"{front}:bundle", story)))
        assert make_copy(Copy.objects.get().pk)
        given = party.post(at(f"{front}:bundle-download", story))
        assert b"".join(given.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
        assert given.headers["Content-Disposition"].endswith(f'{story.case.reference}.zip"')
        stranger = client_of(story.user("otto"))
        assert stranger.post(at("victim:bundle-download", story)).status_code == 404


def test_a_case_that_is_with_another_body_can_still_be_taken_here(story: Story, client_of: SignIn) -> None:
    story.to_offer().does("vera", "escalate", "…")
    with travel_to(story.at):
        vera = client_of(story.user("vera"))
        page = vera.get(at("victim:case", story)).content.decode()
        assert at("victim:escalate", story) in page
        assert at("victim:bundle", story) in page
        assert vera.post(at("victim:escalate", story), key() | APPLY).status_code == 302
        assert at("victim:escalate", story) not in vera.get(at("victim:case", story)).content.decode()
        assert at("firm:bundle", story) in client_of(story.user("ivan")).get(at("firm:case", story)).content.decode()


def resumed(story: Story) -> None:
    with travel_to(story.at):
        resume_negotiation(story.case, actor=story.user("alma"), reason="…")


def test_pages_that_ask_for_an_answer_or_a_proposal_open_only_while_there_is_one_to_give(
    story: Story, mina: User, client_of: SignIn
) -> None:
    """The case ended, and the mediation did not yet: all that is left is to end that too."""
    to_proposal(story.to_offer())
    resumed(story)
    with travel_to(story.at):
        vera, alma, desk = client_of(story.user("vera")), client_of(story.user("alma")), client_of(mina)
        assert vera.get(at("victim:mediation-answer", story)).status_code == 200
        move(story.case, "withdraw", actor=story.user("vera"))  # as until now: the mediation lived on
        assert vera.get(at("victim:mediation-answer", story)).status_code == 404
        assert "Answer the proposal" not in text(vera.get(at("victim:mediation", story)))
        assert "Give this answer" not in text(alma.get(at("firm:mediation", story)))
        refused = alma.post(at("firm:mediation", story), {"reply": "accept"})
        assert refused.status_code == 409
        assert "The case has ended" in refused.content.decode()
        page = text(desk.get(at("mediator:case", story)))
        assert "End without a settlement" in page
        assert "Set a hearing" not in page
        for name in ("propose", "hearing"):
            assert desk.get(at(f"mediator:{name}", story)).status_code == 404, name


def test_sides_that_settled_by_themselves_are_asked_for_no_answer(story: Story, mina: User, client_of: SignIn) -> None:
    to_proposal(story.to_offer())
    resumed(story)
    story.offered().accepted()
    with travel_to(story.at):
        vera, alma = client_of(story.user("vera")), client_of(story.user("alma"))
        assert vera.get(at("victim:mediation-answer", story)).status_code == 404
        assert "Give this answer" not in text(alma.get(at("firm:mediation", story)))
        assert client_of(mina).get(at("mediator:propose", story)).status_code == 404


def test_a_proposal_with_a_far_off_day_is_refused_and_keeps_what_was_typed(
    story: Story, mina: User, client_of: SignIn
) -> None:
    mediation = taken_on(story.to_offer())
    hearing_set(story, mediation)
    proposal = {"amount": "2,000,000", "text": "支払う。", "reasons": "経緯による。"}
    with travel_to(story.at):
        far = key() | proposal | day(story.at + dt.timedelta(days=900), "answer_by")
        page = client_of(mina).post(at("mediator:propose", story), far)
    assert page.status_code == 400
    assert "Choose a day within the next 92 days." in page.content.decode()
    assert "経緯による。" in page.content.decode()


def test_the_firm_is_offered_no_end_of_a_case_in_which_a_body_mediates(story: Story, client_of: SignIn) -> None:
    taken_on(story.to_offer())
    resumed(story)
    with travel_to(story.at):
        alma = client_of(story.user("alma"))
        decline = at("firm:action", story, "decline")
        assert decline not in alma.get(at("firm:case", story)).content.decode()
        refused = alma.post(decline, {"reason": "…"})
    assert refused.status_code == 409
    assert "once the mediation has ended" in refused.content.decode()
    assert Case.objects.get().status == "negotiating"


def test_after_an_end_without_a_settlement_the_desk_keeps_the_record_and_both_sides_the_mediation(
    story: Story, mina: User, client_of: SignIn
) -> None:
    taken_on(story.to_offer(), file_number="F-17")
    with travel_to(story.at):
        desk, vera, ivan = client_of(mina), client_of(story.user("vera")), client_of(story.user("ivan"))
        assert desk.post(at("mediator:end", story), key() | {"reason": "No hope."})["Location"] == "/en/mediator/"
        for name, more in (("case", []), ("good-faith", []), ("bundle", []), ("statement", [1]), ("end", [])):
            assert desk.get(at(f"mediator:{name}", story, *more)).status_code == 404, name
        kept = text(desk.get("/en/mediator/?tab=ended"))
        assert all(word in kept for word in (story.case.reference, "F-17", "Ended without a settlement"))
        assert not any(word in kept for word in ("No hope.", story.case.victim.family_name, "3,000,000"))
        assert at("mediator:case", story) not in desk.get("/en/mediator/?tab=ended").content.decode()
        assert "No body reads this case." in text(vera.get(at("victim:mediation", story)))
        resumed(story)
        for side, page in ((vera, "victim:case"), (ivan, "firm:case")):
            assert "Mediation at FINMAC" in text(side.get(at(page, story)))


def test_a_settled_case_stays_on_the_desk_until_it_is_closed(story: Story, mina: User, client_of: SignIn) -> None:
    proposal = to_proposal(story.to_offer())
    victim_says(story, proposal)
    firm_says(story, proposal)
    with travel_to(story.at):
        desk = client_of(mina)
        assert at("mediator:case", story) in desk.get("/en/mediator/?tab=ended").content.decode()
        assert desk.get(at("mediator:case", story)).status_code == 200
    story.offered(proposal.amount).accepted().countersigned().wait(4).cleared().paid().receipt_confirmed()
    with travel_to(story.at):
        assert at("mediator:case", story) not in desk.get("/en/mediator/?tab=ended").content.decode()
        assert desk.get(at("mediator:case", story)).status_code == 404


def test_the_desk_of_ended_mediations_needs_as_many_queries_for_many_as_for_one(
    story: Story, mina: User, client_of: SignIn, monkeypatch: Any
) -> None:
    def ended(of: Story) -> None:
        mediation = taken_on(of.to_offer())
        with travel_to(of.at):
            end_mediation(mediation, actor=mina, reason="…")

    ended(story)
    one = queries(client_of(mina), "/en/mediator/?tab=ended")
    for place in range(3):
        ended(Story(story.cast, account=f"0123-000000{place}", at=story.at, victim="hana"))
    assert queries(client_of(mina), "/en/mediator/?tab=ended") == one
    monkeypatch.setattr("casetrack.web.mediator.desk.PAGE", 2)
    first = client_of(mina).get("/en/mediator/?tab=ended").content.decode()
    later = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert later is not None
    second = client_of(mina).get("/en/mediator/" + later[1].replace("&amp;", "&")).content.decode()
    references = [set(re.findall(r"<span>(CT-[0-9-]+)</span>", page)) for page in (first, second)]
    assert len(references[0] | references[1]) == 4
    assert not references[0] & references[1]
    assert 'rel="prev"' in second


def test_a_part_below_a_settled_mediation_has_no_way_back_on_the_page(story: Story, client_of: SignIn) -> None:
    part = story.to_assessment().wait(1).part_offered("costs", "solatium").wait(1).accepted().settlement
    mediation = taken_on(story.rest_offered())
    hearing_set(story, mediation)
    proposal = proposed(story.wait(1), mediation, 2_000_000)
    revoke = at("victim:offer-revoke", story, part.offer.number)
    with travel_to(story.at):
        vera = client_of(story.user("vera"))
        assert revoke in vera.get(at("victim:offer", story, part.offer.number)).content.decode()
        assert "can no longer be taken back" in text(vera.get(at("victim:mediation-answer", story)))
    victim_says(story, proposal)
    firm_says(story, proposal)
    with travel_to(story.at):
        page = vera.get(at("victim:offer", story, part.offer.number))
        assert revoke not in page.content.decode()
        assert "settled on top of it" in text(page)
        assert vera.get(revoke).status_code == 302
        assert "on top of this part" in vera.post(revoke, key() | {"reason": ""}).content.decode()
    assert live_settlements(story.case) == [part]


def test_the_day_of_a_proposal_stands_on_the_pages_of_all_three(story: Story, mina: User, client_of: SignIn) -> None:
    proposal = to_proposal(story.to_offer())
    with travel_to(story.at):
        vera, alma, desk = client_of(story.user("vera")), client_of(story.user("alma")), client_of(mina)
        hers = text(vera.get(at("victim:case", story)))
        assert hers.count("Answer the mediation body's proposal".replace("'", "&#x27;")) == 2
        assert "You are free to refuse it, or not to answer." in hers
        for side, page in ((vera, "victim"), (alma, "firm"), (desk, "mediator")):
            ledger = text(side.get(at(f"{page}:good-faith", story)))
            assert ledger.count("Answer the mediation body&#x27;s proposal") == 2, page
        page_before = hers
    story.at = proposal.answer_by + dt.timedelta(hours=1)
    with travel_to(story.at):
        hers = text(vera.get(at("victim:case", story)))
    assert "You are free to refuse it" not in hers
    assert hers.count("over since") == page_before.count("over since") + 2, "nothing is left to answer"
