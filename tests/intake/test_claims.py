"""A case that the firm opened is taken over with a code, by whoever was given it and by nobody else."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit.models import Entry
from casetrack.cases.incidents import import_incidents
from casetrack.cases.models import Case
from casetrack.intake.claims import ALPHABET, MOST_ATTEMPTS, claim_case, issue_code, normalize_code, open_code
from casetrack.intake.models import ClaimCode
from casetrack.lib import clock
from casetrack.lib.clock import travel_to
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.lib.scope import scoped, system_scope
from casetrack.people.models import User, Victim
from tests.builders import Cast, Story
from tests.cases.test_import_incidents import file, row


@pytest.fixture
def found(cast: Cast) -> Case:
    """A case of somebody at MINATO whom nobody knows here yet."""
    import_incidents(cast.firm["MINATO"], file(row()), actor=User.objects.system())
    return Case.objects.select_related("firm", "victim").get()


@pytest.mark.django_db
@pytest.mark.parametrize("channel", ["telephone", "post"])
def test_otto_takes_over_the_case_that_fiona_gave_him_a_code_for(
    found: Case, fiona: User, otto: User, channel: str
) -> None:
    Victim.objects.filter(user=otto).update(user=None)
    code = issue_code(found, channel, actor=fiona)
    case = claim_case(found.reference, code, actor=otto, key=uuid.uuid4())
    assert case == found
    assert Case.objects.visible_to(otto).get() == found
    assert Victim.objects.of_user(otto).get() == found.victim
    assert list(case.events.order_by("id").values_list("action", "actor_role"))[-2:] == [
        ("cases.claim_code_issued", "intake"),
        ("cases.claimed", "victim"),
    ]


@pytest.mark.django_db
def test_who_has_a_profile_keeps_it_and_the_case_keeps_the_firms_record(found: Case, fiona: User, otto: User) -> None:
    his = Victim.objects.of_user(otto).get()
    claim_case(found.reference, issue_code(found, "post", actor=fiona), actor=otto, key=None)
    assert Victim.objects.of_user(otto).get() == his
    found.refresh_from_db()
    assert found.victim.user_id is None
    assert found.victim_user == otto


@pytest.mark.django_db
def test_the_code_is_understood_as_people_type_it(found: Case, fiona: User, otto: User) -> None:
    code = issue_code(found, "telephone", actor=fiona)
    typed = code.lower().replace("-", " ").translate(str.maketrans("01", "oi")).translate(
        {ord(c): ord(c) + 0xFEE0 for c in "abcdefgh"}
    )  # fmt: skip
    assert claim_case(f" {found.reference.lower()} ", typed, actor=otto, key=None) == found


@given(st.text(alphabet=ALPHABET, min_size=12, max_size=12), st.lists(st.integers(0, 12), max_size=4))
def test_hyphens_and_case_never_matter(code: str, places: list[int]) -> None:
    typed = code
    for place in places:
        typed = typed[:place] + "-" + typed[place:]
    assert normalize_code(typed) == normalize_code(typed.lower()) == code


@pytest.mark.django_db
def test_a_wrong_code_an_unknown_case_and_an_ended_code_are_answered_alike(
    found: Case, fiona: User, otto: User
) -> None:
    code = issue_code(found, "telephone", actor=fiona)
    sentences = set()
    for reference, tried in ((found.reference, "0000-0000-0000"), ("CT-2025-999999-0", code), ("", ""), ("x", code)):
        with pytest.raises(InvalidInput) as refusal:
            claim_case(reference, tried, actor=otto, key=None)
        sentences.add(str(refusal.value))
    with travel_to(clock.now() + dt.timedelta(days=4)), pytest.raises(InvalidInput) as refusal:
        claim_case(found.reference, code, actor=otto, key=None)
    sentences.add(str(refusal.value))
    assert len(sentences) == 1
    assert not Case.objects.visible_to(otto).exists()


@pytest.mark.django_db
def test_a_code_ends_after_five_wrong_tries(found: Case, fiona: User, otto: User) -> None:
    code = issue_code(found, "post", actor=fiona)
    for _attempt in range(MOST_ATTEMPTS):
        with pytest.raises(InvalidInput):
            claim_case(found.reference, "0000-0000-0000", actor=otto, key=None)
    assert open_code(found) is None
    with pytest.raises(InvalidInput):
        claim_case(found.reference, code, actor=otto, key=None)


@pytest.mark.django_db
def test_a_code_is_used_once_and_a_new_one_ends_the_old(found: Case, fiona: User, otto: User, vera: User) -> None:
    first = issue_code(found, "post", actor=fiona)
    second = issue_code(found, "post", actor=fiona)
    with pytest.raises(InvalidInput):
        claim_case(found.reference, first, actor=vera, key=None)
    claim_case(found.reference, second, actor=otto, key=None)
    with pytest.raises(InvalidInput):
        claim_case(found.reference, second, actor=vera, key=None)
    assert Case.objects.get().victim_user == otto
    with pytest.raises(Conflict):
        issue_code(found, "post", actor=fiona)


@pytest.mark.django_db
def test_asked_for_twice_by_the_same_form_it_is_the_same_code(found: Case, fiona: User, otto: User) -> None:
    key, another = uuid.uuid4(), uuid.uuid4()
    code = issue_code(found, "post", actor=fiona, key=key)
    assert issue_code(found, "post", actor=fiona, key=key) == code
    assert ClaimCode.objects.count() == found.events.filter(action="cases.claim_code_issued").count() == 1
    other = issue_code(found, "telephone", actor=fiona, key=key)
    assert code != other != issue_code(found, "telephone", actor=fiona, key=another)
    with pytest.raises(Conflict):  # it ended when the next one was made, and does not come back
        issue_code(found, "post", actor=fiona, key=key)


@pytest.mark.django_db
def test_only_the_firms_people_make_codes_and_only_victims_use_them(
    found: Case, fiona: User, bruno: User, otto: User, rita: User
) -> None:
    for other in (bruno, otto, rita):
        with pytest.raises(NotAllowed):
            issue_code(found, "post", actor=other)
    code = issue_code(found, "post", actor=fiona)
    for other in (bruno, fiona, rita):
        with pytest.raises(NotAllowed):
            claim_case(found.reference, code, actor=other, key=None)


@pytest.mark.django_db
def test_a_case_that_vera_reported_herself_has_no_code(story: Story, fiona: User) -> None:
    with pytest.raises(Conflict):
        issue_code(story.reported().case, "post", actor=fiona)


@pytest.mark.django_db
def test_the_code_itself_is_nowhere(found: Case, fiona: User) -> None:
    code = issue_code(found, "post", actor=fiona)
    text = str(list(Entry.objects.values())) + str(list(ClaimCode.objects.values()))
    assert code not in text
    assert normalize_code(code) not in text


@pytest.mark.django_db(transaction=True)
def test_two_with_the_same_code_at_once_and_one_has_the_case(transactional_db: None) -> None:
    from casetrack.demo.cast import make_cast

    with system_scope():
        cast = make_cast(password=None)
        import_incidents(cast.firm["MINATO"], file(row()), actor=User.objects.system())
        case = Case.objects.select_related("firm").get()
        code = issue_code(case, "post", actor=cast.user["fiona"])
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def run(name: str) -> None:
        try:
            user = cast.user[name]
            ready.wait()
            with scoped("victim", user_id=user.pk):
                claim_case(case.reference, code, actor=user, key=uuid.uuid4())
            outcomes.append("taken")
        except InvalidInput:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(name,)) for name in ("vera", "otto")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "taken"]
