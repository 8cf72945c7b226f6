"""The statement of loss of a stored run, as a document: every line with its workings, both methods side by side."""

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _

from casetrack.assessment.figures import FIGURES, gross_in
from casetrack.assessment.models import Assessment
from casetrack.assessment.reductions import Ground, grounds_of
from casetrack.assessment.statement import PLAIN_COMPONENTS, Account, Line, statement
from casetrack.assessment.taxes import BOTH, Fact, facts_for
from casetrack.documents.blocks import Block, content, heading, pairs, paragraph, table
from casetrack.documents.registry import Facts
from casetrack.lib.formats import NONE, jp_date, jp_datetime, listed, quantity, yen


def loss_statement(run: Assessment, at: dt.datetime) -> Facts:
    """The facts of the document, with the run's `run` number; texts in the active language."""
    facts = content(at, run.case.firm.name, _blocks(run), day=jp_date(at), wide=True)
    return {**facts, "run": run.number}


def _blocks(run: Assessment) -> Iterator[Block]:
    yield pairs(
        [
            (_("Statement"), str(run.number)),
            (_("Valuation date"), jp_date(run.valuation_on)),
            (_("Where the date comes from"), _rests_on(run)),
            (_("Policy"), _("Version %(version)s") % {"version": run.policy.version}),
            (_("Method of the policy"), run.policy.get_method_display()),
        ]
    )
    yield heading(_("Both methods side by side"))
    head = [
        (FIGURES["loss"], "1fr right"),
        (_("Cash by the policy"), "1fr right"),
        (_("Restoration, in money"), "1fr right"),
    ]
    head.append((FIGURES["assessed"], "1fr right"))
    yield table(head, [[yen(run.loss), yen(run.cash), yen(run.restoration), yen(run.due)]])
    gross = gross_in(account.inputs for account in run.accounts.all())
    said = {"sold": yen(gross.sold), "bought": yen(gross.bought)}
    yield paragraph(
        _("Gross amounts of the unauthorized trades: sold %(sold)s, bought %(bought)s. They are not the loss.") % said
    )
    yield from _reduction(run)
    for account in statement(run, PLAIN_COMPONENTS):
        yield from _account(account)
    if run.price_evidence:
        yield heading(_("Files that show the entered prices"))
        yield pairs([(file["name"], f"{file['sha256'][:32]}\n{file['sha256'][32:]}") for file in run.price_evidence])
    yield from taxes()
    yield paragraph(_("Rules of assessment, version %(version)s") % {"version": run.method_version})


def _rests_on(run: Assessment) -> str:
    """What the date rests on, with the words of whoever proposed or chose it."""
    said = run.valuation_proposal.reason if run.valuation_proposal else run.valuation_reason
    return "\n".join(filter(None, [str(run.get_valuation_basis_display()), said]))


def taxes() -> Iterator[Block]:
    """What is known of taxes and NISA by method, for the statement and for the offer."""
    yield heading(_("Taxes and NISA: facts, not advice"))
    yield paragraph(
        _(
            "What was published, as far as it could be read. It does not look at your own case: ask the tax office or"
            " a tax accountant."
        )
    )
    head = [(_("Method"), "auto left"), (_("What is known"), "1.6fr left"), (_("Source"), "1fr left")]
    yield table(head, [[listed(m.label for m in f.methods), f.text, _source(f)] for f in facts_for(*BOTH)])


def _source(fact: Fact) -> str:
    if fact.source is None:
        return _("Not settled")
    return f"{fact.source.name}\n{jp_date(fact.source.on)}\n{fact.source.address}"


def _reduction(run: Assessment) -> Iterator[Block]:
    """What was taken off for the customer's own conduct, and the grounds on both sides."""
    if not run.reduction:
        yield paragraph(_("Nothing was deducted for your own conduct."))
        return
    said = {"percent": quantity(run.reduction * 100), "reason": run.reduction_reason}
    yield paragraph(_("Reduced by %(percent)s %%: %(reason)s") % said)
    if run.reduced_by is None:
        return
    if run.reduced_by.is_gross:
        yield paragraph(_("Why it was gross negligence: %(reason)s") % {"reason": run.reduced_by.gross_reason})
    grounds = grounds_of(run.reduced_by)
    rows = [[_("You"), *_ground(ground)] for ground in grounds.customer]
    rows += [[_("The firm"), *_ground(ground)] for ground in grounds.firm]
    head = [(_("Side"), "auto left"), (_("What was weighed"), "1fr left"), (_("What shows it"), "1.4fr left")]
    yield table([*head, (_("Files"), "1fr left")], rows)


def _ground(ground: Ground) -> list[str]:
    return [str(ground.label), ground.note or NONE, "\n".join(file.name for file in ground.files) or NONE]


def _account(account: Account) -> Iterator[Block]:
    result = account.row.result
    yield heading(_("Account %(number)s") % {"number": account.row.incident.masked})
    head = [(_("When"), "auto left"), (_("What"), "1fr left"), (_("Component"), "1fr left")]
    head += [(_("How it is worked out (yen)"), "1.8fr left"), (_("Loss"), "auto right")]
    lines = [[*_line(line), yen(line.loss)] for line in account.lines]
    yield table(head, [*lines, [_("Together"), "", "", "", yen(result["loss"])]], totals=1)
    yield heading(_("Cash by the policy"))
    head = [(_("Component"), "1fr left"), (_("Loss"), "auto right"), (_("Share"), "auto right")]
    parts = [
        [part.name, yen(part.loss), NONE if part.percent is None else f"{quantity(part.percent)} %", yen(part.payable)]
        for part in account.components
    ]
    total = [_("Together"), "", "", yen(result["compensation"]["cash"])]
    yield table([*head, (_("Payable"), "auto right")], [*parts, total], totals=1)
    yield heading(_("Restoration, in money"))
    head = [(_("What changes hands"), "1fr left"), (_("How it is worked out (yen)"), "1.4fr left")]
    items = [[item.what, item.working, yen(item.worth)] for item in account.restoration]
    items.append([_("Solatium"), "", yen(account.row.inputs["policy"].get("solatium", "0"))])
    if result["restoration"]["reduction"] != "0":
        items.append([_("Reduction"), "", yen("-" + result["restoration"]["reduction"])])
    items.append([_("Together"), "", yen(result["compensation"]["restoration"])])
    yield table([*head, (_("Worth"), "auto right")], items, totals=1)
    yield heading(_("Inputs and prices"))
    if account.prices:
        head = [(_("Security"), "auto left"), (_("Price"), "auto right"), (_("Source"), "1fr left")]
        yield table(head, [[code, quantity(price), source] for code, price, source in account.prices])
    yield pairs([(_("SHA-256 of the inputs"), account.row.inputs_sha256)])


def _line(line: Line) -> list[str]:
    security = line.event.get("security", "")
    workings = [f"{step.text} = {yen(step.yen)}" for step in line.workings]
    return [
        f"{jp_datetime(line.at)}\n{line.event['id']}",
        f"{security} {line.type}".strip() + f"\n{line.attribution}",
        str(line.component),
        "\n".join(workings) or NONE,
    ]
