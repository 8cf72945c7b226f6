from typing import Any

from rest_framework import serializers

from casetrack.api.serializers.fields import ExactDecimal
from casetrack.cases.models import Answer
from casetrack.ledger.models import Attributed, Execution, Side, Type


class ExecutionSerializer(serializers.Serializer[Any]):
    """A row of the account's ledger, what the firm decided that it was, and what the victim answered."""

    id = serializers.IntegerField()
    execution_id = serializers.CharField()
    account = serializers.CharField(source="account.masked")
    executed_at = serializers.DateTimeField()
    type = serializers.ChoiceField(Type.choices)
    side = serializers.ChoiceField(Side.choices, allow_blank=True)
    security = serializers.CharField()
    quantity = ExactDecimal(allow_null=True)
    price = ExactDecimal(allow_null=True)
    unit = ExactDecimal(allow_null=True)
    currency = serializers.CharField()
    fx = ExactDecimal(allow_null=True)
    settled_in = serializers.CharField()
    fees = ExactDecimal(allow_null=True)
    tax = ExactDecimal(allow_null=True)
    interest = ExactDecimal(allow_null=True)
    open_price = ExactDecimal(allow_null=True)
    amount = ExactDecimal(allow_null=True)
    attribution = serializers.ChoiceField(Attributed.choices, allow_blank=True, help_text="Empty: not yet decided.")
    answer = serializers.ChoiceField(Answer.choices, allow_null=True)


class FirmExecutionSerializer(ExecutionSerializer):
    allowed_attributions = serializers.SerializerMethodField()

    def get_allowed_attributions(self, execution: Execution) -> list[str]:
        return [value.value for value in execution.allowed_attributions]


class DecisionSerializer(serializers.Serializer[Any]):
    executions = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=1000)
    attribution = serializers.ChoiceField(Attributed.choices, allow_blank=True, help_text="Empty: take it back.")
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=10_000)


class AnswerSerializer(serializers.Serializer[Any]):
    execution = serializers.IntegerField()
    answer = serializers.ChoiceField(Answer.choices)


class AnswersSerializer(serializers.Serializer[Any]):
    answers = AnswerSerializer(many=True, allow_empty=False, max_length=1000)  # type: ignore[call-arg]


class ChangedSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField(help_text="How many executions changed.")
