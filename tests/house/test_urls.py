"""Every address as every role: tests/house/urls.txt says what each gets. An address without a line fails the test.

A line is `METHOD name` and one answer per role, in the order of ROLES: a status, or `login` for the way to the log-in.
After adding an address, run `WRITE_URLS=1 .venv/bin/python -m pytest tests/house/test_urls.py`, read the difference,
and commit it if each answer is meant. The tests below the first do not believe the file: they hold whatever it says.
"""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils.translation import override

from casetrack.copies.models import Copy
from casetrack.documents.models import Document
from casetrack.evidence.models import EvidenceFile, Request, Upload
from casetrack.intake.calls import begin_call
from casetrack.intake.models import Draft
from casetrack.people.models import User
from tests.house.conftest import World, hand_over

FILE = Path(__file__).with_name("urls.txt")
ROLES = ["anonymous", "otto", "vera", "fiona", "ivan", "alma", "bruno", "rita", "mina"]
OUTSIDERS = ["anonymous", "otto", "bruno", "rita", "mina"]
# Addresses of django-allauth: only looked at; what they do is its own tests' matter.
# Addresses of a firm's own, not of a case: the same address leads each firm to what is its own.
OF_EACH_FIRM = ("firm:policy",)
THEIRS = ("account_", "mfa_", "usersessions_")
# What a mediator opens of a case of her body.
HERS = ("mediator:", "document")
# What anybody may open.
PUBLIC = {"start", "guide", "healthz", "check", "check-key", "api:schema", "api:docs", "demo:mailbox"}
Address = tuple[str, dict[str, Any]]


def patterns(
    resolver: URLResolver, spaces: tuple[str, ...] = (), arguments: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every name with the arguments of its address."""
    for pattern in resolver.url_patterns:
        here = (*arguments, *getattr(pattern.pattern, "converters", {}))
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces, here)
        else:
            yield ":".join((*spaces, pattern.name or "")), here


def addresses(world: World) -> list[Address]:
    """Every named address with arguments that lead to vera's case, her draft and her file."""
    draft, file = Draft.objects.get().key, EvidenceFile.objects.get().key
    taken = begin_call("asked", "", actor=world.cast.user["fiona"]).key
    samples: dict[str, Any] = {
        "reference": world.story.case.reference,
        "number": 1,
        "version": 1,
        "place": 1,
        "day": dt.date(2026, 1, 5),
        "clock_name": "submitted",
        "action": "withdraw",
        "name": "acknowledge",
        "step": "you",
        "topic": "evidence",
        "key": draft,
        "file": file,
        "upload": Upload.objects.get().key,
        "document": Document.objects.get().key,
        "copy": Copy.objects.get().key,
        "asked": Request.objects.get().key,
        "token": draft,
        "taken": taken,
        "pk": 1,
    }
    found = []
    for name, arguments in patterns(get_resolver()):
        found.append((name, {argument: samples[argument] for argument in arguments}))
    return found


def answer_of(response: Any) -> str:
    if response.status_code in (301, 302):
        return "login" if "/accounts/login/" in response.headers["Location"] else "302"
    return str(response.status_code)


def ask(client: Client, method: str, path: str) -> str:
    """One request, whose writes are taken back."""
    with transaction.atomic():
        answer = answer_of(client.generic(method, path))
        transaction.set_rollback(True)
    return answer


@pytest.fixture
def clients(world: World, client_of: Callable[[User], Client]) -> dict[str, Client]:
    signed_in = {role: client_of(world.cast.user[role]) for role in ROLES[1:]}
    everybody = {"anonymous": Client(), **signed_in}
    for client in everybody.values():
        client.raise_request_exception = False
    return everybody


def measured(world: World, clients: dict[str, Client]) -> dict[str, list[str]]:
    table = {}
    with override("ja"):
        for name, arguments in addresses(world):
            path = reverse(name, kwargs=arguments)
            for method in ("GET",) if name.startswith(THEIRS) else ("GET", "POST"):
                table[f"{method} {name}"] = [ask(clients[role], method, path) for role in ROLES]
    return table


def written(table: dict[str, list[str]]) -> str:
    wide = max(len(line) for line in table) + 2
    head = " " * wide + " ".join(f"{role:<9}" for role in ROLES)
    lines = [line.ljust(wide) + " ".join(f"{answer:<9}" for answer in answers) for line, answers in table.items()]
    return "\n".join(line.rstrip() for line in [head, *lines]) + "\n"


def test_every_address_gives_every_role_what_is_meant_for_it(world: World, clients: dict[str, Client]) -> None:
    table = measured(world, clients)
    if os.environ.get("WRITE_URLS"):
        FILE.write_text(written(table), encoding="utf-8")
    meant = FILE.read_text(encoding="utf-8").splitlines()
    now = written(table).splitlines()
    differences = [f"- {line}" for line in meant if line not in now] + [
        f"+ {line}" for line in now if line not in meant
    ]
    assert not differences, "\n".join(["", *differences])


def lines() -> Iterator[tuple[str, str, dict[str, str]]]:
    for line in FILE.read_text(encoding="utf-8").splitlines()[1:]:
        method, name, *answers = line.split()
        yield method, name, dict(zip(ROLES, answers, strict=True))


def test_no_outsider_reaches_anything_of_veras_case(world: World) -> None:
    of_the_case = {
        name for name, arguments in addresses(world) if arguments and not name.startswith((*THEIRS, *OF_EACH_FIRM))
    } - PUBLIC
    assert of_the_case
    for method, name, answers in lines():
        if name in of_the_case:
            reached = {
                role: answers[role] for role in OUTSIDERS if answers[role] in ("200", "201", "302", "400", "409")
            }
            assert not reached, f"{method} {name}: {reached}"


def test_a_mediator_reaches_a_case_of_her_body_from_her_desk_and_nowhere_else(
    world: World, client_of: Callable[[User], Client]
) -> None:
    hand_over(world)
    mina = client_of(world.cast.user["mina"])
    with override("ja"):
        for name, arguments in addresses(world):
            if not arguments or name.startswith((*THEIRS, *OF_EACH_FIRM, *HERS)) or name in PUBLIC:
                continue
            path = reverse(name, kwargs=arguments)
            answers = {method: ask(mina, method, path) for method in ("GET", "POST")}
            assert set(answers.values()) <= {"403", "404", "405"}, (name, answers)
        for name in ("mediator:case", "mediator:good-faith", "mediator:accept"):
            assert ask(mina, "GET", reverse(name, args=[world.story.case.reference])) == "200"


def test_without_a_log_in_only_the_public_pages_open() -> None:
    for method, name, answers in lines():
        if answers["anonymous"] in ("200", "201") and not name.startswith(THEIRS):
            assert name in PUBLIC, f"{method} {name}"


def test_no_address_breaks() -> None:
    assert not [line for line in lines() if any(answer.startswith("5") for answer in line[2].values())]


def test_staff_without_a_second_factor_get_nowhere(world: World) -> None:
    ivan = Client()
    ivan.force_login(world.cast.user["ivan"], backend="allauth.account.auth_backends.AuthenticationBackend")
    with override("ja"):
        set_up = reverse("mfa_index")
        for name, arguments in addresses(world):
            if name in PUBLIC or name.startswith(THEIRS):
                continue
            answer = ivan.get(reverse(name, kwargs=arguments))
            if name.startswith("api:"):
                assert (name, answer.status_code) == (name, 403)
            else:
                assert (name, answer.headers.get("Location")) == (name, set_up)


def test_the_demo_mailbox_is_there_in_the_demo_only(db: None) -> None:
    assert Client().get(reverse("demo:mailbox")).status_code == 404
