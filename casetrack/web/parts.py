"""The parts of an offer or a counter-offer, as fields of a form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from casetrack.assessment.statement import COMPONENTS
from casetrack.lib.formats import yen
from casetrack.negotiation.models import Offer
from casetrack.negotiation.proposal import ADJUSTMENT
from casetrack.web.forms.fields import TextField, YenField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What may be added to any offer or asked for in any answer, though nothing was assessed of it.
ALWAYS = ("solatium", ADJUSTMENT)


@dataclass(frozen=True)
class Part:
    """One component on the page: its yen, and why they are not what is expected."""

    amount: forms.BoundField
    why: forms.BoundField


class PartsForm(forms.Form):
    """Mixed into a form: `add_parts` makes two fields of every component. A part that is left empty is as expected."""

    expected: Mapping[str, Decimal]

    def add_parts(
        self,
        expected: Mapping[str, Decimal],
        *,
        said: "StrOrPromise",
        why: "StrOrPromise",
        words: "Mapping[str, StrOrPromise]" = COMPONENTS,
    ) -> None:
        """`expected` are whole yen by component, 0 for one of which nothing is given; `said` puts one into words."""
        self.expected = expected
        for name, label in words.items():
            if name not in expected and name not in ALWAYS:
                continue
            amount = expected.get(name, Decimal(0))
            self.fields[name] = YenField(
                label=label, name=label, required=False, initial=amount,
                allow_negative=name == ADJUSTMENT or amount < 0, help_text=str(said) % {"amount": yen(amount)},
            )  # fmt: skip
            self.fields[f"why_{name}"] = TextField(label=why, name=why, required=False, max_length=1000)

    @property
    def parts(self) -> Iterator[Part]:
        return (Part(self[name], self[f"why_{name}"]) for name in COMPONENTS if name in self.fields)

    def given_parts(self) -> dict[str, Decimal]:
        """Every part in whole yen: what was typed, else what is expected. Parts of 0 yen are left out."""
        given: dict[str, Any] = {name: self.cleaned_data.get(name) for name in COMPONENTS if name in self.fields}
        parts = {**self.expected, **{name: value for name, value in given.items() if value is not None}}
        return {name: value for name, value in parts.items() if value}

    def given_reasons(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(f"why_{name}") or "" for name in COMPONENTS if name in self.fields}


def in_words(
    builds_on: Mapping[str, list[str]], words: "Mapping[str, StrOrPromise]" = COMPONENTS
) -> "list[tuple[str, list[StrOrPromise]]]":
    """What was settled in part (an offer's `builds_on`): the number of each offer with its components, for pages."""
    return [(number, [words[name] for name in names]) for number, names in builds_on.items()]


def scope_of(offer: Offer, words: "Mapping[str, StrOrPromise]" = COMPONENTS) -> dict[str, Any]:
    """What an offer is about, where that is not everything, for includes/scope.html."""
    return {"settles": [words[name] for name in offer.settles], "settled": in_words(offer.builds_on, words)}
