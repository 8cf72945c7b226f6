"""`{% load evidence %}`: lists of files as both sides see them."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings

from casetrack.cases.models import Case
from casetrack.evidence.models import EvidenceFile, Request, Upload
from casetrack.web.evidence import rows_of

register = template.Library()


@register.inclusion_tag("victim/includes/files.html", takes_context=True)
def evidence_files(
    context: dict[str, Any], files: Iterable[EvidenceFile], *, removable: bool = False, whole: bool = False
) -> dict[str, Any]:
    """The victim's list; `removable` while it belongs to the draft on the page, `whole`: fingerprints in full."""
    names = {name: context.get(name) for name in ("draft", "csrf_token")}
    return {"rows": rows_of(files, context["request"].user), "removable": removable, "whole": whole, **names}


@register.inclusion_tag("firm/includes/evidence.html", takes_context=True)
def firm_files(context: dict[str, Any], files: Iterable[EvidenceFile]) -> dict[str, Any]:
    """The firm's list, on a page of `case`."""
    return {"rows": rows_of(files, context["request"].user, staff=True), "case": context["case"]}


@register.inclusion_tag("victim/includes/upload.html", takes_context=True)
def upload_box(context: dict[str, Any]) -> dict[str, Any]:
    """What the script needs to send files in pieces, to the page's `draft`, or to its `case` and what was `asked`; and
    what has not arrived whole there."""
    draft, case, asked = (context.get(name) for name in ("draft", "case", "asked"))
    place = {"draft_key": draft.key} if draft else {"case": case, "request": asked}
    unfinished = Upload.objects.visible_to(context["request"].user).unfinished().filter(**place)
    return {
        "draft": draft, "case": case, "asked": asked, "limit": settings.EVIDENCE_MAX_BYTES,
        "unfinished": unfinished.order_by("started_at"),
    }  # fmt: skip


@register.inclusion_tag("victim/includes/asked.html", takes_context=True)
def asked_of_me(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """What the firm still waits for, on the victim's page of the case."""
    asked = Request.objects.visible_to(context["request"].user).filter(case=case).open()
    return {"asked": asked.order_by("due_on", "pk"), "case": case}
