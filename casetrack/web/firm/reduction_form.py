"""The form by which a reduction is proposed: factors of both sides, each with what shows it and the files that do."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casetrack.assessment.models import Reduction
from casetrack.assessment.reductions import CUSTOMER, FIRM
from casetrack.assessment.services import Said
from casetrack.cases.models import Case
from casetrack.evidence.models import EvidenceFile
from casetrack.web.forms.fields import CheckboxField, DecimalTextField, LongTextField, MultipleChoiceField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SIDES = {"customer": CUSTOMER, "firm": FIRM}


@dataclass(frozen=True)
class Factor:
    """One checkbox with what opens under it; `files` is None where the case has no file."""

    name: str
    label: "StrOrPromise"
    input_id: str
    is_chosen: bool
    note: forms.BoundField
    files: forms.BoundField | None


class ReductionForm(forms.Form):
    customer = MultipleChoiceField(
        label=_("What the customer did"), name=_("what the customer did"), choices=list(CUSTOMER.items())
    )
    firm = MultipleChoiceField(
        label=_("What the firm did or left undone"), name=_("what the firm did"), choices=list(FIRM.items()),
        required=False, help_text=_("Choose all that apply: they speak against a reduction."),
    )  # fmt: skip
    share = DecimalTextField(
        label=_("Reduction"), name=_("the reduction"), decimal_places=2, max_digits=5, max_value=100, width=4,
        suffix="%",
    )  # fmt: skip
    reason = LongTextField(
        label=_("Reason of the reduction"), name=_("the reason"), max_length=4000,
        help_text=_("How both sides were weighed, in words for the victim: the victim reads it."),
    )  # fmt: skip
    is_vulnerable = CheckboxField(
        label=_("The customer is vulnerable: by age, distress, illness or disability"), required=False
    )
    is_gross = CheckboxField(
        label=_("It was gross negligence"), required=False,
        help_text=_("Only then may the compensation of a vulnerable customer be reduced."),
    )  # fmt: skip
    gross_reason = LongTextField(
        label=_("Why it was gross negligence"), name=_("why it was gross negligence"), required=False, max_length=4000,
        rows=3, help_text=_("The victim reads it."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, before: Reduction | None = None, **kwargs: Any) -> None:
        """`before`: the one that was returned, whose words stand in the form again."""
        kwargs["initial"] = _initial(before)
        super().__init__(*args, **kwargs)
        files = EvidenceFile.objects.filter(case=case, is_removed=False).order_by("received_at", "pk")
        self.papers = {str(file.key): file for file in files}
        if case.is_vulnerable:
            del self.fields["is_vulnerable"]
        for side, known in SIDES.items():
            for name in known:
                self._add_factor(side, name)
        # As on the page, so that its errors are told in this order.
        sides = [[side, *(f"{what}_{name}" for name in SIDES[side] for what in ("note", "files"))] for side in SIDES]
        self.order_fields([*sides[0], *sides[1]])

    def _add_factor(self, side: str, name: str) -> None:
        needed = _("Needed with this choice. The victim reads it.")
        self.fields[f"note_{name}"] = LongTextField(
            label=_("What shows it"), name=_("what shows it"), required=False, max_length=1000, rows=2,
            help_text=needed if side == "customer" else _("The victim reads it."),
        )  # fmt: skip
        if self.papers:
            self.fields[f"files_{name}"] = MultipleChoiceField(
                label=_("Files that show it"), name=_("files"), required=False,
                choices=[(key, file.name) for key, file in self.papers.items()],
            )  # fmt: skip

    def _factors(self, side: str) -> Iterator[Factor]:
        chosen = self[side].value() or []
        for place, (name, label) in enumerate(SIDES[side].items()):
            files = self[f"files_{name}"] if self.papers else None
            yield Factor(name, label, f"id_{side}_{place}", name in chosen, self[f"note_{name}"], files)

    def customer_factors(self) -> list[Factor]:
        return list(self._factors("customer"))

    def firm_factors(self) -> list[Factor]:
        return list(self._factors("firm"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name in given.get("customer") or []:
            if not given.get(f"note_{name}") and f"note_{name}" not in self.errors:
                self.add_error(f"note_{name}", _("Say what shows it."))
        if given.get("is_gross") and not given.get("gross_reason") and "gross_reason" not in self.errors:
            self.add_error("gross_reason", _("Give the reason why it was gross negligence."))
        return given

    def said(self, side: str) -> dict[str, Said]:
        """The factors of a side as the service takes them."""
        given = self.cleaned_data
        return {
            name: Said(given[f"note_{name}"] or "", [self.papers[key] for key in given.get(f"files_{name}") or []])
            for name in given[side]
        }

    def proposal(self) -> dict[str, Any]:
        """What `propose_reduction` takes."""
        given = self.cleaned_data
        return {
            "share": given["share"] / Decimal(100),
            "customer": self.said("customer"),
            "firm": self.said("firm"),
            "reason": given["reason"],
            "is_vulnerable": bool(given.get("is_vulnerable")),
            "is_gross": given["is_gross"],
            "gross_reason": given["gross_reason"] or "",
        }


def _initial(before: Reduction | None) -> dict[str, Any]:
    if before is None:
        return {}
    names = ("reason", "is_vulnerable", "is_gross", "gross_reason")
    initial: dict[str, Any] = {name: getattr(before, name) for name in names} | {"share": before.percent}
    for side, said in (("customer", before.customer_factors), ("firm", before.firm_factors)):
        initial[side] = list(said)
        for name, what in said.items():
            initial |= {f"note_{name}": what["note"], f"files_{name}": what["files"]}
    return initial
