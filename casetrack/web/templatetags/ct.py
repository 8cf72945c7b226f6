"""`{% load ct %}`: how values and small parts of pages are written."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import ua_parser
from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url as django_translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casetrack.cases.workflow import STAFF_NAMES, Status
from casetrack.lib.clock import tokyo_date
from casetrack.negotiation.proposal import moves_of
from casetrack.negotiation.workflow import OfferStatus
from casetrack.web import formats

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LANGUAGE_PREFIX = re.compile(rf"^/(?:{'|'.join(code for code, _name in settings.LANGUAGES)})/")

register = template.Library()
register.filter("yen", formats.yen)
register.filter("quantity", formats.quantity)
register.filter("short_number", formats.short_number)
register.filter("jp_date", formats.jp_date)
register.filter("jp_datetime", formats.jp_datetime)
register.filter("era", formats.era)
register.filter("period", formats.period)
register.filter("moves", moves_of)

# The tone of a status: it decides color and icon; the word is always there too.
TONES: dict[str, str] = {
    "submitted": "new",
    "acknowledged": "progress",
    "investigating": "progress",
    "awaiting_victim": "waiting",
    "assessed": "decision",
    "negotiating": "decision",
    "agreed": "good",
    "compensated": "good",
    "closed": "idle",
    "declined": "stop",
    "withdrawn": "idle",
    "escalated": "alert",
    "prepared": "waiting",
    "rejected": "stop",
    "open": "decision",
    "accepted": "good",
    "revoked": "stop",
    "refused": "stop",
    "countered": "decision",
    "answered": "decision",
    "lapsed": "idle",
}
# One path each, drawn in a box of 16 x 16.
ICONS: dict[str, str] = {
    "new": "M8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z",
    "progress": "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 3v10A5 5 0 0 1 8 3z",
    "waiting": "M3 1.5h10V3l-4 5 4 5v1.5H3V13l4-5-4-5z",
    "decision": "M1.5 5h9V2l4 4.2H1.5zM14.5 11h-9v3l-4-4.2h13z",
    "good": "M6.3 13 1.6 8.3l1.6-1.6 3.1 3.1 6.5-6.6 1.6 1.6z",
    "stop": "m3.4 1.8 4.6 4.6 4.6-4.6 1.6 1.6L9.6 8l4.6 4.6-1.6 1.6L8 9.6l-4.6 4.6-1.6-1.6L6.4 8 1.8 3.4z",
    "alert": "M8 1 15.5 14.5H.5zM7.1 6v4.5h1.8V6zm0 5.5v1.7h1.8v-1.7z",
    "idle": "M2.5 7h11v2h-11z",
    "clock": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.7a5.3 5.3 0 1 1 0 10.6A5.3 5.3 0 0 1 8 2.7zM7 4v5l4 2 1-1-3-2V4z",
    "pause": "M4 2.5h3v11H4zm5 0h3v11H9z",
}


@register.filter
def browser_name(user_agent: str) -> str:
    """Browser and system of a user agent, as people call them: "Safari, iOS"."""
    found = ua_parser.parse(user_agent)
    names = [part.family for part in (found.user_agent, found.os) if part]
    return ", ".join(names) or _("Unknown browser")


@register.filter
def bracketed(text: object) -> str:
    """What is added in brackets, in those of the page's language; nothing where there is nothing."""
    return formats.bracketed(text)


@register.filter
def in_eights(text: str) -> str:
    """A fingerprint as it is printed on paper, to be compared by eye."""
    return " ".join(text[place : place + 8] for place in range(0, len(text), 8))


@register.simple_tag
def colon() -> str:
    """What stands between a word and what is said of it, in the language of the page."""
    return formats.colon()


@register.simple_tag
def placed(text: object, place: int) -> str:
    """A text such as "Talk %(place)s" with its number."""
    return str(text) % {"place": place}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small picture beside a word; it says nothing by itself."""
    return format_html(
        '<svg class="ct-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">'
        '<path fill="currentColor" fill-rule="evenodd" d="{}"/></svg>',
        ICONS.get(name, ICONS["idle"]),
    )


def badge(tone: str, picture: str, words: object, kind: str = "badge") -> SafeString:
    return format_html('<span class="ct-{} ct-{}--{}">{} {}</span>', kind, kind, tone, icon(picture), words)


def words_of(status: str, *, staff: bool) -> "StrOrPromise":
    if status in Status.values:
        return STAFF_NAMES[Status(status)] if staff else Status(status).label
    return OfferStatus(status).label if status in OfferStatus.values else status


@register.simple_tag
def status_badge(status: str, label: "StrOrPromise" = "", *, staff: bool = False, tone: str = "") -> SafeString:
    """`{% status_badge case.status %}` says the public name, `staff=True` the staff's; `label` overrides both."""
    shown = tone or TONES.get(status, "idle")
    return badge(shown, shown, label or words_of(status, staff=staff))


@register.simple_tag
def clock_badge(due_at: dt.datetime | None, now: dt.datetime, *, paused: bool = False) -> SafeString:
    """How long until `due_at`, in calendar days of Tokyo; `paused` while the clock waits for somebody else."""
    if paused:
        return badge("paused", "pause", _("Paused"), "clock")
    if due_at is None:
        return format_html('<span class="ct-clock ct-clock--none">{}</span>', formats.NONE)
    days = (tokyo_date(due_at) - tokyo_date(now)).days
    if due_at < now:
        late = -days
        words = ngettext("Overdue by %(days)s day", "Overdue by %(days)s days", late) % {"days": late}
        return badge("overdue", "alert", words if late else _("Overdue since today"), "clock")
    if days == 0:
        return badge("today", "clock", _("Due today"), "clock")
    words = ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
    return badge("soon" if days <= 2 else "left", "clock", words, "clock")


@register.simple_tag
def translate_url(request: HttpRequest, language: str) -> str:
    """The same page in the other language, with its query string; for an unknown page, the prefix is exchanged."""
    path = request.get_full_path()
    translated = django_translate_url(path, language)
    if translated == path and not path.startswith(f"/{language}/"):
        return LANGUAGE_PREFIX.sub(f"/{language}/", path)
    return translated


@register.inclusion_tag("includes/summary_row.html")
def summary_row(
    label: "StrOrPromise", value: object, change_url: str = "", change_label: "StrOrPromise" = ""
) -> dict[str, object]:
    """A row of a `<dl class="govuk-summary-list">`, with an optional link "Change <label>"."""
    return {"label": label, "value": value, "change_url": change_url, "change_label": change_label}


@register.inclusion_tag("includes/timeline.html")
def timeline(items: Iterable[Any]) -> dict[str, object]:
    """Steps in the order given. Each has `at`, `title`, and may have `who`, `note`, `tone` (a key of ICONS)."""
    return {"items": items}


@register.inclusion_tag("includes/pagination.html")
def pagination(newer_url: str = "", older_url: str = "") -> dict[str, str]:
    """Links of a keyset-paged list; an empty address leaves its link out."""
    return {"newer_url": newer_url, "older_url": older_url}


@register.inclusion_tag("includes/figure.html")
def figure(label: "StrOrPromise", value: object, note: "StrOrPromise" = "") -> dict[str, object]:
    """A key figure, inside `<dl class="ct-figures">`."""
    return {"label": label, "value": value, "note": note}
