"""The demo mailbox: what casetrack would have sent, in the demo alone."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from casetrack.demo.mail import DemoBackend


@pytest.fixture
def demo(settings: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DEMO, settings.VAR_DIR = True, tmp_path  # type: ignore[attr-defined]
    messages = [
        EmailMessage(f"知らせ {n}", f"本文 <{n}>", to=[to])
        for n, to in ((1, "vera@example.com"), (2, "otto@example.com"))
    ]
    assert DemoBackend().send_messages(messages) == 2
    assert "vera@example.com" in capsys.readouterr().out


def test_it_shows_mails_newest_first(demo: None, db: None) -> None:
    page = Client().get("/demo/mailbox/").content.decode()
    assert page.index("知らせ 2") < page.index("知らせ 1")
    assert "本文 &lt;1&gt;" in page


def test_it_shows_the_mails_of_one_address(demo: None, db: None) -> None:
    page = Client().get("/demo/mailbox/", {"to": "Vera@example.com"}).content.decode()
    assert "知らせ 1" in page
    assert "知らせ 2" not in page


def test_it_is_there_in_the_demo_only(demo: None, settings: object, db: None) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    assert Client().get("/demo/mailbox/").status_code == 404
