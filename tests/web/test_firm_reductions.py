"""Ivan proposes a reduction on its page, alma approves it, and vera reads its grounds with the offer."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casetrack.assessment.models import Reduction
from casetrack.assessment.services import Said
from casetrack.evidence.services import add_file
from casetrack.lib.clock import travel_to
from tests.assessment.test_reductions import limited, unlimited
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db
TYPED = {
    "customer": ["code_typed"], "note_code_typed": "She told us so by telephone.", "firm": ["no_warning"],
    "note_no_warning": "", "share": "12.5", "reason": "Both sides count.",
}  # fmt: skip


@pytest.fixture
def ivans(client_of: Any, story: Story) -> Client:
    return client_of(story.user("ivan"))


@pytest.fixture
def almas(client_of: Any, story: Story) -> Client:
    return client_of(story.user("alma"))


def at(story: Story, tail: str = "reductions/propose/") -> str:
    return f"/en/firm/cases/{story.case.reference}/{tail}"


def html(response: Any) -> str:
    return str(response.content.decode())


def test_ivan_proposes_it_and_alma_approves_it(ivans: Client, almas: Client, story: Story) -> None:
    story.to_ledger()
    with travel_to(story.at):
        file = add_file(SimpleUploadedFile("mail.txt", b"the mail"), actor=story.user("vera"), case=story.case)
    made = ivans.post(at(story), TYPED | {"files_code_typed": [str(file.key)]})
    assert made["Location"] == at(story, "reductions/1/")
    page = html(ivans.get(made["Location"]))
    assert "Another person must approve what you proposed." in page
    assert "Approve the reduction" not in page
    for said in ("12.5 %", "One-time code typed into a false site", "She told us so", "mail.txt", "No warning to cus"):
        assert said in page
    assert "Approve the reduction" in html(almas.get(at(story, "reductions/1/")))
    almas.post(at(story, "reductions/1/approve/"))
    assert Reduction.objects.get().status == "approved"
    assert "Reduction 1: 12.5 %" in html(ivans.get(at(story, "")))
    assert "Reduction 1: 12.5 %" in html(ivans.get(at(story, "assess/")))


def test_bad_input_keeps_what_was_typed_and_names_the_field(ivans: Client, story: Story) -> None:
    story.to_ledger()
    refused = ivans.post(at(story), TYPED | {"share": "abc", "note_code_typed": "", "reason": ""})
    assert refused.status_code == 400
    wrong = [field.name for field in refused.context["form"].visible_fields() if field.errors]
    assert wrong == ["note_code_typed", "share", "reason"]
    assert 'value="abc"' in html(refused)
    assert 'value="code_typed" data-aria-controls="under-code_typed" checked' in html(refused)
    assert ivans.post(at(story), {}).context["form"].errors["customer"]
    assert not Reduction.objects.exists()


def test_what_the_rules_refuse_stands_beside_its_field(ivans: Client, story: Story) -> None:
    story.to_ledger()
    story.case.needs = ["age"]
    story.case.save(update_fields=["needs"])
    assert "The customer said that they are vulnerable." in html(ivans.get(at(story)))
    refused = ivans.post(at(story), TYPED)
    assert refused.status_code == 400
    assert set(refused.context["form"].errors) == {"is_gross"}
    unsaid = ivans.post(at(story), TYPED | {"is_gross": "on"})
    assert set(unsaid.context["form"].errors) == {"gross_reason"}
    ivans.post(at(story), TYPED | {"is_gross": "on", "gross_reason": "Warned three times that day."})
    assert "Warned three times that day." in html(ivans.get(at(story, "reductions/1/")))


def test_who_may_open_what(client_of: Any, cast: Cast, story: Story) -> None:
    story.to_ledger().reduction_proposed()
    expected = {"ivan": (200, 200, 404, 200), "alma": (404, 200, 200, 200), "fiona": (404, 200, 404, 404)}
    tails = ("reductions/propose/", "reductions/1/", "reductions/1/return/", "reductions/1/drop/")
    for name in ("ivan", "alma", "fiona", "vera", "otto", "bruno", "rita"):
        answers = tuple(client_of(cast.user[name]).get(at(story, tail)).status_code for tail in tails)
        assert answers == expected.get(name, (404, 404, 404, 404)), name


def test_ivan_cannot_approve_and_is_told_why(ivans: Client, story: Story) -> None:
    story.to_ledger().reduction_proposed()
    answer = ivans.post(at(story, "reductions/1/approve/"), follow=True)
    assert "You are not allowed to do this in this case." in html(answer)
    assert Reduction.objects.get().status == "proposed"


def test_alma_returns_it_and_ivan_finds_his_words_again(ivans: Client, almas: Client, story: Story) -> None:
    story.to_ledger()
    ivans.post(at(story), TYPED)
    assert almas.post(at(story, "reductions/1/return/"), {"reason": ""}).status_code == 400
    almas.post(at(story, "reductions/1/return/"), {"reason": "Where is the record of the call?"})
    page = html(ivans.get(at(story)))
    for said in (
        "Where is the record of the call?",
        "She told us so by telephone.",
        "Both sides count.",
        'value="12.5"',
    ):
        assert said in page
    ivans.post(at(story), TYPED)
    assert list(Reduction.objects.order_by("number").values_list("status", flat=True)) == ["returned", "proposed"]


def test_alma_drops_what_holds_and_ivan_does_not(ivans: Client, almas: Client, story: Story) -> None:
    story.to_ledger().reduced()
    assert ivans.post(at(story, "reductions/1/drop/"), {"reason": "…"}).status_code == 403
    almas.post(at(story, "reductions/1/drop/"), {"reason": "The file shows the contrary."})
    assert Reduction.objects.get().status == "dropped"


def test_alma_is_told_when_a_reduction_may_no_longer_be_taken(almas: Client, story: Story) -> None:
    story.to_ledger().reduced()
    assert "said since" not in html(almas.get(at(story, "reductions/1/")))
    story.case.needs = ["age"]
    story.case.save(update_fields=["needs"])
    assert "said since that they are vulnerable" in html(almas.get(at(story, "reductions/1/")))


def test_the_form_shows_the_policys_limits(ivans: Client, story: Story) -> None:
    limited(story.to_ledger(), {})
    assert "This policy reduces nothing." in html(ivans.get(at(story)))
    limited(story, {}, is_individual=True)
    assert "names no limits" in html(ivans.get(at(story)))
    limited(story)
    page = html(ivans.get(at(story)))
    assert "50 %" in page
    assert "names no limits" not in page
    refused = ivans.post(at(story), TYPED | {"share": "20.01"})
    assert refused.context["form"].errors["share"] == ["The policy allows at most 20 % for what you chose."]


def test_similar_cases_are_shown_without_a_name_and_what_was_typed_stays(
    ivans: Client, cast: Cast, story: Story
) -> None:
    unlimited(cast)
    other = Story(cast, victim="otto", account="7-1").to_ledger().decided().wait(25).reduced("0.3").assessed()
    late = {"late_notice": Said("…")}
    Story(cast, victim="kenji", account="7-2").to_ledger().decided().wait(25).reduced("0.7", customer=late).assessed()
    story.to_ledger()
    assert ivans.get(at(story)).context["similar"].count == 2
    looked = ivans.post(at(story), TYPED | {"look": "1"})
    assert looked.status_code == 200
    assert looked.context["similar"].count == 1
    page = html(looked)
    assert "30 %" in page
    assert "70 %" not in page
    assert "There is a problem" not in page
    assert "Both sides count." in page
    for name in (other.case.reference, other.case.victim.name):
        assert name not in page
    assert not story.case.reductions.exists()


def test_the_page_asks_the_database_equally_often_however_many_cases(ivans: Client, cast: Cast, story: Story) -> None:
    def told(place: int) -> int:
        Story(cast, victim="otto", account=f"7-{place}").to_ledger().decided().wait(25).reduced().assessed()
        with CaptureQueriesContext(connection) as asked:
            assert ivans.get(at(story, "reductions/1/")).context["similar"].count == place
        return len(asked)

    story.to_ledger().reduced()
    ivans.get(at(story, "reductions/1/"))
    assert told(1) == told(2) == told(3)


def test_vera_reads_the_grounds_with_the_offer_and_not_before(client_of: Any, story: Story) -> None:
    vera = client_of(story.user("vera"))
    story.to_ledger().decided().wait(25)
    with travel_to(story.at):
        file = add_file(SimpleUploadedFile("mail.txt", b"the mail"), actor=story.user("vera"), case=story.case)
    story.reduced("0.125", customer={"code_typed": Said("You told us so.", [file])}).assessed()
    with travel_to(story.at):
        assert "Reduc" not in html(vera.get(f"/en/cases/{story.case.reference}/"))
        story.offered()
        page = html(vera.get(f"/en/cases/{story.case.reference}/offers/1/"))
    assert "The firm took 12.5 % off for your own conduct" in page
    for said in ("One-time code typed into a false site", "You told us so.", "mail.txt", "No warning to customers"):
        assert said in page
    assert story.reduction.reason in page
    assert f"/files/{file.key}/look/" in page


def test_vera_reads_that_nothing_was_deducted(client_of: Any, story: Story) -> None:
    story.to_offer()
    with travel_to(story.at):
        page = html(client_of(story.user("vera")).get(f"/en/cases/{story.case.reference}/offers/1/"))
        staff = html(client_of(story.user("ivan")).get(at(story, "assessments/1/")))
    assert "Nothing was deducted for your own conduct." in page
    assert "Nothing was deducted for the customer's own conduct." in staff
