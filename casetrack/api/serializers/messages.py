from typing import Any

from rest_framework import serializers

from casetrack.correspondence.models import Message, Party


class MessageSerializer(serializers.Serializer[Any]):
    party = serializers.ChoiceField(Party.choices)
    author = serializers.SerializerMethodField(help_text="Which person of the firm; the firm alone learns it.")
    body = serializers.CharField()
    sent_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True, help_text="When the other side opened it on its page.")

    def get_author(self, message: Message) -> str:
        if message.party == Party.VICTIM or self.context["is_victim"]:
            return ""
        membership = getattr(message.author, "membership", None)
        return str(membership) if membership else ""


class NewMessageSerializer(serializers.Serializer[Any]):
    body = serializers.CharField(max_length=10_000)
