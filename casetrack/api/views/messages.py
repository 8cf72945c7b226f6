from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from casetrack.api.idempotency import write_once
from casetrack.api.people import person
from casetrack.api.schema import reads, writes
from casetrack.api.serializers.messages import MessageSerializer, NewMessageSerializer
from casetrack.api.views.base import ApiList
from casetrack.correspondence.models import Message
from casetrack.correspondence.services import send_message


class MessageList(ApiList):
    """What victim and firm wrote to each other, in order. Reading here marks nothing as read."""

    ordering = ("sent_at", "id")
    serializer_class = MessageSerializer

    def rows(self) -> QuerySet[Message]:
        return self.case().messages.select_related("author__membership")

    @reads(MessageSerializer(many=True), tag="messages", name="messages_list")
    def get(self, _request: Request, **_address: str) -> Response:
        return self.page()

    @writes(NewMessageSerializer, MessageSerializer, tag="messages", name="messages_send", status=201)
    def post(self, request: Request, **_address: str) -> Response:
        """Send a message to the other side."""
        case, given = self.case(), self.given(NewMessageSerializer)
        sent = write_once(request, lambda: str(send_message(case, given["body"], actor=person(request)).pk))
        message = self.rows().get(pk=int(sent))
        return Response(MessageSerializer(message, context=self.facts()).data, status=201)
