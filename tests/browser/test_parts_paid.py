"""The pages of what was settled in part: paid ahead, kept back, taken back in a case that has ended."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from casetrack.lib.clock import travel_to
from casetrack.lib.scope import system_scope
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.services import check_legal_basis, record_covered, record_legal_basis
from casetrack.people.models import User
from tests.browser.conftest import LOOKS
from tests.builders import Cast, Story
from tests.negotiation.test_partial import paid_ahead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def told(cast: Cast) -> tuple[Story, Story, Story]:
    """A case with one part paid ahead, one confirmed by the JSDA committee and one that takes the sum above its limit;
    one that was withdrawn with an offer open; and one with a part in it that may still be taken back."""
    parts, open_, fresh = (
        Story(cast, account=f"90-{number}", at=timezone.now() - dt.timedelta(days=days)).to_assessment()
        for number, days in enumerate((60, 49, 48))
    )
    paid_ahead(parts, 20_000)
    parts.wait(0.1).part_offered("costs", "solatium").accepted().countersigned().wait(4)
    with travel_to(parts.at):
        record_covered(parts.at, actor=User.objects.system())
    parts.part_offered("liquidation").accepted().countersigned()
    with travel_to(parts.at):
        basis = record_legal_basis(
            parts.settlement, kind=Basis.CONFIRMED_JSDA, reference="2026-1", decided_on=parts.at.date(),
            actor=parts.user("ivan"),
        )  # fmt: skip
        check_legal_basis(basis, actor=parts.user("alma"))
    parts.wait(0.1).rest_offered().accepted()
    open_.offered().does("vera", "withdraw", "…")
    fresh.part_offered("costs").accepted().does("vera", "withdraw", "…")
    return parts, open_, fresh


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_the_pages_say_what_is_still_to_be_done_for_a_part(
    open_as: Callable[..., Page], check: Any, shot: Any, cast: Cast, language: str, width: str
) -> None:
    with system_scope():
        parts, open_, fresh = told(cast)
    hers, his = (open_as(cast.user[name], language=language, width=width) for name in ("vera", "alma"))

    def see(page: Page, address: str, name: str) -> None:
        page.goto(address)
        check(page)
        shot(page, f"part-paid-{name}-{language}-{width}")

    of = f"cases/{parts.case.reference}/"
    see(hers, of, "case")
    assert hers.locator("a[href*='offers/1/receipt']").count() == 0
    see(his, f"firm/{of}offers/1/settlement/", "covered")
    see(his, f"firm/{of}offers/2/settlement/", "kept-back")
    assert his.locator("#legal-basis .govuk-inset-text").count() == 1
    see(his, f"firm/{of}offers/2/legal-basis/", "legal-basis")
    assert his.locator("#id_reference").count() == 1
    see(his, f"firm/{of}good-faith/", "ledger")
    see(his, "firm/good-faith/", "figures")
    see(hers, f"cases/{open_.case.reference}/", "withdrawn")
    see(his, f"firm/cases/{open_.case.reference}/offers/1/", "withdrawn-offer")
    see(hers, f"cases/{fresh.case.reference}/offers/1/revoke/", "take-back")
