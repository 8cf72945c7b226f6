from itertools import chain

import pytest
from django.core.management import call_command
from django.utils.translation import override

from casetrack.cases.workflow import ACTIONS, STAFF_NAMES, Status
from casetrack.negotiation.workflow import OfferStatus


def test_the_document_of_the_workflow_is_not_stale() -> None:
    call_command("workflow_docs", "--check")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_public_name_and_one_for_staff_in_both_languages(status: Status) -> None:
    said: dict[str, set[str]] = {}
    for language in ("en", "ja"):
        with override(language):
            said[language] = {str(status.label), str(STAFF_NAMES[status])}
    assert "" not in said["en"] | said["ja"]
    assert not said["en"] & said["ja"]


def test_every_action_and_offer_has_a_name_in_both_languages() -> None:
    for label in chain((action.label for action in ACTIONS.values()), (status.label for status in OfferStatus)):
        with override("en"):
            english = str(label)
        with override("ja"):
            assert str(label) != english
