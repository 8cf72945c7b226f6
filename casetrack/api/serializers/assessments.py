from typing import Any

from rest_framework import serializers

from casetrack.api.serializers.fields import Document, ExactDecimal
from casetrack.api.serializers.reductions import ReductionSerializer
from casetrack.assessment.models import Method, ValuationBasis


class PolicySerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    method = serializers.ChoiceField(Method.choices)
    ratios = Document()
    solatium = ExactDecimal()


class AssessmentSerializer(serializers.Serializer[Any]):
    """A stored run of the calculator over all confirmed accounts of a case."""

    number = serializers.IntegerField()
    valuation_on = serializers.DateField()
    valuation_basis = serializers.ChoiceField(ValuationBasis.choices, help_text="Where the date comes from.")
    valuation_reason = serializers.CharField(help_text="The firm's words, where it chose the date.")
    policy = PolicySerializer()
    reduction = ExactDecimal()
    reduction_reason = serializers.CharField()
    method_version = serializers.CharField()
    loss = ExactDecimal()
    due = ExactDecimal()
    cash = ExactDecimal()
    restoration = ExactDecimal()
    prepared_at = serializers.DateTimeField()
    is_issued = serializers.BooleanField(help_text="It came with an approved offer, so the victim sees it.")


class AssessedAccountSerializer(serializers.Serializer[Any]):
    account = serializers.CharField(source="incident.masked")
    inputs = Document(help_text="The calculator's input, whole: post it to the preview to compute it again.")
    inputs_sha256 = serializers.CharField()
    result = Document(help_text="The calculator's result.")
    price_sources = Document()


class AssessmentDetailSerializer(AssessmentSerializer):
    reduced_by = ReductionSerializer(allow_null=True, help_text="The grounds of the reduction that the run took.")
    price_evidence = Document(help_text="Files that show the entered prices: key, name, sha256.")
    accounts = AssessedAccountSerializer(many=True, source="accounts.all")
