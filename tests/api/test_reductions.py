"""Reductions through the API: proposed, approved, sent back, dropped; and who reads what of them."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casetrack.assessment.models import Reduction
from casetrack.assessment.services import publish_policy
from casetrack.assessment.services.policies import DEFAULT_POLICY
from casetrack.evidence.models import EvidenceFile
from casetrack.evidence.services import add_file
from casetrack.people.models import User
from tests.api.conftest import Api
from tests.builders import Story

As = Callable[..., Api]
GROUND = {"factor": "code_typed", "note": "ワンタイムパスワードを偽サイトに入力したとのお申し出があります。"}
FOR_THE_FIRM = {
    "status", "status_name", "policy", "limit", "is_vulnerable", "proposed_by", "proposed_at", "approved_by",
    "approved_at", "returned_because",
}  # fmt: skip


@pytest.fixture
def story(story: Story) -> Story:
    """At the work on the case, under a policy that reduces by 20 percent at most for a typed code."""
    policy = DEFAULT_POLICY | {"reductions": {"code_typed": "0.2"}, "is_individual": False}
    publish_policy(story.cast.firm["MINATO"], actor=User.objects.system(), **policy)
    return story.to_assessment()


@pytest.fixture
def file(story: Story, vera: User) -> EvidenceFile:
    return add_file(SimpleUploadedFile("mail.txt", b"the mail"), actor=vera, case=story.case)


def at(story: Story, path: str = "") -> str:
    return f"cases/{story.case.reference}/reductions/{path}"


def body(**changed: Any) -> dict[str, Any]:
    said = {"note": "偽サイトに入力したとのお申し出があります。"}
    firm = {"no_warning": {"note": "注意喚起が後になりました。"}}
    return {"share": "0.1", "customer": {"code_typed": said}, "firm": firm, "reason": "両方を考えました。", **changed}


def test_ivan_proposes_and_alma_approves(
    story: Story, file: EvidenceFile, ivan: User, alma: User, api: As
) -> None:  # fmt: skip
    shown = {"code_typed": {"note": "お申し出があります。", "files": [str(file.key)]}}
    answer = api(ivan).post(at(story), body(customer=shown))
    made = answer.json()
    assert (answer.status_code, made["number"], made["status"], made["share"]) == (201, 1, "proposed", "0.1")
    assert (made["limit"], made["proposed_by"], made["approved_by"]) == ("0.2", "Ivan 井上", None)
    assert [(one["factor"], one["label"], one["note"]) for one in made["firm"]] == [
        ("no_warning", "No warning to customers", "注意喚起が後になりました。")
    ]
    assert made["customer"][0]["files"] == [{"id": str(file.key), "name": file.name, "sha256": file.sha256}]
    approved = api(alma).post(at(story, "1/approve/"))
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    assert approved.json()["approved_by"] == "Alma 有馬"
    assert story.assessed().run.reduction == Reduction.objects.get().share


def test_it_is_sent_back_or_dropped_with_a_reason(story: Story, ivan: User, alma: User, api: As) -> None:
    api(ivan).post(at(story), body())
    assert api(alma).post(at(story, "1/return/")).status_code == 400
    returned = api(alma).post(at(story, "1/return/"), {"reason": "根拠が足りません。"}).json()
    assert (returned["status"], returned["returned_because"]) == ("returned", "根拠が足りません。")
    api(ivan).post(at(story), body())
    assert api(ivan).post(at(story, "2/drop/"), {"reason": "改めて確認します。"}).json()["status"] == "dropped"
    listed = api(ivan).get(at(story)).json()["results"]
    assert [(one["number"], one["status"]) for one in listed] == [(1, "returned"), (2, "dropped")]


def test_vera_reads_both_sides_once_the_run_came_with_an_offer(story: Story, vera: User, ivan: User, api: As) -> None:
    story.reduced().assessed()
    assert api(vera).get(at(story)).json()["results"] == []
    story.offered()
    (hers,) = api(vera).get(at(story)).json()["results"]
    assert (hers["share"], hers["reason"]) == ("0.1", "偽サイトへの入力と当社の注意喚起の遅れの両方を考えました。")
    assert {name: hers["customer"][0][name] for name in GROUND} == GROUND
    assert hers["firm"][0]["factor"] == "no_warning"
    assert not FOR_THE_FIRM & set(hers)
    (theirs,) = api(ivan).get(at(story)).json()["results"]
    assert set(hers) | FOR_THE_FIRM == set(theirs)
    run = f"cases/{story.case.reference}/assessments/{story.run.number}/"
    assert api(vera).get(run).json()["reduced_by"] == api(ivan).get(run).json()["reduced_by"] == hers
    assert api(ivan).get(f"cases/{story.case.reference}/assessments/1/").json()["reduced_by"] is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"share": "0.3"}, "share"),  # above the policy's limit
        ({"share": "0"}, "share"),
        ({"share": "x"}, "share"),
        ({"customer": {}}, "customer"),
        ({"customer": {"code_typed": {}}}, "customer"),  # nothing that shows it
        ({"customer": {"nonsense": {"note": "x"}}}, "customer"),
        ({"customer": {"code_typed": {"note": "x", "files": [str(uuid.uuid4())]}}}, "customer"),
        ({"customer": {"code_typed": {"note": "x", "files": ["17"]}}}, "customer"),
        ({"reason": ""}, "reason"),
        ({"is_vulnerable": True}, "is_gross"),
        ({"is_gross": True}, "gross_reason"),
    ],
)
def test_what_is_no_reduction_is_refused(
    story: Story, ivan: User, api: As, changed: dict[str, Any], field: str
) -> None:  # fmt: skip
    answer = api(ivan).post(at(story), body(**changed))
    problem = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    named = [problem.get("field", ""), *(error["field"].split(".")[0] for error in problem.get("errors", []))]
    assert field in named
    assert not Reduction.objects.exists()


def test_a_file_of_another_case_shows_nothing(story: Story, ivan: User, otto: User, api: As) -> None:
    case = Story(story.cast, victim="otto", account="90-2").reported().case
    other = add_file(SimpleUploadedFile("his.txt", b"not hers"), actor=otto, case=case)
    shown = {"code_typed": {"note": "x", "files": [str(other.key)]}}
    assert api(ivan).post(at(story), body(customer=shown)).json()["detail"] == "Choose files of this case."


def test_who_may_do_what(story: Story, ivan: User, alma: User, fiona: User, vera: User, api: As) -> None:
    for user in (alma, fiona, vera):
        answer = api(user).post(at(story), body())
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    api(ivan).post(at(story), body())
    assert api(ivan).post(at(story), body()).status_code == 409  # one waits already
    for user in (ivan, fiona):
        assert api(user).post(at(story, "1/approve/")).status_code == 403
        assert api(user).post(at(story, "1/return/"), {"reason": "x"}).status_code == 403
    assert api(alma).post(at(story, "1/drop/"), {"reason": "x"}).status_code == 403
    for path in ("1/approve/", "1/return/", "1/drop/"):  # before a run with it was issued it does not exist for her
        assert api(vera).post(at(story, path), {"reason": "x"}).status_code == 404
    assert api(alma).post(at(story, "2/approve/")).status_code == 404
    assert api(alma).post(at(story, "1/approve/")).status_code == 200
    assert api(alma).post(at(story, "1/approve/")).status_code == 409
    story.assessed().offered()
    assert api(vera).post(at(story, "1/drop/"), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("name", ["otto", "bruno", "rita", "mina"])
def test_reductions_of_others_do_not_exist(name: str, story: Story, api: As) -> None:
    story.reduced().assessed().offered()
    somebody = api(story.user(name))
    assert somebody.get(at(story)).status_code == 404
    assert somebody.post(at(story), body()).status_code == 404
    assert somebody.post(at(story, "1/approve/")).status_code == 404


def test_the_same_key_proposes_and_approves_once(story: Story, ivan: User, alma: User, api: As) -> None:
    key = str(uuid.uuid4())
    first, second = (api(ivan).post(at(story), body(), key=key) for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Reduction.objects.count() == 1
    assert api(ivan).post(at(story), body(share="0.2"), key=key).status_code == 422
    approving = str(uuid.uuid4())
    answers = [api(alma).post(at(story, "1/approve/"), key=approving) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_page_of_many_costs_no_more_queries(story: Story, ivan: User, alma: User, api: As) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            api(ivan).get(at(story))
        return len(queries)

    api(ivan).post(at(story), body())
    api(alma).post(at(story, "1/return/"), {"reason": "x"})
    few = counted()
    for number in range(2, 6):
        api(ivan).post(at(story), body())
        api(alma).post(at(story, f"{number}/return/"), {"reason": "x"})
    assert counted() == few
