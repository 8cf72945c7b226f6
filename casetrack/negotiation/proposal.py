"""What one side proposes, part by part, and how the proposals of the two sides differ. Amounts are whole yen."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop as _

from casetrack.assessment.models import Assessment
from casetrack.assessment.statement import COMPONENTS
from casetrack.evidence.models import EvidenceFile
from casetrack.lib.errors import InvalidInput
from casetrack.lib.money import ZERO, plain

if TYPE_CHECKING:
    from casetrack.negotiation.models import Offer

ADJUSTMENT = "adjustment"
LONGEST_SECURITY = 40
# What stands for a minus in Japan: a sign of its own, a long dash, a triangle.
MINUS = str.maketrans("−‐–▲△", "-----")


@dataclass(frozen=True)
class Move:
    """Shares that move besides the money: more than 0 go to the customer, less than 0 back to the firm."""

    security: str
    quantity: Decimal

    @property
    def units(self) -> Decimal:
        """How many, whichever way they go."""
        return abs(self.quantity)

    @property
    def is_to_customer(self) -> bool:
        return self.quantity > 0


def moves_of(in_kind: Mapping[str, str] | None) -> list[Move]:
    """What an offer or the terms of a settlement store as `in_kind`, by security code."""
    return [Move(security, Decimal(quantity)) for security, quantity in sorted((in_kind or {}).items())]


@dataclass(frozen=True)
class Proposal:
    """An offer's content, or a counter-offer's that answers part by part.

    `components` maps components of the loss (and "solatium", "restoration", "adjustment") to whole yen, which add up to
    the amount paid; `component_reasons` says why a part differs from what was assessed (or, of a counter-offer, from
    what the firm offered). `in_kind` are shares by security code: more than 0 goes to the customer, less than 0 back to
    the firm. `waived` is the margin deficit that the firm gives up. `relied_on` are files of the case. `settles` are
    the components that are settled while the others stay in dispute (see `partial`); of a counter-offer, those on which
    the customer agrees with the firm and asks for that.
    """

    components: Mapping[str, Decimal]
    component_reasons: Mapping[str, str] = field(default_factory=dict)
    in_kind: Mapping[str, Decimal] = field(default_factory=dict)
    waived: Decimal = ZERO
    conditions: str = ""
    relied_on: tuple[EvidenceFile, ...] = ()
    total: Decimal | None = None
    settles: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal:
        """What is paid in money: the sum of the components, or `total` where a counter-offer names no parts."""
        return sum(self.components.values(), ZERO) if self.total is None else self.total

    def check(self, expected: Mapping[str, Decimal]) -> None:
        """Raises InvalidInput (`field` names the part: its component, `in_kind`, `waived`) for an unknown component,
        parts of a yen, less than nothing, and a part that differs from `expected` without its own reason."""
        for name in {**expected, **self.components} if self.total is None else ():
            self._check_part(name, self.components.get(name, ZERO), expected.get(name, ZERO))
        self._check_rest()
        if self.total is not None and (self.components or self.total != self.total.to_integral_value()):
            raise InvalidInput(_("Enter the amount in whole yen."), field="amount")
        if self.amount < 0:
            raise InvalidInput(_("The parts add up to less than 0 yen."), field=ADJUSTMENT)

    def _check_part(self, name: str, value: Decimal, expected: Decimal) -> None:
        if name not in COMPONENTS or value != value.to_integral_value():
            raise InvalidInput(_("Enter the amount in whole yen."), field=name)
        if value == expected:
            return
        if value < 0 and name != ADJUSTMENT:
            raise InvalidInput(_("A part is not less than 0 yen."), field=name)
        if not self.component_reasons.get(name, "").strip():
            raise InvalidInput(
                _("Say why this part is not %(expected)s yen."), field=f"why_{name}", expected=f"{expected:,}"
            )  # fmt: skip

    def _check_rest(self) -> None:
        for security, quantity in self.in_kind.items():
            if not security.strip() or len(security) > LONGEST_SECURITY or not quantity.is_finite() or not quantity:
                raise InvalidInput(_("Name the security and how many, not 0."), field="in_kind")
        if self.waived < 0 or self.waived != self.waived.to_integral_value():
            raise InvalidInput(_("Enter the amount in whole yen."), field="waived")

    def columns(self) -> dict[str, Any]:
        """As an offer stores it. A file is named by what it was when the proposal was made: name and SHA-256."""
        return {
            "amount": self.amount,
            "components": {name: plain(value) for name, value in self.components.items()},
            "component_reasons": {n: text.strip() for n, text in self.component_reasons.items() if text.strip()},
            "in_kind": {security: plain(quantity) for security, quantity in self.in_kind.items()},
            "waived": self.waived,
            "conditions": self.conditions.strip(),
            "relied_on": [{"id": f.pk, "name": f.name, "sha256": f.sha256} for f in self.relied_on],
            "settles": [name for name in COMPONENTS if name in self.settles],
        }


def assessed_parts(run: Assessment) -> dict[str, Decimal]:
    """What the run's policy gives, by component: the payable parts, or the restoration in money."""
    parts: dict[str, Decimal] = {}
    for row in run.accounts.all():
        result = row.result
        given = result["payable"] if run.method == "cash" else {"restoration": result["due"]}
        for name, value in given.items():
            parts[name] = parts.get(name, ZERO) + Decimal(value)
    return parts


def expected_parts(run: Assessment, settles: Collection[str], settled: Collection[str]) -> dict[str, Decimal]:
    """What was assessed of the parts that an offer is about: those that it settles (all, if it names none) and that
    were not settled before."""
    parts = assessed_parts(run)
    return {name: value for name, value in parts.items() if _is_among(name, settles, settled)}


def _is_among(name: str, settles: Collection[str], settled: Collection[str]) -> bool:
    return name not in settled and (not settles or name in settles)


def is_about(offer: "Offer", name: str) -> bool:
    """Whether an offer of the firm is about this component."""
    return _is_among(name, offer.settles, offer.settled_before)


def expected_of(offer: "Offer") -> dict[str, Decimal]:
    """The same of an offer that was made; nothing where it rests on no assessment."""
    return expected_parts(offer.assessment, offer.settles, offer.settled_before) if offer.assessment else {}


def parts_in(offer: "Offer") -> dict[str, Decimal]:
    """The parts of an offer in whole yen; none where it names one amount alone."""
    return {name: Decimal(value) for name, value in offer.components.items()}


def at_amount(run: Assessment, amount: Decimal, why: str = "", settled: Collection[str] = ()) -> Proposal:
    """A proposal of one amount: what was assessed and is not `settled` yet, and the rest as an adjustment for the
    reason `why`."""
    parts = expected_parts(run, (), settled)
    rest = amount - sum(parts.values())
    return Proposal({**parts, ADJUSTMENT: rest}, {ADJUSTMENT: why}) if rest else Proposal(parts)


@dataclass(frozen=True)
class Difference:
    """One component in the words of the reader: whole yen as assessed, offered and asked for (None: not named), and
    the reason of each side for its own figure."""

    name: str
    assessed: Decimal | None
    firm: Decimal | None
    victim: Decimal | None
    firm_reason: str
    victim_reason: str

    @property
    def gap(self) -> Decimal | None:
        """How many yen the victim asks for beyond the firm's figure; less than 0 where the firm gives more."""
        return None if self.firm is None or self.victim is None else self.victim - self.firm


@dataclass(frozen=True)
class Comparison:
    """The rows in the order of the rules; `has_counter`: the customer's side named parts too."""

    rows: list[Difference]
    has_counter: bool


def compare(offer: "Offer", words: Mapping[str, Any] = COMPONENTS) -> Comparison:
    """An offer of either side against what was assessed and against the other side's that it answers; no rows where
    there is nothing to compare. `offer` comes with `in_answer_to` and the assessments."""
    firm, counter = (offer.in_answer_to, offer) if offer.party == "victim" else (offer, offer.in_answer_to)
    counter = counter if counter is not None and counter.components else None
    if firm is None or (counter is None and not firm.component_reasons):
        return Comparison([], has_counter=False)
    about = {name: said for name, said in words.items() if is_about(firm, name)}
    return Comparison(differences(expected_of(firm), firm, counter, about), counter is not None)


def differences(
    assessed: Mapping[str, Decimal], firm: "Offer | None", victim: "Offer | None", words: Mapping[str, Any] = COMPONENTS
) -> list[Difference]:
    """Component by component; parts that are 0 everywhere are left out."""
    rows = (
        Difference(
            name=str(said),
            assessed=assessed.get(name, ZERO) if assessed else None,
            firm=_figure(firm, name),
            victim=_figure(victim, name),
            firm_reason=_reason(firm, name),
            victim_reason=_reason(victim, name),
        )
        for name, said in words.items()
    )
    return [row for row in rows if row.assessed or row.firm or row.victim]


def _figure(offer: "Offer | None", name: str) -> Decimal | None:
    """0 where the side answered part by part and left this one out; None where it named no parts at all."""
    parts = parts_in(offer) if offer is not None else {}
    return parts.get(name, ZERO) if parts else None


def _reason(offer: "Offer | None", name: str) -> str:
    return str(offer.component_reasons.get(name, "")) if offer is not None else ""


def parse_in_kind(text: str) -> dict[str, Decimal]:
    """Lines of "code quantity" as typed, such as "7203 100" or "6182 -200,000". Raises InvalidInput, which names the
    line."""
    found: dict[str, Decimal] = {}
    for place, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        security, quantity = _line_in_kind(line, place)
        if security in found:
            raise InvalidInput(_("Line %(line)s: this security stands above already."), field="in_kind", line=place)
        found[security] = quantity
    return found


def _line_in_kind(line: str, place: int) -> tuple[str, Decimal]:
    words = unicodedata.normalize("NFKC", line).split()  # digits and spaces as a Japanese keyboard types them
    number = words[-1].replace(",", "").translate(MINUS)
    digits = number.removeprefix("-")
    is_number = digits.replace(".", "", 1).isascii() and digits.replace(".", "", 1).isdigit()
    if len(words) < 2 or not is_number or len(digits) > 20:
        raise InvalidInput(
            _("Line %(line)s: write the security's code, a space, and how many."), field="in_kind", line=place
        )
    return " ".join(words[:-1]), Decimal(number)


def in_kind_lines(in_kind: Mapping[str, Any]) -> str:
    """The other way: as it is typed."""
    return "\n".join(f"{security} {quantity}" for security, quantity in in_kind.items())


def same_case(files: Iterable[EvidenceFile], case_id: int) -> None:
    """Raises InvalidInput for a file of another case, or one that was removed."""
    if any(file.case_id != case_id or file.is_removed for file in files):
        raise InvalidInput(_("Choose files of this case."), field="relied_on")
