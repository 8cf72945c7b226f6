"""The doors of drafts, calls and codes, tried by another victim, another firm's clerk, and somebody signed out."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from casetrack.cases.models import Case
from casetrack.evidence.models import Upload
from casetrack.intake.calls import begin_call, hold_of
from casetrack.intake.claims import claim_case, issue_code
from casetrack.intake.models import Draft
from casetrack.intake.services import start_draft, submit_draft, typed_in
from casetrack.intake.steps import NOTICED
from casetrack.lib.clock import tokyo, travel_to
from casetrack.lib.errors import DomainError
from casetrack.people.models import User
from casetrack.web.limits import DOORS
from tests.builders import Cast
from tests.evidence import files
from tests.intake.test_calls import taken

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CALL = ("", "you/", "you/autosave/", "check/", "delete/", "take-over/")
REPORT = ("", "you/", "you/autosave/", "check/", "delete/", "trades/list/", "trades/upload/")


def answers(client: Client, base: str, tails: tuple[str, ...]) -> set[int]:
    """What each address says to reading and to writing."""
    found = {client.get(base + tail).status_code for tail in tails}
    return found | {client.post(base + tail, {"noticed_note": "x", "seen": "x"}).status_code for tail in tails}


@pytest.mark.parametrize("who", ["fiona", "ivan", "alma", "bruno", "otto", "rita", "mina"])
def test_veras_draft_is_no_call_and_nobodys_but_hers(client_of: Any, cast: Cast, vera: User, who: str) -> None:
    draft = start_draft(actor=vera)
    client = client_of(cast.user[who])
    assert answers(client, f"/en/firm/telephone/{draft.key}/", CALL) <= {404, 405}
    assert answers(client, f"/en/report/{draft.key}/", REPORT) <= {404, 405}
    assert Draft.objects.get().answers == {}


@pytest.mark.parametrize("who", ["fiona", "ivan", "bruno", "vera", "otto"])
def test_a_call_is_no_report_of_a_victims(client_of: Any, cast: Cast, fiona: User, who: str) -> None:
    draft = taken(fiona)
    assert answers(client_of(cast.user[who]), f"/en/report/{draft.key}/", REPORT) <= {404, 405}


@pytest.mark.parametrize("who", ["fiona", "ivan", "bruno", "vera", "otto"])
def test_nobody_sends_files_into_a_call(client_of: Any, cast: Cast, fiona: User, who: str) -> None:
    """They would stay behind when somebody else hands the report in."""
    draft = begin_call("asked", "", actor=fiona)
    sent = {"key": str(uuid.uuid4()), "draft": str(draft.key), "name": "a.pdf", "size": str(len(files.PDF))}
    assert client_of(cast.user[who]).post("/en/uploads/", sent).status_code == 404
    assert not Upload.objects.exists()


def test_who_took_a_case_over_with_a_code_does_not_come_to_the_firms_draft(
    client_of: Any, fiona: User, otto: User
) -> None:
    draft = taken(fiona)
    case = submit_draft(draft, actor=fiona, key=uuid.uuid4())
    claim_case(case.reference, issue_code(case, "telephone", actor=fiona), actor=otto, key=uuid.uuid4())
    client = client_of(otto)
    assert answers(client, f"/en/report/{draft.key}/", REPORT) <= {404, 405}
    assert answers(client, f"/en/firm/telephone/{draft.key}/", CALL) <= {404, 405}
    assert client.get(f"/en/cases/{case.reference}/").status_code == 200


def test_the_code_of_one_case_opens_no_other(fiona: User, otto: User) -> None:
    one, other = (submit_draft(taken(fiona), actor=fiona, key=uuid.uuid4()) for _ in range(2))
    code = issue_code(one, "telephone", actor=fiona)
    issue_code(other, "telephone", actor=fiona)
    with pytest.raises(DomainError):
        claim_case(other.reference, code, actor=otto, key=uuid.uuid4())
    assert not Case.objects.filter(victim_user=otto).exists()


def test_what_a_clerk_typed_signed_out_reaches_nobody_else_at_that_desk(
    client_of: Any, fiona: User, otto: User, cast: Cast
) -> None:
    draft = begin_call("asked", "", actor=fiona)
    address = f"/en/firm/telephone/{draft.key}/noticed/"
    for somebody in (otto, cast.user["bruno"], cast.user["ivan"]):
        desk = client_of(fiona)
        desk.logout()
        desk.post(address, {"noticed_note": "what the caller said"})
        desk.force_login(somebody, backend=BACKEND)
        assert "what the caller said" not in desk.get(address, follow=True).content.decode()
        assert typed_in(Draft.objects.get(), NOTICED) == {}


def test_a_hold_that_was_guessed_takes_nothing_over(client_of: Any, fiona: User, ivan: User) -> None:
    draft = begin_call("asked", "", actor=fiona)
    address = f"/en/firm/telephone/{draft.key}/take-over/"
    for guess in ("", "0", "x" * 40, hold_of(draft)[:-1]):
        client_of(ivan).post(address, {"seen": guess})
    assert Draft.objects.get().user == fiona


@pytest.mark.parametrize("name", ["victim:step", "victim:autosave", "firm:telephone-step", "firm:telephone-autosave"])
def test_signed_out_every_door_that_keeps_typing_is_counted(name: str, settings: Any) -> None:
    settings.DOOR_LIMITS = dict.fromkeys(DOORS.values(), ((1, 600, "address"),))
    draft = {"taken" if name.startswith("firm") else "key": uuid.uuid4()}
    with override("en"):
        path = reverse(name, kwargs={**draft, "step": "noticed"})
    with travel_to(tokyo(2025, 6, 2, 12)):
        said = [Client().post(path, {"noticed_note": "x"}, REMOTE_ADDR="192.0.2.9").status_code for _ in range(2)]
    assert said[0] != 429
    assert said[1] == 429


def test_a_call_centre_behind_one_address_may_go_on_typing(settings: Any) -> None:
    """Fifty people, each of whom saves every few seconds."""
    victims, clerks = ({per: most for most, _seconds, per in settings.DOOR_LIMITS[key]} for key in ("typing", "taking"))
    assert clerks["person"] == victims["person"]
    assert clerks["address"] >= 50 * 3600 // 5
