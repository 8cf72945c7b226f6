"""What speaks for reducing a compensation and what against it: factors on both sides, as JSDA's members agreed on
2 May 2025 (the customer's care of ID and password; the firm's own measures and warnings)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from casetrack.evidence.models import EvidenceFile

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from casetrack.assessment.models import Reduction

CUSTOMER: dict[str, "StrOrPromise"] = {
    "password_shared": _("Password given to somebody else"),
    "password_reused": _("Password also used elsewhere"),
    "code_typed": _("One-time code typed into a false site"),
    "mfa_declined": _("Second check offered and not used"),
    "late_notice": _("Firm told late"),
}
FIRM: dict[str, "StrOrPromise"] = {
    "mfa_not_offered": _("No second check offered"),
    "no_warning": _("No warning to customers"),
    "freeze_refused": _("Freeze refused"),
    "freeze_late": _("Freeze made late"),
    "system_failure": _("Failure of a system"),
}


@dataclass(frozen=True)
class Ground:
    """One factor of a reduction in words, what shows it, and the files that it relies on."""

    name: str
    label: "StrOrPromise"
    note: str
    files: list[EvidenceFile]


@dataclass(frozen=True)
class Grounds:
    """What speaks for a reduction (the customer's side) and what against it (the firm's)."""

    customer: list[Ground]
    firm: list[Ground]


def files_of(reductions: Iterable["Reduction"]) -> dict[str, EvidenceFile]:
    """The files that reductions rely on, by their keys. One query."""
    sides = [(one.case_id, side) for one in reductions for side in (one.customer_factors, one.firm_factors)]
    keys = {key for _case, side in sides for said in side.values() for key in said["files"]}
    cases = {case for case, _side in sides}
    return {str(file.key): file for file in EvidenceFile.objects.filter(case__in=cases, key__in=keys)}


def grounds_of(reduction: "Reduction", files: Mapping[str, EvidenceFile] | None = None) -> Grounds:
    """Both sides of a reduction in the order of this module. One query, unless its `files` are given."""
    sides = (reduction.customer_factors, reduction.firm_factors)
    files = files_of([reduction]) if files is None else files

    def told(side: Mapping[str, Any], words: "Mapping[str, StrOrPromise]") -> list[Ground]:
        return [
            Ground(name, label, side[name]["note"], [files[key] for key in side[name]["files"] if key in files])
            for name, label in words.items()
            if name in side
        ]

    return Grounds(told(sides[0], CUSTOMER), told(sides[1], FIRM))


def highest_share(limits: Mapping[str, str], factors: Iterable[str]) -> Decimal | None:
    """The highest share that a policy's limits allow for these factors of the customer: their sum, at most 1.

    None: the policy names no limits, so that any share may be reasoned.
    """
    if not limits:
        return None
    return min(Decimal(1), sum((Decimal(limits.get(name, "0")) for name in set(factors)), Decimal(0)))
