"""Every row of the table leads somewhere: to an action that is written, and to a template that holds nothing."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from casetrack.cases.timeline import SENTENCES
from casetrack.cases.workflow import ACTIONS
from casetrack.notifications.rules import RULES, Audience

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted({path.name.removesuffix("-body.txt") for path in (ROOT / "templates" / "emails").glob("*-body.txt")})
OF_THE_PLATFORM = {
    "bodies.mediator_added",
    "copies.asked",
    "evidence.draft_file_refused",
    "firms.member_added",
    "intake.call_taken_over",
    "people.regulator_added",
    "people.bank_account_changed",
    "people.bank_alarm_raised",
}


def test_every_rule_is_of_an_action_that_exists() -> None:
    written = {action.done for action in ACTIONS.values()} | set(SENTENCES) | OF_THE_PLATFORM
    assert set(RULES) <= written


def test_every_template_of_the_table_is_there_and_every_one_there_is_used() -> None:
    used = {rule.template for rules in RULES.values() for rule in rules if rule.audience != Audience.OTHER_SIDE}
    assert used == set(TEMPLATES)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_mail_has_no_link_no_reference_and_one_line_of_subject(name: str, language: str) -> None:
    with override(language):
        subject = render_to_string(f"emails/{name}-subject.txt", {"site_name": "casetrack"})
        body = render_to_string(f"emails/{name}-body.txt", {"site_name": "casetrack"})
    assert "casetrack" in subject
    assert len(subject.strip().splitlines()) == 1
    for text in (subject, body):
        assert not re.search(r"https?:|www\.|\w@\w|CT-\d", text)
        assert "&" not in text
    if language == "ja":
        assert re.search("[ぁ-ん]", subject)
        assert re.search("[ぁ-ん]", body)
