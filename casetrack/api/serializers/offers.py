from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from casetrack.api.serializers.fields import Document, ExactDecimal, Yen
from casetrack.negotiation.models import Offer, OfferParty
from casetrack.negotiation.proposal import Proposal, parts_in
from casetrack.negotiation.workflow import OfferStatus


class OfferSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    party = serializers.ChoiceField(OfferParty.choices)
    status = serializers.ChoiceField(OfferStatus.choices)
    status_name = serializers.CharField(source="get_status_display")
    amount = ExactDecimal()
    currency = serializers.SerializerMethodField()
    components = Document(help_text="What the amount is made of, in whole yen.")
    component_reasons = Document(help_text="Why a part is not what was assessed, or not what the firm offered.")
    in_kind = Document(help_text="Securities and quantities; less than 0 goes back to the firm.")
    waived = ExactDecimal(help_text="The margin deficit that the firm gives up.")
    conditions = serializers.CharField()
    relied_on = Document(help_text="Files of the case: id, name, sha256.")
    settles = serializers.ListField(
        child=serializers.CharField(),
        help_text="The components that acceptance settles while the others stay in dispute; empty: everything.",
    )
    builds_on = Document(help_text="What was settled in part before: number of the offer and its components.")
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
    """Either `amount`, or `components` that differ from the firm's, each with its reason. `component_reasons` and
    `settles` are about parts and go with `components` alone."""

    amount = Yen(help_text="Whole yen, above zero.", required=False)
    components = serializers.DictField(
        child=Yen(), required=False, help_text="Whole yen of each part that is not what the firm offered."
    )
    component_reasons = serializers.DictField(
        child=serializers.CharField(max_length=1000), required=False, help_text="Why, for each of these parts."
    )
    conditions = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    settles = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False,
        help_text="Components in which you agree with the firm, to be settled now.",
    )  # fmt: skip
    reason = serializers.CharField(max_length=10_000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("amount" in attrs) == ("components" in attrs):
            raise serializers.ValidationError({"amount": [_("Give either amount or components.")]})
        lost = [name for name in ("component_reasons", "settles") if "amount" in attrs and attrs.get(name)]
        if lost:
            said = _("One amount names no parts: give components.")
            raise serializers.ValidationError({name: [said] for name in lost})
        return attrs


def proposed(given: dict[str, Any], offer: Offer) -> Proposal:
    """The counter-offer to the firm's `offer` that the validated data of a CounterOfferSerializer name."""
    conditions = given.get("conditions", "")
    if "amount" in given:
        return Proposal({}, conditions=conditions, total=given["amount"])
    return Proposal(
        {**parts_in(offer), **given["components"]},
        given.get("component_reasons", {}),
        conditions=conditions,
        settles=tuple(given.get("settles", ())),
    )
