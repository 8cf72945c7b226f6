"""`{% load mediation %}`: a case's mediation on the pages of its two sides."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from casetrack.cases.models import Case
from casetrack.mediation.models import Mediation, MediationRecord
from casetrack.mediation.workflow import MediationStatus
from casetrack.people.models import User
from casetrack.web.mediations import TONES
from casetrack.web.templatetags.ct import badge

register = template.Library()


@register.simple_tag
def mediation_badge(mediation: Mediation | MediationRecord) -> SafeString:
    tone = TONES[MediationStatus(mediation.status)]
    return badge(tone, tone, mediation.get_status_display())


@register.inclusion_tag("includes/mediation_card.html")
def mediation_card(case: Case, user: User, address: str) -> dict[str, Any]:
    """How the last mediation of the case stands, with a link to `address`; nothing where there never was one."""
    own = Mediation.objects.visible_to(user).filter(case=case).select_related("body")
    return {"mediation": own.order_by("number").last(), "address": address}
