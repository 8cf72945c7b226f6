"""A mediation as its three parties see it: one context for the pages of each."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from casetrack.assessment.statement import parts_of
from casetrack.mediation.models import Mediation
from casetrack.mediation.workflow import MediationStatus
from casetrack.people.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

M = MediationStatus
TONES = {
    M.APPLIED: "waiting",
    M.ACCEPTED: "progress",
    M.NOT_ACCEPTED: "stop",
    M.HEARING: "progress",
    M.PROPOSED: "decision",
    M.SETTLED: "good",
    M.NOT_SETTLED: "stop",
    M.WITHDRAWN: "idle",
}
# What comes next, as the victim reads it.
NEXT: "dict[str, StrOrPromise]" = {
    M.APPLIED: _("The body reads your application and tells you here whether it takes your case on."),
    M.ACCEPTED: _("The body sets a day on which it hears you and the firm."),
    M.HEARING: _("Come to the hearing, or join it as the body says below. After it the body may make a proposal."),
    M.PROPOSED: _("Read the proposal and answer it by its day. You are free to refuse it."),
    M.SETTLED: _("The firm now makes you an offer of exactly this amount. Once you accept it, the firm pays."),
    M.NOT_SETTLED: _(
        "You can go on negotiating with the firm, apply again, or go to court. A lawyer or the consumer hotline (188)"
        " can advise you."
    ),
    M.NOT_ACCEPTED: _("Read the body's reasons below. You can turn to the firm again, or to another body."),
    M.WITHDRAWN: _("The body no longer sees your case. You can apply again."),
}

DONE = _("What was settled in the mediation is agreed here too. You find it on the page of the case.")


def context_of(mediation: Mediation, now: dt.datetime, *, user: User) -> dict[str, Any]:
    """The mediation with its hearings and proposals, and the earlier ones that `user` may see. Three queries."""
    hearings = list(mediation.hearings.order_by("at", "pk"))
    proposals = list(mediation.proposals.order_by("-number"))
    return {
        "mediation": mediation,
        "now": now,
        "tone": TONES[MediationStatus(mediation.status)],
        "earlier": Mediation.objects.visible_to(user)
        .filter(case=mediation.case_id, number__lt=mediation.number)
        .select_related("body")
        .order_by("-number"),
        "hearings": hearings,
        "next_hearing": next((row for row in hearings if row.cancelled_at is None and row.at > now), None)
        if mediation.is_live
        else None,
        "proposals": [
            {"proposal": row, "parts": parts_of(row.components), "is_open": row.is_open(now)} for row in proposals
        ],
        "open_proposal": next((row for row in proposals if row.is_open(now)), None),
    }
