"""The form by which an offer is prepared."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from casetrack.assessment.models import Assessment, Method
from casetrack.assessment.statement import COMPONENTS
from casetrack.evidence.models import EvidenceFile
from casetrack.lib import clock
from casetrack.lib.errors import DomainError
from casetrack.negotiation.partial import open_parts
from casetrack.negotiation.proposal import Proposal, parse_in_kind
from casetrack.web.errors import explain
from casetrack.web.forms.fields import DateField3, LongTextField, MultipleChoiceField, YenField
from casetrack.web.parts import PartsForm

BESIDES = ("in_kind", "waived", "conditions", "relied_on")


class OfferForm(PartsForm):
    """The parts begin as what the run's policy gives."""

    in_kind = LongTextField(
        label=_("Shares in kind"), name=_("the shares in kind"), required=False, max_length=2000, rows=3,
        help_text=_("One security a line: its code, a space, how many. With a minus: back to the firm. 7203 100"),
    )  # fmt: skip
    waived = YenField(
        label=_("Margin deficit that is waived"), name=_("the margin deficit"), required=False,
        help_text=_("The customer never has to pay it."),
    )  # fmt: skip
    conditions = LongTextField(
        label=_("Conditions"), name=_("the conditions"), required=False, max_length=4000, rows=3,
        help_text=_("What has to happen besides, on either side. The victim reads it."),
    )  # fmt: skip
    reasons = LongTextField(
        label=_("Reasons"), name=_("the reasons"), help_text=_("The victim reads them with the offer."), max_length=8000
    )
    valid_until = DateField3(
        label=_("Open for an answer until"),
        name=_("the last day for an answer"),
        help_text=_("End of that day in Japan."),
    )

    def __init__(
        self, *args: Any, run: Assessment, settled: Collection[str] = (), wanted: Collection[str] = (), **kwargs: Any
    ) -> None:
        """`settled`: the components settled before; `wanted`: those that the customer asks to settle now."""
        super().__init__(*args, **kwargs)
        disputed = open_parts(run, settled)
        words = {name: label for name, label in COMPONENTS.items() if name not in settled}
        self.add_parts(disputed, words=words, said=_("By the assessment: %(amount)s"), why=_("Why this part differs"))
        if run.method == Method.CASH and len(disputed) > 1:
            self.fields["settles"] = MultipleChoiceField(
                label=_("Settle these parts now, and leave the others in dispute"), name=_("the parts"), required=False,
                choices=[(name, label) for name, label in COMPONENTS.items() if name in disputed],
                initial=[name for name in wanted if name in disputed],
                help_text=_("Choose none, and the offer is for everything. Parts not chosen are left out of it."),
            )  # fmt: skip
        files = EvidenceFile.objects.filter(case=run.case_id, is_removed=False).order_by("received_at", "pk")
        self.papers = {str(file.key): file for file in files}
        if self.papers:
            self.fields["relied_on"] = MultipleChoiceField(
                label=_("Files that the offer relies on"), name=_("the files"), required=False,
                choices=[(key, file.name) for key, file in self.papers.items()],
            )  # fmt: skip

    def clean_in_kind(self) -> dict[str, Decimal]:
        try:
            return parse_in_kind(self.cleaned_data["in_kind"] or "")
        except DomainError as error:
            self.add_error("in_kind", explain(error))
            return {}

    @property
    def has_besides(self) -> bool:
        """Whether something besides money was typed, so that it is not folded away."""
        return self.is_bound and any(self[name].value() for name in BESIDES if name in self.fields)

    @property
    def is_for_parts(self) -> bool:
        """Whether parts are chosen, so that the choice is not folded away."""
        return "settles" in self.fields and bool(self["settles"].value())

    @property
    def proposal(self) -> Proposal:
        given = self.cleaned_data
        settles = tuple(given.get("settles") or ())
        parts = self.given_parts()
        if settles:  # a part that stays in dispute and was not touched is no part of the offer
            parts = {n: value for n, value in parts.items() if n in settles or value != self.expected.get(n)}
        return Proposal(
            components=parts,
            settles=settles,
            component_reasons=self.given_reasons(),
            in_kind=given["in_kind"],
            waived=given["waived"] or Decimal(0),
            conditions=given["conditions"] or "",
            relied_on=tuple(self.papers[key] for key in given.get("relied_on") or ()),
        )

    @property
    def deadline(self) -> dt.datetime:
        """The last instant of the day in Tokyo."""
        return dt.datetime.combine(self.cleaned_data["valid_until"], dt.time(23, 59, 59), tzinfo=clock.TOKYO)
