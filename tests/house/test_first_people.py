"""The first firms and people, by command: docs/operations.md."""

import re
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from casetrack.audit.models import Entry
from casetrack.firms.models import Firm, Membership
from casetrack.lib import clock
from casetrack.notifications.services import drain
from casetrack.people.models import Role, User


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


@pytest.fixture
def minato(db: None) -> Firm:
    run("add_firm", "MINATO", "--name-ja", "みなと証券", "--name-en", "Minato Securities")
    return Firm.objects.get()


def test_a_firm_comes_with_a_policy(minato: Firm) -> None:
    assert minato.policies.get().method == "cash"
    assert Entry.objects.filter(action="firms.added", firm_code="MINATO").count() == 1


def test_a_member_has_no_password_and_a_place_at_the_firm(minato: Firm) -> None:
    said = run("add_member", "Fiona@Minato.example", "--firm", "MINATO", "--role", "intake", "--name", "Fiona 藤井")
    assert said == "fiona@minato.example added to MINATO as intake; the invitation is on its way.\n"
    user = User.objects.get(email="fiona@minato.example")
    assert not user.has_usable_password()
    assert (user.role, user.membership.role, str(user.membership)) == (Role.FIRM, "intake", "Fiona 藤井")
    assert user.emailaddress_set.get().verified is False  # type: ignore[attr-defined]
    entry = Entry.objects.get(action="firms.member_added")
    assert "@" not in f"{entry.subject}{entry.data}"


def test_a_regulator_belongs_to_no_firm(db: None) -> None:
    run("add_regulator", "rita@regulator.example", "--language", "en")
    user = User.objects.get(email="rita@regulator.example")
    assert (user.role, user.language) == (Role.REGULATOR, "en")
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["add_firm", "MINATO", "--name-ja", "x", "--name-en", "x"], "There is a firm with the code MINATO already."),
        (["add_firm", "minato", "--name-ja", "x", "--name-en", "x"], "A firm's code is 2 to 20 capital letters"),
        (["add_member", "a@b.example", "--firm", "NOBODY", "--role", "intake"], "no firm with the code NOBODY"),
        (["add_member", "nonsense", "--firm", "MINATO", "--role", "intake"], "nonsense is not an e-mail address."),
        (["add_member", "SYSTEM@casetrack.invalid", "--firm", "MINATO", "--role", "intake"], "has a log-in already."),
        (["add_regulator", "nonsense"], "nonsense is not an e-mail address."),
    ],
)
def test_what_cannot_be_is_one_clear_line(command: list[str], said: str, minato: Firm) -> None:
    before = User.objects.count()
    with pytest.raises(CommandError) as refused:
        run(*command)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert User.objects.count() == before


def test_an_approver_gets_a_limit_and_loses_it_again(minato: Firm) -> None:
    run("add_member", "alma@minato.example", "--firm", "MINATO", "--role", "approver")
    assert run("limit_approver", "Alma@minato.example", "--up-to", "10000000").endswith("up to 10,000,000 yen.\n")
    assert Membership.objects.get().approves_up_to == Decimal(10_000_000)
    run("limit_approver", "alma@minato.example", "--up-to", "none")
    assert Membership.objects.get().approves_up_to is None
    assert [e.data["up_to"] for e in Entry.objects.filter(action="firms.approver_limited").order_by("pk")] == [
        "10000000", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("email", "up_to", "said"),
    [
        ("alma@minato.example", "-1", "whole yen"),
        ("alma@minato.example", "0.5", "whole yen"),
        ("alma@minato.example", "much", "whole yen, or none"),
        ("alma@minato.example", "NaN", "whole yen, or none"),
        ("fiona@minato.example", "5", "no approver with the address"),
        ("nobody@minato.example", "5", "no approver with the address"),
    ],
)
def test_a_limit_is_whole_yen_and_an_approvers(email: str, up_to: str, said: str, minato: Firm) -> None:
    run("add_member", "alma@minato.example", "--firm", "MINATO", "--role", "approver")
    run("add_member", "fiona@minato.example", "--firm", "MINATO", "--role", "intake")
    with pytest.raises(CommandError, match=said):
        run("limit_approver", email, "--up-to", up_to)


def test_a_role_that_does_not_exist_is_refused(minato: Firm, capsys: Any) -> None:
    with pytest.raises((CommandError, SystemExit)):
        run("add_member", "a@b.example", "--firm", "MINATO", "--role", "boss")


def test_an_invited_person_sets_a_password_with_a_code_and_then_needs_a_second_factor(minato: Firm) -> None:
    run("add_member", "fiona@minato.example", "--firm", "MINATO", "--role", "intake", "--language", "en")
    drain(clock.now())
    assert mail.outbox.pop().subject == "You now have a log-in at casetrack"
    browser = Client()
    browser.post(reverse("account_reset_password"), {"email": "fiona@minato.example"})
    code = re.search(r"\b[A-Z0-9]{4}-?[A-Z0-9]{4}\b", str(mail.outbox.pop().body))
    assert code
    browser.post(reverse("account_confirm_password_reset_code"), {"code": code[0]})
    password = "a long phrase of hers"
    browser.post(reverse("account_complete_password_reset"), {"password1": password, "password2": password})
    mail.outbox.clear()
    browser.post(reverse("account_login"), {"login": "fiona@minato.example", "password": password})
    answer = browser.get(reverse("firm:queue"))
    assert answer.headers["Location"] == reverse("mfa_index")
    assert User.objects.get(email="fiona@minato.example").emailaddress_set.get().verified  # type: ignore[attr-defined]
