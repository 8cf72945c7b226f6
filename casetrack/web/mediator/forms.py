"""Forms of the body's desk."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from casetrack.assessment.statement import COMPONENTS
from casetrack.lib import clock
from casetrack.mediation.services.applying import LONGEST_NUMBER
from casetrack.mediation.services.hearings import LONGEST_PLACE
from casetrack.mediation.services.leading import LONGEST
from casetrack.web.forms.fields import (
    ChoiceField,
    DateField3,
    DateTimeField,
    IdempotentForm,
    LongTextField,
    TextField,
    YenField,
)

BOTH_READ = _("The customer and the firm read it.")


class AcceptForm(IdempotentForm):
    file_number = TextField(
        label=_("Your own file number"), name=_("your file number"), required=False, max_length=LONGEST_NUMBER,
        help_text=_("If your organization gives it one. Both sides see it."),
    )  # fmt: skip


class ReasonForm(IdempotentForm):
    reason = LongTextField(
        label=_("Reasons"), name=_("the reasons"), max_length=LONGEST, rows=8, help_text=BOTH_READ
    )  # fmt: skip


class HearingForm(IdempotentForm):
    at = DateTimeField(label=_("When?"), name=_("the hearing"), help_text=_("Time in Japan."))
    how = ChoiceField(
        label=_("Where?"), name=_("where it is held"),
        choices=[("place", _("At a place")), ("online", _("Online or by telephone"))],
    )  # fmt: skip
    place = TextField(
        label=_("Address, or how one joins"), name=_("the place"), max_length=LONGEST_PLACE,
        help_text=_("For an online hearing say how the sides are told the way in: no link and no password here."),
    )  # fmt: skip
    note = LongTextField(
        label=_("Note for both sides"), name=_("the note"), required=False, max_length=LONGEST, rows=4,
        help_text=_("What to bring, who should come, what it will be about."),
    )  # fmt: skip


class ProposalForm(IdempotentForm):
    """A special conciliation proposal. The parts may be left empty; if not, they add up to the amount."""

    amount = YenField(label=_("Amount"), name=_("the amount"), help_text=_("What the firm pays, in whole yen."))
    text = LongTextField(
        label=_("What the proposal says"), name=_("what the proposal says"), max_length=LONGEST, rows=6,
        help_text=BOTH_READ,
    )  # fmt: skip
    reasons = LongTextField(
        label=_("Reasons"), name=_("the reasons"), max_length=LONGEST, rows=8, help_text=BOTH_READ
    )  # fmt: skip
    answer_by = DateField3(
        label=_("Answer by"), name=_("the last day for an answer"), help_text=_("End of that day in Japan.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in COMPONENTS.items():
            self.fields[f"part_{name}"] = YenField(
                label=label, name=label, required=False, allow_negative=name == "adjustment"
            )

    @property
    def parts(self) -> list[Any]:
        return [self[f"part_{name}"] for name in COMPONENTS]

    @property
    def has_parts(self) -> bool:
        """Whether a part was typed, so that they are not folded away."""
        return self.is_bound and any(part.value() for part in self.parts)

    @property
    def components(self) -> dict[str, Decimal]:
        given = {name: self.cleaned_data.get(f"part_{name}") for name in COMPONENTS}
        return {name: value for name, value in given.items() if value}

    @property
    def deadline(self) -> dt.datetime:
        """The last instant of the day in Tokyo."""
        return dt.datetime.combine(self.cleaned_data["answer_by"], dt.time(23, 59, 59), tzinfo=clock.TOKYO)
