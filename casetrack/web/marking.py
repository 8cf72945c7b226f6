"""Lists of trades with the question "Was this you?": by day, by security, page by page, without JavaScript."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy, ngettext

from casetrack.cases.models import Answer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 50
# The question stands above them, so that they can be short.
ANSWERS = [
    (Answer.YES.value, gettext_lazy("Yes")),
    (Answer.NO.value, gettext_lazy("No")),
    (Answer.NOT_SURE.value, gettext_lazy("Not sure")),
]
# With the question out of sight.
MARKS: "dict[str, StrOrPromise]" = {
    Answer.YES.value: gettext_lazy("This was me"),
    Answer.NO.value: gettext_lazy("This was not me"),
    Answer.NOT_SURE.value: gettext_lazy("I am not sure"),
}


@dataclass(frozen=True)
class Row:
    """One trade as the list shows it: what was done, the facts below, and what was answered.

    `decision` is what the firm decided, where there is a firm that decides.
    """

    pk: int
    day: dt.date
    title: str
    facts: list[str]
    answer: str
    decision: "StrOrPromise" = ""
    differs: bool = False

    @property
    def name(self) -> str:
        return f"answer-{self.pk}"


@dataclass(frozen=True)
class Undo:
    """The last answer for many rows, as the list says it: how many rows say what, and the number that takes it back."""

    number: str
    rows: int
    label: "StrOrPromise"

    @property
    def said(self) -> str:
        said = ngettext("%(count)s trade is marked “%(mark)s”.", "%(count)s trades are marked “%(mark)s”.", self.rows)
        return said % {"count": self.rows, "mark": self.label}


def is_quiet(request: HttpRequest) -> bool:
    """Whether the script saves answers behind the page: it wants no page back, and nothing said on the next one."""
    return request.headers.get("Accept") == "application/json"


def quiet(problems: Iterable[tuple[str, str]]) -> HttpResponse:
    """The answer to the script: 204 if everything was saved, else 422 with the first sentence."""
    first = next(iter(problems), None)
    return HttpResponse(status=204) if first is None else JsonResponse({"message": first[1]}, status=422)


def by_day(rows: Iterable[Row]) -> list[tuple[dt.date, list[Row]]]:
    return [(day, list(same)) for day, same in groupby(rows, key=lambda row: row.day)]


@dataclass(frozen=True)
class Place:
    """Where in the list a page begins (`after`) or ends (`until`): a day and a row."""

    day: dt.date
    pk: int

    def __str__(self) -> str:
        return f"{self.day}.{self.pk}"

    @classmethod
    def of(cls, text: str) -> "Place | None":
        day, _dot, pk = text.partition(".")
        try:
            return cls(dt.date.fromisoformat(day), int(pk)) if len(pk) < 19 else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Sent:
    """What the page sent: answers by row, and the button that answers for many."""

    typed: dict[int, str]
    day: dt.date | None = None
    security: str = ""
    answer: str = ""
    undo: str = ""

    @property
    def is_bulk(self) -> bool:
        return bool(self.answer)

    @classmethod
    def of(cls, post: QueryDict) -> "Sent":
        """`many` is "answer:day:2025-04-16" or "answer:security:7203"; what cannot be read is as if not pressed."""
        answer, _colon, rest = post.get("many", "").partition(":")
        kind, _colon, value = rest.partition(":")
        day = None
        if kind == "day":
            try:
                day = dt.date.fromisoformat(value)
            except ValueError:
                answer = ""
        security = value if kind == "security" else ""
        return cls(_typed(post), day, security, answer if value else "", post.get("undo", ""))


def _typed(post: QueryDict) -> dict[int, str]:
    names = (name.removeprefix("answer-") for name in post if name.startswith("answer-"))
    return {int(pk): str(post[f"answer-{pk}"]) for pk in names if pk.isascii() and pk.isdigit() and len(pk) < 19}


def query(**wanted: str) -> str:
    """The address of another page of the same list; empty parts are left out."""
    given: Mapping[str, str] = {name: value for name, value in wanted.items() if value}
    return f"?{urlencode(given)}" if given else "?"
