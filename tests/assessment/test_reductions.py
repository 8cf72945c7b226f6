"""A reduction: proposed with its grounds, approved by another person, taken by the next run."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from casetrack.assessment.models import Assessment, Reduction
from casetrack.assessment.reductions import CUSTOMER, grounds_of, highest_share
from casetrack.assessment.services import (
    Said,
    approve_reduction,
    drop_reduction,
    is_current,
    publish_policy,
    return_reduction,
)
from casetrack.assessment.services.policies import DEFAULT_POLICY
from casetrack.assessment.services.runs import recompute
from casetrack.assessment.similar import similar_to
from casetrack.cases.models import Event
from casetrack.evidence.services import add_file
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, DomainError, IllegalTransition, InvalidInput, NotAllowed
from casetrack.lib.scope import scoped, system_scope
from casetrack.people.models import User
from tests.builders import Cast, Story

pytestmark = pytest.mark.django_db
LIMITS = {"code_typed": "0.2", "password_shared": "0.5", "late_notice": "0"}
SHARES = st.decimals(0, 1, places=4)


def unlimited(cast: Cast) -> None:
    """Both firms decide each case by itself, and name no limits."""
    for firm in cast.firm.values():
        policy = DEFAULT_POLICY | {"reductions": {}, "is_individual": True}
        publish_policy(firm, actor=User.objects.system(), **policy)


def limited(story: Story, limits: dict[str, str] | None = None, *, is_individual: bool = False) -> Story:
    """The firm's policy allows a share for some of the factors."""
    policy = DEFAULT_POLICY | {"reductions": LIMITS if limits is None else limits, "is_individual": is_individual}
    publish_policy(story.cast.firm["MINATO"], actor=User.objects.system(), **policy)
    return story


def statuses(story: Story) -> list[str]:
    return list(story.case.reductions.order_by("number").values_list("status", flat=True))


def test_ivan_proposes_alma_approves_and_the_next_run_takes_it(story: Story) -> None:
    story.to_assessment()
    before = story.run
    story.reduced("0.1")
    assert not is_current(before)
    run = story.assessed().run
    assert (run.reduction, run.reduced_by, run.reduction_reason) == (
        Decimal("0.1"), story.reduction, story.reduction.reason
    )  # fmt: skip
    assert run.due < before.due
    assert is_current(run)
    assert recompute(run) == recompute(before) == []


def test_a_proposal_changes_nothing_before_it_is_approved(story: Story) -> None:
    story.to_assessment().reduction_proposed()
    assert is_current(story.run)
    assert story.assessed().run.reduction == 0


@pytest.mark.parametrize("who", ["fiona", "alma", "vera", "otto", "bruno", "rita"])
def test_only_an_investigator_of_the_firm_proposes(story: Story, who: str) -> None:
    story.to_ledger()
    story.investigator = who
    with pytest.raises(NotAllowed):
        story.reduction_proposed()
    assert not Reduction.objects.exists()


@pytest.mark.parametrize("who", ["fiona", "ivan", "vera", "bruno"])
def test_only_an_approver_of_the_firm_approves_and_returns(story: Story, who: str) -> None:
    story.to_ledger().reduction_proposed()
    with pytest.raises(NotAllowed):
        approve_reduction(story.reduction, actor=story.user(who))
    with pytest.raises(NotAllowed):
        return_reduction(story.reduction, actor=story.user(who), reason="…")
    assert statuses(story) == ["proposed"]


def test_nobody_approves_an_own_proposal(story: Story, alma: User) -> None:
    story.to_ledger()
    alma.membership.role = "investigator"
    alma.membership.save()
    story.investigator = "alma"
    story.reduction_proposed()
    alma.membership.role = "approver"
    alma.membership.save()
    with pytest.raises(NotAllowed, match="Another person"):
        approve_reduction(story.reduction, actor=alma)
    with pytest.raises(DatabaseError, match="four_eyes"), transaction.atomic():
        Reduction.objects.update(status="approved", approved_by=alma, approved_at=story.at)


def test_an_approved_one_replaces_the_one_before(story: Story) -> None:
    story.to_ledger().reduced("0.1").reduced("0.2")
    assert statuses(story) == ["replaced", "approved"]


def test_there_is_one_proposal_at_a_time(story: Story) -> None:
    story.to_ledger().reduction_proposed()
    with pytest.raises(Conflict):
        story.reduction_proposed()


def test_alma_returns_it_and_ivan_proposes_another(story: Story, alma: User) -> None:
    story.to_ledger().reduction_proposed()
    with pytest.raises(InvalidInput):
        return_reduction(story.reduction, actor=alma, reason=" ")
    return_reduction(story.reduction, actor=alma, reason="The firm's side is missing.")
    assert story.reduction.returned_because == "The firm's side is missing."
    with pytest.raises(Conflict):
        approve_reduction(story.reduction, actor=alma)
    story.reduction_proposed()
    assert statuses(story) == ["returned", "proposed"]


def test_ivan_drops_what_waits_and_alma_what_holds(story: Story, ivan: User, alma: User) -> None:
    story.to_assessment().reduction_proposed()
    with pytest.raises(NotAllowed):
        drop_reduction(story.reduction, actor=alma, reason="…")
    drop_reduction(story.reduction, actor=ivan, reason="Not shown.")
    story.reduced().assessed()
    with pytest.raises(NotAllowed):
        drop_reduction(story.reduction, actor=ivan, reason="…")
    drop_reduction(story.reduction, actor=alma, reason="The file proves the contrary.")
    assert statuses(story) == ["dropped", "dropped"]
    assert not is_current(story.run)
    assert story.assessed().run.reduced_by is None
    with pytest.raises(Conflict):
        drop_reduction(story.reduction, actor=alma, reason="…")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"customer": {}}, "customer"),
        ({"customer": {"code_typed": Said(" ")}}, "customer"),
        ({"customer": {"no_warning": Said("of the other side")}}, "customer"),
        ({"firm": {"late_notice": Said()}}, "firm"),
        ({"reason": "  "}, "reason"),
        ({"share": "0"}, "share"),
        ({"share": "1.0001"}, "share"),
        ({"share": "0.00001"}, "share"),
        ({"is_gross": True}, "gross_reason"),
    ],
)
def test_what_is_not_said_or_not_known_is_refused(story: Story, given: dict[str, Any], field: str) -> None:
    story.to_ledger()
    with pytest.raises(InvalidInput) as refused:
        story.reduction_proposed(**given)
    assert refused.value.field == field
    assert not Reduction.objects.exists()


def test_it_relies_on_files_of_the_case_and_of_no_other(story: Story, cast: Cast, vera: User, otto: User) -> None:
    story.to_ledger()
    other = Story(cast, victim="otto", account="99-1").reported()
    with travel_to(story.at):
        hers = add_file(SimpleUploadedFile("mail.txt", b"what it said"), actor=vera, case=story.case)
        his = add_file(SimpleUploadedFile("his.txt", b"not hers"), actor=otto, case=other.case)
    with pytest.raises(InvalidInput, match="files of this case"):
        story.reduction_proposed(customer={"code_typed": Said("…", [hers, his])})
    story.reduction_proposed(customer={"code_typed": Said("She says so.", [hers])})
    grounds = grounds_of(story.reduction)
    assert [(g.name, g.note, g.files) for g in grounds.customer] == [("code_typed", "She says so.", [hers])]
    assert [g.name for g in grounds.firm] == ["no_warning"]


@pytest.mark.parametrize("status", ["submitted", "agreed", "closed"])
def test_not_before_the_work_begins_and_not_after_the_agreement(story: Story, status: str) -> None:
    {"submitted": story.reported, "agreed": story.to_settlement, "closed": story.to_end}[status]()
    with pytest.raises(IllegalTransition):
        story.reduction_proposed()


def test_what_waits_at_the_agreement_is_not_approved_any_more(story: Story, alma: User) -> None:
    story.to_assessment().reduction_proposed().offered().accepted()
    with pytest.raises(IllegalTransition):
        approve_reduction(story.reduction, actor=alma)


def test_the_policy_limits_the_share_by_what_was_chosen(story: Story) -> None:
    limited(story).to_ledger()
    both = {"code_typed": Said("…"), "password_shared": Said("…")}
    for share, customer in (("0.2001", {"code_typed": Said("…")}), ("0.7001", both)):
        with pytest.raises(InvalidInput, match="at most"):
            story.reduction_proposed(share, customer=customer)
    story.reduction_proposed("0.7", customer=both)
    assert story.reduction.limit == Decimal("0.7")


@pytest.mark.parametrize("factor", ["late_notice", "mfa_declined"])
def test_a_factor_that_the_policy_gives_nothing_reduces_nothing(story: Story, factor: str) -> None:
    limited(story).to_ledger()
    with pytest.raises(InvalidInput, match="at most 0 %"):
        story.reduction_proposed("0.0001", customer={factor: Said("…")})


def test_a_policy_that_decides_each_case_leaves_the_share_to_the_reasons(story: Story) -> None:
    limited(story.to_ledger(), {}, is_individual=True).reduction_proposed("1")
    assert story.reduction.limit is None


def test_a_fixed_policy_without_limits_reduces_nothing(story: Story) -> None:
    limited(story.to_ledger(), {})
    with pytest.raises(InvalidInput, match="at most 0 %"):
        story.reduction_proposed("0.1")


def test_a_policy_that_came_since_is_held_to(story: Story, alma: User) -> None:
    limited(story.to_ledger(), {}, is_individual=True).reduction_proposed("0.3")
    limited(story)
    with pytest.raises(InvalidInput, match="at most 20 %"):
        approve_reduction(story.reduction, actor=alma)


def test_a_run_does_not_take_more_than_the_policy_of_today_allows(story: Story) -> None:
    limited(story.to_ledger(), {}, is_individual=True).decided().wait(25).reduced("0.3")
    limited(story)
    with pytest.raises(InvalidInput, match="at most 20 %"):
        story.assessed()
    assert not Assessment.objects.exists()


def vulnerable(story: Story) -> Story:
    story.to_ledger()
    story.case.needs = ["age"]
    story.case.save(update_fields=["needs"])
    return story


def test_nothing_is_reduced_for_a_vulnerable_person_but_for_gross_negligence(story: Story) -> None:
    vulnerable(story)
    with pytest.raises(InvalidInput, match="vulnerable"):
        story.reduction_proposed()
    story.reduction_proposed(is_gross=True, gross_reason="Warned three times by telephone that day.")
    assert (story.reduction.is_vulnerable, story.reduction.is_gross) == (True, True)
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        Reduction.objects.update(is_gross=False)


def test_language_alone_makes_nobody_vulnerable_but_what_ivan_knows_does(story: Story) -> None:
    story.to_ledger()
    story.case.needs = ["language"]
    story.case.save(update_fields=["needs"])
    with pytest.raises(InvalidInput, match="vulnerable"):
        story.reduction_proposed(is_vulnerable=True)
    story.reduction_proposed()


def test_who_says_since_that_they_are_vulnerable_is_not_reduced(story: Story, alma: User) -> None:
    story.to_ledger().reduction_proposed()
    vulnerable_case = story.case
    vulnerable_case.needs = ["illness"]
    vulnerable_case.save(update_fields=["needs"])
    with pytest.raises(InvalidInput, match="vulnerable"):
        approve_reduction(story.reduction, actor=alma)


def test_a_reduction_of_before_is_not_taken_once_they_say_so(story: Story) -> None:
    story.to_ledger().decided().wait(25).reduced().assessed()
    assert is_current(story.run)
    story.case.needs = ["disability"]
    story.case.save(update_fields=["needs"])
    assert not is_current(story.run)
    with pytest.raises(InvalidInput, match="vulnerable"):
        story.assessed()


@pytest.mark.parametrize("change", [{"share": Decimal("0.9")}, {"reason": "…"}, {"firm_factors": {}}])
def test_what_was_said_is_never_edited(story: Story, change: dict[str, Any]) -> None:
    story.to_ledger().reduced()
    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        Reduction.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Reduction.objects.all().delete()


def test_each_step_stands_in_the_firms_timeline_alone(story: Story, alma: User) -> None:
    story.to_ledger().reduced()
    drop_reduction(story.reduction, actor=alma, reason="…")
    steps = Event.objects.filter(case=story.case, action__startswith="assessment.reduction").order_by("id")
    assert [(step.action, step.is_public) for step in steps] == [
        (f"assessment.reduction_{done}", False) for done in ("proposed", "approved", "dropped")
    ]


def test_vera_sees_it_once_an_offer_was_made_with_it(story: Story, vera: User, otto: User) -> None:
    story.to_ledger().decided().wait(25).reduced().assessed()
    assert not Reduction.objects.visible_to(vera).exists()
    with scoped(vera.audience, user_id=vera.pk):
        assert Reduction.objects.count() == 0
    story.offered()
    assert Reduction.objects.visible_to(vera).get() == story.reduction
    assert not Reduction.objects.visible_to(otto).exists()
    with scoped(vera.audience, user_id=vera.pk):
        assert Reduction.objects.count() == 1
    with scoped(otto.audience, user_id=otto.pk):
        assert Reduction.objects.count() == 0


def test_similar_cases_are_the_firms_own_that_share_a_factor(story: Story, cast: Cast) -> None:
    unlimited(cast)
    shares = {"otto": "0.1", "hana": "0.2", "kenji": "0.4"}
    for place, (victim, share) in enumerate(shares.items()):
        Story(cast, victim=victim, account=f"7-{place}").to_ledger().decided().wait(25).reduced(share).assessed()
    Story(cast, victim="otto", account="8-1").to_ledger().decided().wait(25).reduced(
        "0.9", customer={"late_notice": Said("…")}
    ).assessed()
    Story(cast, victim="otto", account="8-2").to_ledger().reduced("0.8")
    theirs = Story(cast, victim="kenji", account="9-1", firm="AOZORA").to_ledger().decided().wait(25).reduced("0.7")
    theirs.assessed(method="")
    story.to_ledger().reduction_proposed()
    found = similar_to(story.case, ["code_typed"])
    assert (found.count, found.median, found.lowest, found.highest) == (3, 20, 10, 40)
    assert [row.percent for row in found.rows] == [40, 20, 10]
    assert similar_to(story.case, []).count == 4
    # Nothing was taken off in one case; those that are not assessed, of another firm, or this one do not count.
    assert found.unreduced == 0
    Story(cast, victim="hana", account="8-3").to_assessment()
    Story(cast, victim="hana", account="8-4").to_ledger()
    assert similar_to(story.case, ["code_typed"]).unreduced == similar_to(story.case, []).unreduced == 1
    assert similar_to(story.case, ["mfa_declined"]).median is None


@given(
    limits=st.dictionaries(st.sampled_from(sorted(CUSTOMER)), SHARES.map(str)),
    chosen=st.sets(st.sampled_from(sorted(CUSTOMER))),
)
def test_the_highest_share_is_the_sum_of_what_was_chosen_and_never_above_one(
    limits: dict[str, str], chosen: set[str]
) -> None:
    highest = highest_share(limits, chosen)
    if not limits:
        assert highest is None
        return
    assert highest is not None
    assert 0 <= highest <= 1
    assert highest == min(Decimal(1), sum((Decimal(limits.get(name, 0)) for name in chosen), Decimal(0)))
    assert all((highest_share(limits, chosen - {name}) or 0) <= highest for name in chosen)


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_leave_one_approved(cast: Cast) -> None:
    """Two approvers press at the same moment: one approves, the other learns that somebody was faster."""
    with system_scope():
        second = cast.user["fiona"]
        second.membership.role = "approver"
        second.membership.save()
        story = Story(cast).to_ledger().reduction_proposed()
    barrier = Barrier(2)

    def press(who: User) -> str:
        try:
            with system_scope():
                mine = Reduction.objects.select_related("case__firm").get(pk=story.reduction.pk)
                barrier.wait(10)
                approve_reduction(mine, actor=who)
                return "approved"
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, [cast.user["alma"], second]))
    assert answers == ["approved", "conflict"]
    with system_scope():
        assert statuses(story) == ["approved"]
        assert Event.objects.filter(action="assessment.reduction_approved").count() == 1
