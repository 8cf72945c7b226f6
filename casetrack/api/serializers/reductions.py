"""A reduction for the customer's own conduct: what its victim reads once a run with it was issued, and what the firm's
people see besides. Needs `files` in the context (`assessment.reductions.files_of`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_noop as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from casetrack.api.serializers.fields import ExactDecimal
from casetrack.assessment.models import Reduction, ReductionStatus
from casetrack.assessment.reductions import CUSTOMER, FIRM, Ground, Grounds, grounds_of
from casetrack.assessment.services import Said
from casetrack.cases.models import Case
from casetrack.evidence.models import EvidenceFile
from casetrack.lib.errors import InvalidInput


class GroundFileSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="key")
    name = serializers.CharField()
    sha256 = serializers.CharField()


class GroundSerializer(serializers.Serializer[Any]):
    factor = serializers.ChoiceField([*CUSTOMER, *FIRM], source="name")
    label = serializers.CharField()  # type: ignore[assignment]
    note = serializers.CharField(help_text="What shows it.")
    files = GroundFileSerializer(many=True, help_text="The files of the case that show it.")


class ReductionSerializer(serializers.Serializer[Any]):
    """What both sides see of a reduction."""

    number = serializers.IntegerField()
    share = ExactDecimal(help_text="Above 0 and up to 1. The solatium is never reduced.")
    customer = serializers.SerializerMethodField(help_text="What speaks for it: the customer's conduct.")
    firm = serializers.SerializerMethodField(help_text="What speaks against it: the firm's.")
    reason = serializers.CharField(help_text="How both were weighed.")
    is_gross = serializers.BooleanField(help_text="Whether it was gross negligence.")
    gross_reason = serializers.CharField()

    def _grounds(self, reduction: Reduction) -> Grounds:
        return grounds_of(reduction, self.context["files"])

    def _side(self, side: Iterable[Ground]) -> Any:
        return GroundSerializer(side, many=True).data

    @extend_schema_field(GroundSerializer(many=True))
    def get_customer(self, reduction: Reduction) -> Any:
        return self._side(self._grounds(reduction).customer)

    @extend_schema_field(GroundSerializer(many=True))
    def get_firm(self, reduction: Reduction) -> Any:
        return self._side(self._grounds(reduction).firm)


class VictimReductionSerializer(ReductionSerializer):
    pass


class FirmReductionSerializer(ReductionSerializer):
    status = serializers.ChoiceField(ReductionStatus.choices)
    status_name = serializers.CharField(source="get_status_display")
    policy = serializers.IntegerField(source="policy.version", help_text="The version of the firm's policy.")
    limit = ExactDecimal(allow_null=True, help_text="The most that the policy allowed for it; null: it names none.")
    is_vulnerable = serializers.BooleanField()
    proposed_by = serializers.CharField(source="proposed_by.membership")
    proposed_at = serializers.DateTimeField()
    approved_by = serializers.CharField(source="approved_by.membership", allow_null=True, default=None)
    approved_at = serializers.DateTimeField(allow_null=True)
    returned_because = serializers.CharField()


REDUCTIONS = PolymorphicProxySerializer(
    component_name="ReductionAsSeen", serializers=[VictimReductionSerializer, FirmReductionSerializer],
    resource_type_field_name=None, many=True,
)  # fmt: skip


class SaidSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    files = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, help_text="Ids of files of the case."
    )


class ProposedReductionSerializer(serializers.Serializer[Any]):
    """Factors by their names, each with what shows it. One of the customer's at least, each with a note."""

    share = serializers.DecimalField(max_digits=5, decimal_places=4, help_text="Above 0 and up to 1.")
    customer = serializers.DictField(child=SaidSerializer())
    firm = serializers.DictField(child=SaidSerializer(), required=False, default=dict)
    reason = serializers.CharField(max_length=4000)
    is_vulnerable = serializers.BooleanField(required=False, default=False)
    is_gross = serializers.BooleanField(required=False, default=False)
    gross_reason = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


def said(side: Mapping[str, Mapping[str, Any]], case: Case, *, field: str) -> dict[str, Said]:
    """One side of the validated data as the service takes it. Raises InvalidInput for a file that the case has not."""
    keys = {key for one in side.values() for key in one["files"]}
    files = {file.key: file for file in EvidenceFile.objects.filter(case=case, is_removed=False, key__in=keys)}
    if len(files) < len(keys):
        raise InvalidInput(_("Choose files of this case."), field=field)
    return {name: Said(one["note"], [files[key] for key in one["files"]]) for name, one in side.items()}
