"""Policies: which one holds, and what the database refuses."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from casetrack.assessment.services import add_firm, policy_for, publish_policy
from casetrack.lib.errors import Conflict, InvalidInput
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db


def test_a_new_firm_has_the_platforms_policy(cast: Cast) -> None:
    firm = add_firm("TOKIWA", name_ja="ときわ証券", name_en="Tokiwa Securities", actor=User.objects.system())
    policy = firm.policies.get()
    assert (policy.method, policy.ratios["planted"], policy.solatium) == ("cash", "0.5", 10000)


@pytest.mark.parametrize("code", ["minato", "9A", "A-B", "", "Ａ１"])
def test_a_bad_firm_code_is_refused(cast: Cast, code: str) -> None:
    with pytest.raises(InvalidInput):
        add_firm(code, name_ja="x", name_en="x", actor=User.objects.system())


def test_a_code_is_given_once(cast: Cast) -> None:
    with pytest.raises(Conflict):
        add_firm("MINATO", name_ja="x", name_en="x", actor=User.objects.system())


def test_the_policy_of_the_incidents_day_holds(story: Story) -> None:
    story.to_ledger()
    system = User.objects.system()
    later = {"method": "cash", "ratios": {"planted": "1"}, "solatium": 0}
    publish_policy(story.case.firm, actor=system, valid_from=dt.date(2026, 1, 10), **later)
    assert policy_for(story.case).version == 1
    publish_policy(story.case.firm, actor=system, valid_from=dt.date(2025, 4, 1), **later)
    assert policy_for(story.case).version == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"ratios": {"planted": "1.5"}},
        {"ratios": {"planted": "-0.1"}},
        {"solatium": -1},
        {"method": "luck"},
        {"valid_until": dt.date(2024, 1, 1)},
    ],
)
def test_the_database_refuses_a_policy_out_of_range(cast: Cast, fields: dict[str, object]) -> None:
    given = {"method": "cash", "ratios": {}, "solatium": 0, "valid_from": dt.date(2025, 1, 1), **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        publish_policy(cast.firm["MINATO"], actor=User.objects.system(), **given)
