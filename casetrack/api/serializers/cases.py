"""A case as its victim and as its firm see it. Account numbers are masked in both."""

import datetime as dt
from typing import Any, TypedDict

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from casetrack.cases.models import Access, Case, Event, OpenedBy, Vector
from casetrack.cases.permissions import available_actions
from casetrack.cases.timeline import SENTENCES, UNKNOWN
from casetrack.cases.workflow import MEDIATOR, VICTIM, Status
from casetrack.people.models import Language, User

# Actions with a service of their own that can be done by a program all the same.
BY_PROGRAM = ("close", "decline", "withdraw")
# Those of them by which the firm ends a case; the customer may withdraw one at any time.
BY_FIRM = ("close", "decline")


class ActionFields(TypedDict):
    name: str
    label: str
    needs_reason: bool
    url: str | None


class FirmSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class IncidentSerializer(serializers.Serializer[Any]):
    account = serializers.CharField(source="masked", help_text="Masked: the last characters only.")
    kinds = serializers.ListField(child=serializers.CharField())
    vector = serializers.ChoiceField(Vector.choices)
    access = serializers.ChoiceField(Access.choices)
    first_access_at = serializers.DateTimeField(allow_null=True)
    detected_at = serializers.DateTimeField(allow_null=True)
    noticed_at = serializers.DateTimeField(allow_null=True)
    told_firm_at = serializers.DateTimeField(allow_null=True)
    freeze_asked_at = serializers.DateTimeField(allow_null=True)
    frozen_at = serializers.DateTimeField(allow_null=True)


class ActionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    needs_reason = serializers.BooleanField()
    url = serializers.CharField(allow_null=True, help_text="Where to POST; null: the action has its own page.")


class CaseSerializer(serializers.Serializer[Any]):
    """What both sides see. Needs `user` and `now` in the context, and `is_mediated` on the case: while a body mediates
    in it, the firm does not end it."""

    reference = serializers.CharField()
    firm = FirmSerializer()
    status = serializers.ChoiceField(Status.choices)
    status_name = serializers.SerializerMethodField()
    opened_by = serializers.ChoiceField(OpenedBy.choices)
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="When the firm's present clock runs out.")
    is_overdue = serializers.SerializerMethodField()
    accounts = IncidentSerializer(many=True, source="incidents.all")
    actions = serializers.SerializerMethodField()

    def get_status_name(self, case: Case) -> str:
        return str(case.staff_status)

    def get_is_overdue(self, case: Case) -> bool:
        now: dt.datetime = self.context["now"]
        return case.is_breached(now)

    def get_actions(self, case: Case) -> list[ActionFields]:
        user: User = self.context["user"]
        return [
            {
                "name": action.name,
                "label": str(action.label),
                "needs_reason": action.reason,
                "url": None
                if action.service and action.name not in BY_PROGRAM
                else reverse("api:case-action", args=[case.reference, action.name]),
            }
            for action in available_actions(user, case, self.context["now"])
            if not (action.name in BY_FIRM and case.is_mediated)  # type: ignore[attr-defined]
        ]


class VictimCaseSerializer(CaseSerializer):
    def get_status_name(self, case: Case) -> str:
        return str(case.public_status)


class VictimSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kana = serializers.CharField()
    language = serializers.ChoiceField(Language.choices)


class FirmCaseSerializer(CaseSerializer):
    victim = VictimSerializer()
    has_log_in = serializers.SerializerMethodField(help_text="Whether the victim can see the case here.")
    assigned_to = serializers.SerializerMethodField(allow_null=True)

    def get_has_log_in(self, case: Case) -> bool:
        return case.victim_user_id is not None

    def get_assigned_to(self, case: Case) -> str | None:
        return str(case.assigned_to.membership) if case.assigned_to else None


CASE = PolymorphicProxySerializer(
    component_name="Case", serializers=[VictimCaseSerializer, FirmCaseSerializer], resource_type_field_name=None
)
CASES = PolymorphicProxySerializer(
    component_name="Case", serializers=[VictimCaseSerializer, FirmCaseSerializer], resource_type_field_name=None,
    many=True,
)  # fmt: skip


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=10_000)


class EventSerializer(serializers.Serializer[Any]):
    """A step. A victim reads the reasons that are meant for victims."""

    at = serializers.DateTimeField()
    action = serializers.CharField(help_text="Dotted, in the past tense, as in the audit log.")
    title = serializers.SerializerMethodField(help_text="What happened, in words.")
    by = serializers.SerializerMethodField()
    from_status = serializers.CharField()
    to_status = serializers.CharField()
    reason = serializers.SerializerMethodField()

    def get_title(self, event: Event) -> str:
        sentence = SENTENCES.get(event.action, UNKNOWN)
        return str(sentence.public if self.context["is_victim"] else sentence.staff)

    def get_reason(self, event: Event) -> str:
        is_meant = SENTENCES.get(event.action, UNKNOWN).reason_public or not self.context["is_victim"]
        return event.reason if is_meant else ""

    def get_by(self, event: Event) -> str:
        """The role; a victim learns of the firm's people only that it was the firm."""
        is_told = event.actor_role in (VICTIM, MEDIATOR, "system") or not self.context["is_victim"]
        return event.actor_role if is_told else "firm"
