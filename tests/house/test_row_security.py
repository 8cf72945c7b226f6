"""The second line. Each test queries with `objects.all()`, as code would that forgot `visible_to`."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction

from casetrack.bodies.models import BodyMembership
from casetrack.bodies.services import add_body
from casetrack.cases.models import Case, Event
from casetrack.correspondence.models import Message, Party
from casetrack.documents.models import HandledEntry
from casetrack.firms.models import ClockTarget, ClosedDay, Membership
from casetrack.intake.calls import begin_call
from casetrack.intake.models import Draft
from casetrack.lib import clock
from casetrack.lib.scope import scoped
from casetrack.mediation.models import ConciliationProposal, Hearing, Mediation
from casetrack.mediation.workflow import ENDED
from casetrack.people.models import Role, User
from tests.house.conftest import World, hand_over

# Columns that make a row somebody's.
OWNERS = {
    "account_id", "alarm_id", "assessment_id", "case_id", "draft_id", "execution_id", "firm_id", "incident_id",
    "offer_id", "recipient_id", "settlement_id", "uploaded_by_id", "user_id", "victim_id", "victim_user_id",
}  # fmt: skip
# Tables with such a column that everybody may read, and why.
OPEN = {
    "bodies_bodymembership": "who works where: read before there is a scope",
    "firms_membership": "who works where: read before there is a scope",
    "firms_clocktarget": "what a firm gives itself: whoever reads a case derives its deadlines from it",
    "firms_closedday": "the same",
}
# Tables that everybody may read, or that belong to no case and no person, and that not everybody writes: each has a
# test of its own below.
OWN = {
    "firms_clocktarget", "firms_closedday", "firms_membership", "bodies_bodymembership", "people_user",
    "documents_handledentry", "mediation_mediationrecord",
}  # fmt: skip
OURS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model.__module__.startswith("casetrack.") and model._meta.managed
]
GUARDED = [model for model in OURS if OWNERS & {field.column for field in model._meta.local_fields}]
GUARDED = [model for model in GUARDED if model._meta.db_table not in OPEN]
AFTER_AGREEMENT = {
    "negotiation_settlement", "negotiation_countersignature",
    "negotiation_legalbasis", "negotiation_payment", "negotiation_transferline",
    "negotiation_restorationinstruction",
}  # fmt: skip
TABLES = [model._meta.db_table for model in GUARDED]
OUTSIDERS = ["bruno", "otto", "rita", "mina", "nobody"]
# What a mediator does not see of a case that was handed to her body, whatever stands in it.
NOT_FOR_MEDIATORS = {
    "assessment_simulation", "cases_accessdecision", "cases_bulkact", "copies_copy", "correspondence_note",
    "documents_bundleindex", "evidence_upload",
    "intake_broughttrade", "intake_claimcode", "intake_columnmapping", "intake_draft",
    "ledger_importbatch", "negotiation_legalbasis", "negotiation_payment", "negotiation_remitteraccount",
    "negotiation_restorationinstruction", "negotiation_transferbatch", "negotiation_transferline",
    "notifications_delivery", "notifications_mailchoice", "people_bankaccount", "people_bankalarm",
    "people_bankclearance", "people_idempotentwrite",
}  # fmt: skip
DAY = dt.timedelta(days=1)
# What a mediator may write: the steps of her own acts. The case she locks; it is checked by itself.
MEDIATORS_WRITE = {"cases_event", "cases_case", "copies_copy", "mediation_mediation"}


def rows(model: type[models.Model], world: World) -> int:
    """Rows of vera's that the present scope shows."""
    if model._meta.db_table == "people_victim":
        return model._default_manager.filter(pk=world.cast.victim["vera"].pk).count()
    if model._meta.db_table == "assessment_compensationpolicy":
        return model._default_manager.filter(firm=world.story.case.firm).count()
    return model._default_manager.count()


def test_every_table_that_belongs_to_somebody_is_guarded_and_its_owner_too(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relkind in ('r', 'p') and relrowsecurity and relforcerowsecurity"
        )
        guarded = {row[0] for row in cursor.fetchall()}
    assert {*TABLES, *OWN} == guarded


def test_the_application_owns_nothing_and_is_bound_by_everything(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = user")
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'public' and pg_get_userbyid(c.relowner) = user"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("select has_schema_privilege(user, 'public', 'create')")
        assert cursor.fetchone() == (False,)
        cursor.execute(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'"
            " and relkind = 'r' and has_table_privilege(user, c.oid, 'truncate')"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_without_the_first_line_outsiders_see_nothing_of_veras(name: str, world: World) -> None:
    tables = [model for model in GUARDED if model._meta.db_table not in AFTER_AGREEMENT]
    there = {model._meta.db_table: rows(model, world) for model in tables}
    assert all(there.values()), f"the world has no row in {[table for table, count in there.items() if not count]}"
    with world.scope_of(name):
        seen = {model._meta.db_table: rows(model, world) for model in tables}
    assert not any(seen.values()), {table: count for table, count in seen.items() if count}


@pytest.mark.parametrize("name", OUTSIDERS)
def test_without_the_first_line_outsiders_see_no_settlement(name: str, settled: World) -> None:
    tables = [model for model in GUARDED if model._meta.db_table in AFTER_AGREEMENT]
    assert all(rows(model, settled) for model in tables)
    with settled.scope_of(name):
        assert not any(rows(model, settled) for model in tables)


def test_without_the_first_line_vera_sees_hers_but_not_what_the_firm_keeps_to_itself(world: World) -> None:
    counts = {model._meta.db_table: rows(model, world) for model in GUARDED}
    with world.scope_of("vera"):
        hers = {model._meta.db_table: rows(model, world) for model in GUARDED}
    assert hers["cases_case"] == 1
    assert hers["ledger_execution"] == counts["ledger_execution"] == 4
    assert hers["correspondence_note"] == hers["ledger_importbatch"] == 0
    assert hers["negotiation_offer"] == counts["negotiation_offer"] - 1
    assert 0 < hers["cases_event"] < counts["cases_event"]


def test_without_the_first_line_a_mediator_sees_what_both_sides_see_once_the_case_is_handed_to_her_body(
    handed: World,
) -> None:
    counts = {model._meta.db_table: rows(model, handed) for model in GUARDED}
    with handed.scope_of("vera"):
        both = {model._meta.db_table: rows(model, handed) for model in GUARDED}
    with handed.scope_of("mina"):
        hers = {model._meta.db_table: rows(model, handed) for model in GUARDED}
    assert hers["cases_case"] == 1
    seen = {table for table, count in hers.items() if count}
    assert not seen & NOT_FOR_MEDIATORS
    assert {table: hers[table] for table in seen} == {table: both[table] for table in seen}
    assert hers["negotiation_offer"] == counts["negotiation_offer"] - 1
    assert 0 < hers["cases_event"] < counts["cases_event"]
    later = AFTER_AGREEMENT | {"assessment_reduction"}  # the world's is proposed, and nobody outside knows of it
    missing = set(TABLES) - seen - NOT_FOR_MEDIATORS - later
    assert not missing, "say of each new table whether a mediator sees it"


def test_without_the_first_line_another_bodys_mediator_sees_nothing_of_it(handed: World) -> None:
    elsewhere = add_body("ELSEWHERE", name_ja="…", name_en="…", actor=handed.cast.user["mina"])
    nora = handed.cast.user["mina"]
    with scoped("mediator", body_id=elsewhere.pk, user_id=nora.pk):
        seen = {model._meta.db_table: rows(model, handed) for model in GUARDED}
    assert not any(seen.values()), {table: count for table, count in seen.items() if count}


def test_without_the_first_line_a_mediator_sees_a_settlement_and_no_payment(settled: World) -> None:
    hand_over(settled)
    with settled.scope_of("mina"):
        seen = {model._meta.db_table for model in GUARDED if rows(model, settled)}
    assert seen & AFTER_AGREEMENT == {"negotiation_settlement", "negotiation_countersignature"}


def test_a_mediator_changes_nothing_of_a_case_that_was_handed_to_her_body(handed: World) -> None:
    case, mina = handed.story.case, handed.cast.user["mina"]
    with handed.scope_of("mina"):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(status="closed")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Message.objects.create(case_id=case.pk, party=Party.FIRM, author=mina, body="…", sent_at=clock.now())
        assert Message.objects.filter(case=case).update(body="…") == 0
        assert Case.objects.select_for_update(no_key=True).get(pk=case.pk) == case


def test_a_mediator_adds_the_steps_of_the_mediation_and_answers_for_no_side(handed: World) -> None:
    case, mina = handed.story.case, handed.cast.user["mina"]
    step = {
        "case": case, "at": clock.now(), "action": "mediation.accepted", "actor": mina, "actor_role": "mediator",
        "body": handed.cast.body,
    }  # fmt: skip
    with handed.scope_of("mina"):
        for wrong in (
            {"action": "cases.closed"}, {"action": "cases.extension_agreed", "days": 5}, {"body": None},
            {"to_status": "closed"},
        ):  # fmt: skip
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                Event.objects.create(**{**step, **wrong})
        Event.objects.create(**step)
        for reply in ("victim_reply", "firm_reply"):
            with pytest.raises(DatabaseError, match="answers for itself"), transaction.atomic():
                ConciliationProposal.objects.update(**{reply: "accepted", "firm_replied_by": mina})
    for name, other in (("vera", "firm_reply"), ("alma", "victim_reply")):
        with handed.scope_of(name), pytest.raises(DatabaseError, match="answers for itself"), transaction.atomic():
            ConciliationProposal.objects.update(**{other: "accepted", "firm_replied_by": mina})


# Who may lead a mediation to a status, of those who see it.
LEADS = {
    "accepted": {"mina"}, "not_accepted": {"mina"}, "hearing": {"mina"}, "proposed": {"mina"}, "not_settled": {"mina"},
    "withdrawn": {"vera"}, "settled": {"vera", "alma"},
}  # fmt: skip


@pytest.mark.parametrize("name", ["vera", "alma", "mina", "bruno", "otto", "rita"])
def test_each_party_takes_its_own_steps_of_a_mediation(name: str, handed: World) -> None:
    mediation = Mediation.objects.get()
    ConciliationProposal.objects.update(
        victim_reply="accepted", firm_reply="accepted", firm_replied_by=handed.cast.user["alma"]
    )
    with handed.scope_of(name):
        for status, who in LEADS.items():
            fields: dict[str, Any] = {"status": status, "reason": "…"}
            if status in ENDED:
                fields["ended_at"] = clock.now()
            if status == "settled":
                fields["amount"] = 1
            with transaction.atomic():
                if name in who or name not in ("vera", "alma", "mina"):
                    assert Mediation.objects.filter(pk=mediation.pk).update(**fields) == (name in who)
                else:
                    with pytest.raises(DatabaseError, match="not theirs"), transaction.atomic():
                        Mediation.objects.filter(pk=mediation.pk).update(**fields)
                transaction.set_rollback(True)


@pytest.mark.parametrize("name", ["vera", "alma", "mina", "bruno", "otto", "rita"])
def test_the_victim_alone_applies_and_the_body_alone_sets_hearings_and_proposes(name: str, handed: World) -> None:
    case, user = handed.story.case, handed.cast.user[name]
    mediation, now = Mediation.objects.get(), clock.now()
    ConciliationProposal.objects.update(ended_at=now)
    of = {"mediation": mediation, "case": case, "number": 2}
    rows: list[tuple[str, type[models.Model], dict[str, Any]]] = [
        ("mina", Hearing, {**of, "at": now, "place": "…", "set_by": user, "set_at": now}),
        (
            "mina", ConciliationProposal,
            {**of, "amount": 1, "text": "…", "reasons": "…", "answer_by": now + DAY, "made_by": user, "made_at": now},
        ),
        (
            "vera", Mediation,
            {
                "case": case, "body": handed.cast.body, "number": 2, "claimed": 1, "asks": "…", "applied_by": user,
                "applied_at": now, "status": "withdrawn", "ended_at": now,
            },
        ),
    ]  # fmt: skip
    with handed.scope_of(name):
        for who, model, fields in rows:
            if name == who:
                model._default_manager.create(**fields)
            else:
                with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                    model._default_manager.create(**fields)
        if name != "mina":
            assert Hearing.objects.update(cancelled_at=now) == 0


@pytest.mark.parametrize("name", ["vera", "bruno", "mina", "rita"])
def test_nobody_but_the_firm_writes_its_targets_and_closed_days(name: str, handed: World) -> None:
    firm, now = handed.story.case.firm, clock.now()
    with handed.scope_of(name):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            ClosedDay.objects.create(firm=firm, day=clock.tokyo_date(now), decided_at=now)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            ClockTarget.objects.create(
                firm=firm, clock="submitted", days=9, valid_from=clock.tokyo_date(now), decided_at=now
            )
    with handed.scope_of("alma"):
        ClosedDay.objects.create(firm=firm, day=clock.tokyo_date(now), decided_at=now)
    with handed.scope_of(name):
        assert ClosedDay.objects.filter(firm=firm).exists()


@pytest.mark.parametrize("name", ["vera", "ivan", "alma", "bruno", "mina", "rita", "nobody"])
def test_nobody_but_a_command_says_who_works_where(name: str, handed: World) -> None:
    """Read by everybody, before there is a scope too; written by nobody who is signed in, nor by who is not."""
    cast, otto = handed.cast, handed.cast.user["otto"]
    firm, body = cast.firm["MINATO"], cast.body
    with handed.scope_of(name):
        assert Membership.objects.filter(firm=firm, user=cast.user["alma"]).exists()
        assert BodyMembership.objects.filter(body=body).exists()
        assert Membership.objects.update(role="approver", approves_up_to=None, firm=firm) == 0
        assert BodyMembership.objects.update(is_active=True, body=body) == 0
        assert Membership.objects.all()._raw_delete("default") == 0
        assert BodyMembership.objects.all()._raw_delete("default") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Membership.objects.create(user=otto, firm=firm, role="approver")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            BodyMembership.objects.create(user=otto, body=body)


@pytest.mark.parametrize("name", ["vera", "ivan", "alma", "bruno", "mina", "rita"])
def test_who_is_signed_in_writes_the_own_log_in_alone(name: str, handed: World) -> None:
    own, other = handed.cast.user[name], handed.cast.user["otto"]
    with handed.scope_of(name):
        assert User.objects.filter(pk=other.pk).update(password="taken over", is_active=False) == 0
        assert User.objects.filter(pk=own.pk).update(password="!", last_login=clock.now()) == 1
        assert User.objects.all()._raw_delete("default") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            User.objects.create_user("new@example.com", role=Role.VICTIM)
        with pytest.raises(DatabaseError, match="stays what it is"), transaction.atomic():
            User.objects.filter(pk=own.pk).update(role=Role.REGULATOR if own.role != Role.REGULATOR else Role.FIRM)
        with pytest.raises(DatabaseError, match="stays what it is"), transaction.atomic():
            User.objects.filter(pk=own.pk).update(is_demo=not own.is_demo)


def test_before_anybody_is_signed_in_victims_sign_up_and_everybody_signs_in_but_nobody_becomes_more(
    handed: World,
) -> None:
    alma = handed.cast.user["alma"]
    with handed.scope_of("nobody"):
        User.objects.create_user("new@example.com", role=Role.VICTIM)
        assert User.objects.filter(pk=alma.pk).update(last_login=clock.now(), password="!") == 1
        for role in (Role.FIRM, Role.REGULATOR, Role.MEDIATOR):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                User.objects.create_user(f"{role}@example.com", role=role)
        with pytest.raises(DatabaseError, match="stays what it is"), transaction.atomic():
            User.objects.filter(email="new@example.com").update(role=Role.REGULATOR)
        assert User.objects.all()._raw_delete("default") == 0


@pytest.mark.parametrize("name", ["vera", "alma", "mina", "rita", "nobody"])
def test_which_acts_have_their_documents_is_the_systems_to_know(name: str, world: World) -> None:
    entry = HandledEntry.objects.earliest("pk")
    with world.scope_of(name):
        assert not HandledEntry.objects.exists()
        assert HandledEntry.objects.filter(pk=entry.pk).update(done_at=None) == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            HandledEntry.objects.create(entry_id=0, next_try_at=clock.now())


def test_every_table_of_a_case_says_whether_mediators_write_it(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_policies where policyname = 'mediators_add_nothing'")
        read_only = {row[0] for row in cursor.fetchall()}
        cursor.execute("select tablename, qual from pg_policies where policyname = 'in_scope'")
        of_cases = {table for table, using in cursor.fetchall() if "cases_case" in using}
    own = {"people_bankaccount", "people_bankalarm"}
    assert of_cases - read_only - own <= MEDIATORS_WRITE


def test_without_the_first_line_the_firm_sees_its_case_but_no_draft(world: World) -> None:
    with world.scope_of("ivan"):
        seen = {model._meta.db_table: rows(model, world) for model in GUARDED}
    assert seen["cases_case"] == seen["correspondence_note"] == 1
    assert seen["intake_draft"] == seen["people_idempotentwrite"] == seen["notifications_delivery"] == 0


def test_without_the_first_line_a_report_by_telephone_is_its_firms(world: World) -> None:
    taken = begin_call("asked", "", actor=world.cast.user["fiona"])
    for name, sees in {"ivan": 1, "alma": 1, **dict.fromkeys([*OUTSIDERS, "vera"], 0)}.items():
        with world.scope_of(name):
            assert Draft.objects.filter(pk=taken.pk).count() == sees, name
    Membership.objects.filter(user=world.cast.user["fiona"]).update(firm=world.cast.firm["AOZORA"])
    with scoped("firm", firm_id=world.cast.firm["AOZORA"].pk, user_id=world.cast.user["fiona"].pk):
        assert not Draft.objects.filter(pk=taken.pk).exists()
    with (
        world.scope_of("ivan"),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        Draft.objects.filter(pk=taken.pk).update(firm=world.cast.firm["AOZORA"])


@pytest.mark.parametrize("name", OUTSIDERS)
def test_outsiders_change_nothing(name: str, world: World) -> None:
    case = world.story.case
    with world.scope_of(name):
        assert Case.objects.filter(pk=case.pk).update(status="closed") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Message.objects.create(
                case_id=case.pk, party=Party.FIRM, author=world.cast.user["bruno"], body="…", sent_at=clock.now()
            )


def test_a_firm_cannot_give_its_case_to_another(world: World) -> None:
    with (
        world.scope_of("ivan"),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        Case.objects.filter(pk=world.story.case.pk).update(firm=world.cast.firm["AOZORA"])


def test_a_scope_ends_with_its_block(world: World) -> None:
    with world.scope_of("bruno"):
        assert Case.objects.count() == 0
        with world.scope_of("vera"):
            assert Case.objects.count() == 1
        assert Case.objects.count() == 0
    assert Case.objects.count() == 1


def test_the_database_of_the_suite_is_the_applications(db: None) -> None:
    assert settings.DATABASES["default"]["USER"] == "casetrack_app"
