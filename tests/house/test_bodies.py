"""Mediation bodies and their people, by command: docs/operations.md."""

from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from casetrack.audit.models import Entry
from casetrack.bodies.models import Body, body_of
from casetrack.cases.models import Case
from casetrack.demo.cast import Cast
from casetrack.lib import clock
from casetrack.notifications.services import drain
from casetrack.people.models import Role, User


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


@pytest.fixture
def center(db: None) -> Body:
    run("add_body", "FINMAC", "--name-ja", "証券・金融商品あっせん相談センター", "--name-en", "FINMAC")
    return Body.objects.get()


def test_a_mediator_has_no_password_and_a_place_at_the_body(center: Body) -> None:
    said = run("add_mediator", "Mina@adr.example", "--body", "FINMAC", "--name", "Mina 三田")
    assert said == "mina@adr.example added to FINMAC as mediator; the invitation is on its way.\n"
    user = User.objects.get(email="mina@adr.example")
    assert not user.has_usable_password()
    assert (user.role, body_of(user), str(user.body_membership)) == (Role.MEDIATOR, center, "Mina 三田")
    entry = Entry.objects.get(action="bodies.mediator_added")
    assert "@" not in f"{entry.subject}{entry.data}"


def test_the_invitation_goes_out_without_a_link(center: Body) -> None:
    run("add_mediator", "mina@adr.example", "--body", "FINMAC")
    drain(clock.now())
    assert [message.to for message in mail.outbox] == [["mina@adr.example"]]
    assert "http" not in str(mail.outbox[0].body)


def test_a_body_takes_cases_once_somebody_there_can_read_them(center: Body) -> None:
    assert not Body.objects.taking().exists()
    run("add_mediator", "mina@adr.example", "--body", "FINMAC")
    assert Body.objects.taking().get() == center
    User.objects.filter(email="mina@adr.example").update(is_active=False)
    assert not Body.objects.taking().exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["add_body", "FINMAC", "--name-ja", "x", "--name-en", "x"], "There is a body with the code FINMAC already."),
        (["add_body", "finmac", "--name-ja", "x", "--name-en", "x"], "A body's code is 2 to 20 capital letters"),
        (["add_mediator", "mina@adr.example", "--body", "NONE"], "There is no body with the code NONE."),
        (["add_mediator", "mina", "--body", "FINMAC"], "mina is not an e-mail address."),
    ],
)
def test_a_command_says_what_is_wrong(center: Body, command: list[str], said: str) -> None:
    with pytest.raises(CommandError) as error:
        run(*command)
    assert said in str(error.value)


def test_a_mediator_who_left_the_body_sees_no_case_of_it(cast: Cast, story: Any) -> None:
    case, mina = story.reported().case, cast.user["mina"]
    assert not Case.objects.visible_to(mina).exists()
    Case.objects.filter(pk=case.pk).update(body=cast.body)
    assert Case.objects.visible_to(mina).get() == case
    cast.user["mina"].body_membership.is_active = False
    assert not Case.objects.visible_to(mina).exists()
