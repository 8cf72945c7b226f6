"""What the steps of a mediation are called in a case's timeline."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casetrack.cases.timeline import SENTENCES, Sentence

SENTENCES.update(
    {
        "mediation.applied": Sentence(
            _("You applied for a mediation"), pgettext_lazy("staff", "The customer applied for a mediation"), "waiting"
        ),
        "mediation.accepted": Sentence(
            _("The mediation body took your case on"), pgettext_lazy("staff", "The body took the case on"), "good"
        ),
        "mediation.not_accepted": Sentence(
            _("The mediation body did not take your case on"),
            pgettext_lazy("staff", "The body did not take the case on"),
            "stop",
        ),
        "mediation.hearing_set": Sentence(
            _("The mediation body set a hearing"), pgettext_lazy("staff", "Hearing set"), "waiting"
        ),
        "mediation.hearing_cancelled": Sentence(
            _("The mediation body called a hearing off"), pgettext_lazy("staff", "Hearing called off"), "stop"
        ),
        "mediation.proposed": Sentence(
            _("The mediation body made a proposal to you and the firm"),
            pgettext_lazy("staff", "Special conciliation proposal made"),
            "waiting",
        ),
        "mediation.victim_accepted": Sentence(
            _("You accepted the mediation body's proposal"),
            pgettext_lazy("staff", "The customer accepted the body's proposal"),
            "good",
        ),
        "mediation.victim_refused": Sentence(
            _("You refused the mediation body's proposal"),
            pgettext_lazy("staff", "The customer refused the body's proposal"),
            "stop",
        ),
        "mediation.firm_accepted": Sentence(
            _("The firm accepted the mediation body's proposal"),
            pgettext_lazy("staff", "The firm accepted the body's proposal"),
            "good",
        ),
        "mediation.firm_refused": Sentence(
            _("The firm refused the mediation body's proposal"),
            pgettext_lazy("staff", "The firm refused the body's proposal"),
            "stop",
        ),
        "notifications.proposal_reminded": Sentence(
            _("A reminder: the mediation body's proposal waits for your answer"),
            pgettext_lazy("staff", "The customer was reminded of the body's proposal"),
            "waiting",
        ),
        "mediation.settled": Sentence(
            _("The mediation was settled: you and the firm accepted the proposal"),
            pgettext_lazy("staff", "Mediation settled: both sides accepted the proposal"),
            "good",
        ),
        "mediation.not_settled": Sentence(
            _("The mediation ended without a settlement"),
            pgettext_lazy("staff", "Mediation ended without a settlement"),
            "stop",
        ),
        "mediation.withdrawn": Sentence(
            _("You took your application for a mediation back"),
            pgettext_lazy("staff", "The customer took the application for a mediation back"),
            "idle",
        ),
    }
)
