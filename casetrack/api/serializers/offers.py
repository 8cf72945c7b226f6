from typing import Any

from rest_framework import serializers

from casetrack.api.serializers.fields import Document, ExactDecimal, Yen
from casetrack.negotiation.models import Offer, OfferParty
from casetrack.negotiation.workflow import OfferStatus


class OfferSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    party = serializers.ChoiceField(OfferParty.choices)
    status = serializers.ChoiceField(OfferStatus.choices)
    status_name = serializers.CharField(source="get_status_display")
    amount = ExactDecimal()
    currency = serializers.SerializerMethodField()
    components = Document(help_text="What the amount is made of, in whole yen.")
    reasons = serializers.CharField()
    valid_until = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    in_answer_to = serializers.IntegerField(source="in_answer_to.number", allow_null=True, default=None)
    assessment = serializers.IntegerField(source="assessment.number", allow_null=True, default=None)
    answer_reason = serializers.CharField()

    def get_currency(self, _offer: Offer) -> str:
        return "JPY"


class RequiredReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=10_000)


class CounterOfferSerializer(serializers.Serializer[Any]):
    amount = Yen(help_text="Whole yen, above zero.")
    reason = serializers.CharField(max_length=10_000)
