"""Typing further trades into an open case, as one remembers them: for whoever has no list of the firm's site."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casetrack.cases.models import CompromisedAccount
from casetrack.intake.later import MOST_AT_ONCE, Known, KnownAlready, claim_typed
from casetrack.intake.services import typed_claim
from casetrack.lib.errors import DomainError
from casetrack.people.services import once
from casetrack.web.errors import refuse
from casetrack.web.forms.fields import CheckboxField
from casetrack.web.report.base import query_of
from casetrack.web.report.brought import account_field
from casetrack.web.report.forms import TradeForm
from casetrack.web.report.rows import RowsForm
from casetrack.web.victim.doors import for_victims, me, posted
from casetrack.web.victim.forms import CaseForm
from casetrack.web.victim.later import accounts_of, methods, open_to_add
from casetrack.web.victim.letters import problems_of

ASKS = {
    Known.CLAIMED: _("You have reported a trade like this already. If this is another one, tick the box."),
    Known.LEDGER: _("The firm has entered a trade like this: answer it in the list of the account. "
                    "If this is another one, tick the box."),
}  # fmt: skip


class TypedTradeForm(TradeForm):
    """A trade; where the same is known already, the question whether it is another one."""

    another = CheckboxField(label=_("This is another trade"), required=False)

    @property
    def asks(self) -> bool:
        """Whether the question stands on the page: it was asked, or answered before."""
        return bool(self.errors.get("another")) or bool(self["another"].value())


class TypedForm(RowsForm):
    """The account, where the case has several, and the trades."""

    row_form = TypedTradeForm
    needs_row = True
    most_rows = MOST_AT_ONCE
    row_title = _("Trade %(place)s")
    add_text = _("Add another trade")
    remove_text = _("Remove trade %(place)s")

    def __init__(
        self, data: QueryDict | None = None, *, accounts: list[CompromisedAccount], typed: QueryDict | None = None
    ) -> None:
        super().__init__(data, typed=typed)
        if len(accounts) > 1:
            self.fields["account"] = account_field(
                [one.masked for one in accounts], _("The account of these trades"), _("the account of these trades")
            )
            if data is None and typed is not None:
                self.initial["account"] = typed.get("account", "")

    @property
    def place(self) -> int:
        return int(self.cleaned_data.get("account") or 1)

    def ask(self, error: KnownAlready) -> None:
        """Put the question to each row that says what is known."""
        filled = self.filled()
        for place, source in error.places.items():
            filled[place].add_error("another", str(ASKS[Known(source)]))


@methods
@for_victims
def type_trades(request: HttpRequest, reference: str) -> HttpResponse:
    """Rows to fill in; a POST claims them all or, where one is known already, asks and claims none."""
    case = open_to_add(request, reference)
    accounts = accounts_of(case)
    sent = posted(request)
    form, last = TypedForm(sent, accounts=accounts), CaseForm(sent)
    if sent is not None and (pressed := form.pressed()) is not None:
        form, last = TypedForm(typed=query_of(pressed.typed), accounts=accounts), CaseForm()
    elif form.is_bound and form.is_valid() and last.is_valid():
        rows = form.filled()
        others = [place for place, row in enumerate(rows) if row.cleaned_data["another"]]

        def write() -> str:
            claims = [typed_claim(row.values()) for row in rows]
            return str(claim_typed(accounts[form.place - 1], claims, actor=me(request), others=others))

        try:
            count = int(once(me(request), last.cleaned_data["idempotency_key"], "intake.claim_typed", write))
        except KnownAlready as error:
            form.ask(error)
        except DomainError as error:
            refuse(form, error)
        else:
            said = ngettext("%(count)s trade was reported.", "%(count)s trades were reported.", count)
            messages.success(request, said % {"count": count})
            return redirect("victim:case", reference)
    problems = [*problems_of(form), *problems_of(last)] if form.is_bound else []
    context: dict[str, Any] = {"case": case, "form": form, "last": last, "problems": problems}
    return render(request, "victim/later/type.html", context, status=400 if form.is_bound else 200)
