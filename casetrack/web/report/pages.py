"""The pages of the report: for each step its form, its first words, and how its answers are shown again."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.intake import steps
from casetrack.intake.answers import Question
from casetrack.intake.models import Draft
from casetrack.intake.steps import KNOWN, Answers, Step
from casetrack.intake.trades import accounts_in, accounts_of
from casetrack.lib.clock import TOKYO
from casetrack.lib.errors import InvalidInput
from casetrack.web import formats
from casetrack.web.forms.fields import YenField
from casetrack.web.report.base import FilesForm, StepForm
from casetrack.web.report.forms import (
    AccountsForm,
    LogInForm,
    NoticedForm,
    ToldForm,
    TradeForm,
    TradesForm,
    YouForm,
)
from casetrack.web.report.rows import RowsForm
from casetrack.web.report.topics import (
    AddressForm,
    BeforeForm,
    BodiesForm,
    ConsentsForm,
    HappenedForm,
    HelpForm,
    MarginForm,
    RepresentativeForm,
    TalksForm,
    WishesForm,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ROWS = "victim/report/rows.html"
Shown = tuple["StrOrPromise", str]


@dataclass(frozen=True)
class Page:
    step: Step
    form: type[StepForm]
    lead: "StrOrPromise"
    template: str = "victim/report/step.html"

    def form_of(self, draft: Draft, *args: Any, **kwargs: Any) -> StepForm:
        """The form, with the questions that depend on the draft: of trades, whose account it was."""
        form = self.form(*args, **kwargs)
        if isinstance(form, TradesForm):
            form.ask_account(accounts_of(draft))
        return form


PAGES: dict[str, Page] = {
    page.step.identifier: page
    for page in (
        Page(steps.YOU, YouForm, _("The firm needs your name to find you among its customers.")),
        Page(
            steps.ADDRESS,
            AddressForm,
            _("You can leave this page out: the firm has an address of yours."),
            "victim/report/address.html",
        ),
        Page(
            steps.REPRESENTATIVE,
            RepresentativeForm,
            _("If a lawyer or somebody else speaks for you, the firm needs to know whom it may talk to."),
        ),
        Page(
            steps.HELP,
            HelpForm,
            _("Say it here once. It is shown to the people of the firm who work on your case, before they call you."),
        ),
        Page(
            steps.ACCOUNT,
            AccountsForm,
            _("Add every account that was hijacked, also at other firms. Each firm sees its own accounts alone."),
            "victim/report/account.html",
        ),
        Page(steps.NOTICED, NoticedForm, _("Tell us when you first saw that something was wrong.")),
        Page(
            steps.TOLD,
            ToldForm,
            _("What you asked for, when, and what you were told may matter for the compensation."),
            "victim/report/told.html",
        ),
        Page(steps.TALKS, TalksForm, _("Enter each talk on its own, as far as you remember."), ROWS),
        Page(steps.LOG_IN, LogInForm, _("These answers help the firm to find out how it happened. They are no test.")),
        Page(
            steps.TRADES,
            TradesForm,
            _("Enter what you know. The firm will compare it with its own records."),
            "victim/report/trades.html",
        ),
        Page(
            steps.HAPPENED,
            HappenedForm,
            _("Apart from the trades: what else was done in the account that was not you."),
        ),
        Page(
            steps.MARGIN,
            MarginForm,
            _("If the firm asks you for money, tell us here. Reporting does not depend on whether you pay."),
        ),
        Page(
            steps.FILES,
            FilesForm,
            _("Add what you have: trade reports, notices of the firm, false mails, screenshots."),
            "victim/report/files.html",
        ),
        Page(
            steps.BEFORE, BeforeForm, _("What you remember helps to find out how it happened. Nobody will blame you.")
        ),
        Page(steps.BODIES, BodiesForm, _("Police, supervisors and places that give advice, each on its own."), ROWS),
        Page(steps.WISHES, WishesForm, _("What would be a good end for you?")),
        Page(
            steps.CONSENTS,
            ConsentsForm,
            _("Without your consent the firm passes the report on only where the law makes it."),
        ),
    )
}


def moment(value: dt.datetime | dt.date | None) -> str:
    """A day with its time; midnight sharp means that the time is not known. In Japanese with the era."""
    if value is None:
        return ""
    local = value.astimezone(TOKYO) if isinstance(value, dt.datetime) else None
    if local is None or (local.hour, local.minute) == (0, 0):
        said = formats.jp_date(value)
    else:
        said = formats.jp_datetime(value)
    return f"{said}（{formats.era(value)}）" if formats.is_japanese() else said


def _said(field: forms.Field, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in field.choices}  # type: ignore[misc,union-attr]
        chosen = value if isinstance(value, list) else [value]
        return ("、" if formats.is_japanese() else ", ").join(labels.get(str(key), str(key)) for key in chosen)
    if isinstance(value, dt.datetime | dt.date):
        return moment(value)
    if isinstance(value, Decimal):
        return formats.yen(value) if isinstance(field, YenField) else formats.quantity(value)
    return str(value)


def _rows(form: StepForm, questions: tuple[Question, ...], facts: Mapping[str, Any]) -> list[Shown]:
    """Every question with its answer. One that was left open is shown as open, unless it did not matter."""
    asked = {question.name: question for question in questions}
    return [
        (field.label or "", _said(field, facts.get(name)))
        for name, field in form.fields.items()
        if name not in asked or asked[name].matters(facts)
    ]


def shown(page: Page, answers: Answers) -> list[Shown]:
    """The answers of a page as (question, answer) in words; nothing for a step that is not finished."""
    try:
        facts = page.step.read(answers)
    except InvalidInput:
        return []
    if not facts:
        return []
    rows = _rows(page.form(), page.step.questions, facts)
    if issubclass(page.form, RowsForm):
        form = page.form.row_form(prefix="row")
        for place, row in enumerate(facts["rows"], start=1):
            rows.append((str(page.form.row_title) % {"place": place}, _in_lines(form, page.step.rows, row)))
    elif page.step.rows and (facts["known"] == KNOWN or (tally := _tally(answers))):
        rows += listed(tally) if facts["known"] != KNOWN else []
        for place, row in enumerate(facts["rows"], start=1):
            rows.append((gettext("Trade %(place)s") % {"place": place}, _trade(row, accounts_in(answers))))
    return rows


def _tally(answers: Answers) -> Mapping[str, int]:
    """How the trades of a list were answered that was handed in; empty if there was none."""
    return answers.get(steps.TRADES.identifier, {}).get("facts", {}).get("list") or {}


def listed(tally: Mapping[str, int]) -> list[Shown]:
    """A broker's list in figures: how many trades, and how they were answered (`marks.counts`)."""
    return [
        (_("Trades of your list"), formats.quantity(Decimal(tally["total"]))),
        (_("Not yours: reported"), formats.quantity(Decimal(tally["no"]))),
        (_("Not sure: reported, for the firm to find out"), formats.quantity(Decimal(tally["not_sure"]))),
        (_("Yours: not reported"), formats.quantity(Decimal(tally["yes"]))),
        (_("Not answered: not reported"), formats.quantity(Decimal(tally["open"]))),
    ]


def _trade(row: Mapping[str, Any], accounts: Mapping[str, str]) -> str:
    """A trade of the report, with the account that it is said to be of where there are several."""
    if len(accounts) < 2 or row["account"] not in accounts:
        return trade_in_words(row)
    return f"{gettext('Account of the trade')}{formats.colon()}••••{accounts[row['account']]}\n{trade_in_words(row)}"


def aside_in(page: Page, answers: Answers) -> list[str]:
    """The questions of a page whose answers are set aside, in words."""
    fields = page.form().fields
    return [str(fields[name].label) for name in page.step.set_aside(answers) if name in fields]


def trade_in_words(row: Mapping[str, Any]) -> str:
    """One claimed trade, a line for each thing known of it."""
    return _in_lines(TradeForm(prefix="row"), steps.TRADES.rows, row)


def _in_lines(form: StepForm, questions: tuple[Question, ...], row: Mapping[str, Any]) -> str:
    said = [(str(label).rstrip("?"), value) for label, value in _rows(form, questions, row) if value]
    return "\n".join(f"{label}{formats.colon()}{value}" for label, value in said)
