"""Offers. Accepting is not here: it needs a fresh log-in, which only the page can ask for."""

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from casetrack.api.idempotency import write_once
from casetrack.api.people import person
from casetrack.api.schema import NUMBER, REFERENCE, reads, writes
from casetrack.api.serializers.offers import (
    CounterOfferSerializer,
    OfferSerializer,
    RequiredReasonSerializer,
    proposed,
)
from casetrack.api.views.base import ApiList, ApiView
from casetrack.mediation.services import approve_bound_offer
from casetrack.negotiation.models import Offer
from casetrack.negotiation.services import counter_offer, refuse_offer

ONE = (REFERENCE, NUMBER)


class OfferView(ApiView):
    def rows(self) -> QuerySet[Offer]:
        visible = Offer.objects.visible_to(person(self.request)).filter(case=self.case())
        return visible.select_related("assessment", "in_answer_to")

    def offer(self, number: int | str) -> Offer:
        offer = self.rows().select_related("case__firm").filter(number=number).first()
        if offer is None:
            raise Http404
        return offer

    def answer(self, number: int | str, status: int = 200) -> Response:
        return Response(OfferSerializer(self.offer(number)).data, status=status)


class OfferList(OfferView, ApiList):
    """The offers of both sides; a victim sees the firm's once they are approved."""

    ordering = ("number",)
    serializer_class = OfferSerializer

    @reads(OfferSerializer(many=True), tag="offers", name="offers_list")
    def get(self, _request: Request, **_address: str) -> Response:
        return self.page()


class RefuseOffer(OfferView):
    @writes(RequiredReasonSerializer, OfferSerializer, tag="offers", name="offers_refuse", parameters=ONE)
    def post(self, request: Request, reference: str, number: int) -> Response:
        """The victim refuses the open offer; the negotiation goes on."""
        offer, given = self.offer(number), self.given(RequiredReasonSerializer)
        write_once(request, lambda: refuse_offer(offer, actor=person(request), reason=given["reason"]).status)
        return self.answer(number)


class CounterOffer(OfferView):
    @writes(CounterOfferSerializer, OfferSerializer, tag="offers", name="offers_counter", status=201, parameters=ONE)
    def post(self, request: Request, reference: str, number: int) -> Response:
        """The victim answers the open offer with an amount, or part by part. The answer is the counter-offer."""
        offer, given = self.offer(number), self.given(CounterOfferSerializer)

        def write() -> str:
            proposal = proposed(given, offer)
            return str(counter_offer(offer, proposal=proposal, reason=given["reason"], actor=person(request)).number)

        return self.answer(write_once(request, write), status=201)


class ApproveOffer(OfferView):
    @writes(None, OfferSerializer, tag="offers", name="offers_approve", parameters=ONE)
    def post(self, request: Request, reference: str, number: int) -> Response:
        """An approver, never the one who prepared it, approves an offer: the victim may answer it from now on."""
        offer = self.offer(number)
        write_once(request, lambda: approve_bound_offer(offer, actor=person(request)).status)
        return self.answer(number)
