"""What anybody may read, without an account and without a script."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from casetrack.demo.cast import Cast
from casetrack.web.views import GUIDES

LIGHT = 200 * 1024


@pytest.mark.parametrize("topic", sorted(GUIDES))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_stranger_reads_every_public_page(client: Client, cast: Cast, language: str, topic: str) -> None:
    response = client.get(f"/{language}/guide/{topic}/")

    assert response.status_code == 200
    assert b"noindex" not in response.content


def test_a_page_that_is_not_there_is_not_found(client: Client, cast: Cast) -> None:
    assert client.get("/en/guide/base/").status_code == 404


@pytest.mark.parametrize("address", ["", "guide/stop/"])
def test_the_numbers_can_be_tapped_and_their_hours_are_in_the_readers_language(
    client: Client, cast: Cast, address: str
) -> None:
    japanese, english = (client.get(f"/{code}/{address}").content.decode() for code in ("ja", "en"))

    for page in (japanese, english):
        assert 'href="tel:0120000111"' in page
    assert "24時間" in japanese
    assert "24 hours" not in japanese
    assert "24 hours" in english
    assert "24時間" not in english


def test_a_firm_that_says_its_hours_in_one_language_is_shown_with_them_in_both(cast: Cast, client: Client) -> None:
    firm = cast.firm["MINATO"]
    firm.emergency_hours_en = ""
    firm.save()

    assert "24時間" in client.get("/en/").content.decode()


def test_no_page_of_the_public_links_to_somebody_elses_site(client: Client, cast: Cast) -> None:
    for topic in GUIDES:
        assert 'href="http' not in client.get(f"/en/guide/{topic}/").content.decode().replace("http://testserver", "")


def test_the_first_page_is_light(client: Client, cast: Cast, settings: Any, tmp_path: Path) -> None:
    """All that crosses the wire but for the fonts: the page, and what it names as it lies there to be served."""
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": settings.SERVED_STATIC}}
    call_command("collectstatic", interactive=False, verbosity=0)
    page = client.get("/ja/").content
    named = set(re.findall(r'"/static/([^"]+)"', page.decode()))
    assert {name.partition(".")[0] for name in named} == {"build/casetrack", "build/fonts", "img/mark"}
    zipped = {name: tmp_path / f"{name}.gz" for name in named}
    assert len(page) + sum(file.stat().st_size for file in zipped.values()) < LIGHT / 2


# What each page must say, in both languages.
SAID = {
    "": {"ja": ("#9110", "188", "FINMAC", "リンク"), "en": ("#9110", "188", "FINMAC", "never sends links")},
    "guide/police/": {"ja": ("相談", "被害届", "断られた"), "en": ("Consultation", "Victim report", "If they refuse")},
    "guide/compensation/": {
        "ja": ("原状", "日数"),
        "en": ("Restoration", "How long it takes", "half of the"),
    },
    "guide/help/": {"ja": ("FINMAC", "188"), "en": ("FINMAC", "188")},
    "guide/stop/": {"ja": ("凍結", "パスワード"), "en": ("stop all trading", "cannot be frozen", "password")},
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("address", SAID)
def test_the_pages_say_what_to_do_and_where_else_to_turn(
    client: Client, cast: Cast, address: str, language: str
) -> None:
    page = client.get(f"/{language}/{address}").content.decode()
    assert [words for words in SAID[address][language] if words not in page] == []
