"""What is different between two stored runs of a case: first what went in, then what came out. Only what is stored is
read, so the answer is the same years later."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from casetrack.assessment.figures import FIGURES
from casetrack.assessment.models import AssessedAccount, Assessment
from casetrack.assessment.reductions import CUSTOMER, FIRM
from casetrack.assessment.statement import COMPONENTS
from casetrack.ledger.models import Attributed
from casetrack.lib.formats import jp_date, listed, quantity, yen

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Executions named one by one; of more than these the number is said.
MOST_NAMED = 20


@dataclass(frozen=True)
class Change:
    """One thing that is different, in words: what, as it was, as it is. An empty side means that it was not there."""

    what: "StrOrPromise"
    before: str
    after: str


def run_before(run: Assessment, *, issued: bool = False) -> Assessment | None:
    """The case's run before this one; with `issued` the one that the victim saw last."""
    earlier = Assessment.objects.filter(case=run.case_id, number__lt=run.number).select_related("policy", "reduced_by")
    return (earlier.filter(is_issued=True) if issued else earlier).order_by("-number").first()


def changes_between(
    before: Assessment, after: Assessment, words: "Mapping[str, StrOrPromise]" = COMPONENTS
) -> list[Change]:
    """What changed from one run of a case to another; `words` names the components. Empty if nothing did."""
    old, new = _accounts(before), _accounts(after)
    return [
        *_terms(before, after),
        *_prices(old, new),
        *_executions(old, new),
        *_results(before, after, old, new, words),
    ]


def _accounts(run: Assessment) -> dict[int, AssessedAccount]:
    return {row.incident_id: row for row in run.accounts.order_by("pk")}


def _compare(what: "StrOrPromise", old: str, new: str) -> Iterator[Change]:
    if old != new:
        yield Change(what, old, new)


def _terms(before: Assessment, after: Assessment) -> Iterator[Change]:
    yield from _compare(_("Valuation date"), jp_date(before.valuation_on), jp_date(after.valuation_on))
    yield from _compare(_("Where the date comes from"), _rests_on(before), _rests_on(after))
    yield from _compare(_("Version of the policy"), str(before.policy.version), str(after.policy.version))
    yield from _compare(_("Method"), str(before.get_method_display()), str(after.get_method_display()))
    yield from _compare(_("Reduction"), _percent(before.reduction), _percent(after.reduction))
    yield from _compare(_("Reasons for the reduction"), _weighed(before), _weighed(after))
    yield from _compare(_("Rules of the calculation"), before.method_version, after.method_version)


def _rests_on(run: Assessment) -> str:
    """What the date rests on, with the firm's reason for it."""
    return "\n".join(filter(None, [str(run.get_valuation_basis_display()), run.valuation_reason]))


def _weighed(run: Assessment) -> str:
    """What both sides were weighed for, named in the order of `reductions`."""
    if run.reduced_by is None:
        return ""
    said = run.reduced_by.customer_factors | run.reduced_by.firm_factors
    return listed(label for name, label in (CUSTOMER | FIRM).items() if name in said)


def _percent(share: Decimal) -> str:
    return f"{quantity(share * 100)} %"


def _prices(old: Mapping[int, AssessedAccount], new: Mapping[int, AssessedAccount]) -> Iterator[Change]:
    was, now = _valued(old), _valued(new)
    for code in sorted(was.keys() | now.keys()):
        title = _("Valuation of %(security)s") % {"security": code}
        yield from _compare(title, quantity(was.get(code)), quantity(now.get(code)))


def _valued(accounts: Mapping[int, AssessedAccount]) -> dict[str, str]:
    """Prices by security and rates by currency; a case has one valuation."""
    found: dict[str, str] = {}
    for row in accounts.values():
        found |= row.inputs["valuation"]["prices"] | row.inputs["valuation"]["fx"]
    return found


def _events(accounts: Mapping[int, AssessedAccount]) -> dict[tuple[int, str], dict[str, Any]]:
    return {(key, event["id"]): event for key, row in accounts.items() for event in row.inputs["events"]}


def _executions(old: Mapping[int, AssessedAccount], new: Mapping[int, AssessedAccount]) -> Iterator[Change]:
    was, now = _events(old), _events(new)
    new_ones, gone = sorted(now.keys() - was.keys()), sorted(was.keys() - now.keys())
    both = sorted(was.keys() & now.keys())
    yield from _listed(_("Executions that came in"), new_ones, lambda key: ("", _event(now[key])))
    yield from _listed(_("Executions that went"), gone, lambda key: (_event(was[key]), ""))
    decided = [key for key in both if was[key]["attribution"] != now[key]["attribution"]]
    yield from _listed(_("Executions decided anew"), decided, lambda key: (_event(was[key]), _event(now[key])))
    other = [key for key in both if key not in decided and was[key] != now[key]]
    yield from _listed(_("Executions with other figures"), other, lambda key: (_figures(was[key]), _figures(now[key])))


def _listed(
    title: str, keys: list[tuple[int, str]], sides: Callable[[tuple[int, str]], tuple[str, str]]
) -> Iterator[Change]:
    for key in keys[:MOST_NAMED]:
        yield Change(_("%(title)s: %(execution)s") % {"title": title, "execution": key[1]}, *sides(key))
    if len(keys) > MOST_NAMED:
        yield Change(title, "", _("and %(count)s more") % {"count": len(keys) - MOST_NAMED})


def _event(event: Mapping[str, Any]) -> str:
    return str(Attributed(event["attribution"]).label)


def _figures(event: Mapping[str, Any]) -> str:
    names = ("quantity", "price", "amount", "fees", "tax", "interest")
    return " · ".join(quantity(event[name]) for name in names if event.get(name))


def _results(
    before: Assessment,
    after: Assessment,
    old: Mapping[int, AssessedAccount],
    new: Mapping[int, AssessedAccount],
    words: "Mapping[str, StrOrPromise]",
) -> Iterator[Change]:
    was, now = _components(old), _components(new)
    for name, said in words.items():
        yield from _compare(said, yen(was.get(name, 0)), yen(now.get(name, 0)))
    yield from _compare(FIGURES["loss"], yen(before.loss), yen(after.loss))
    yield from _compare(FIGURES["assessed"], yen(before.due), yen(after.due))


def _components(accounts: Mapping[int, AssessedAccount]) -> dict[str, Decimal]:
    """The loss by component, added up over the accounts."""
    found: dict[str, Decimal] = {}
    for row in accounts.values():
        for name, loss in row.result["components"].items():
            found[name] = found.get(name, Decimal(0)) + Decimal(loss)
    return found
