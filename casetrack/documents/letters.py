"""The letters of a case: confirmation, refusal, offer, settlement. Each is composed after the act that it tells of."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casetrack.assessment.figures import FIGURES
from casetrack.assessment.statement import PLAIN_COMPONENTS, parts_of
from casetrack.audit.models import Entry
from casetrack.cases.models import Case
from casetrack.documents.blocks import Block, content, figure, heading, pairs, paragraph, quote, steps, table
from casetrack.documents.loss import loss_statement, taxes
from casetrack.documents.models import DocumentKind
from casetrack.documents.registry import Facts, after
from casetrack.lib.formats import jp_date, jp_datetime, quantity, yen
from casetrack.negotiation.models import Offer, Settlement
from casetrack.negotiation.proposal import moves_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FINMAC = "FINMAC 0120-64-5005"


def _letter(case: Case, entry: Entry, blocks: Iterator[Block]) -> Facts:
    return content(entry.occurred_at, case.firm.name, blocks, day=jp_date(entry.occurred_at))


def _greeting(case: Case) -> Block:
    return paragraph(_("To %(name)s") % {"name": case.victim.name})


@after("cases.acknowledged")
def acknowledgement(case: Case, entry: Entry) -> list[tuple[str, Facts]]:
    return [(DocumentKind.ACKNOWLEDGEMENT, _letter(case, entry, _acknowledged(case, entry)))]


def _acknowledged(case: Case, entry: Entry) -> Iterator[Block]:
    yield _greeting(case)
    yield paragraph(_("We have your report and have begun to work on it."))
    accounts = [incident.masked for incident in case.incidents.order_by("pk")]
    yield pairs(
        [
            (_("Reference number"), case.reference),
            (_("Report received"), jp_datetime(case.opened_at)),
            (_("Confirmed"), jp_datetime(entry.occurred_at)),
            (_("Firm"), case.firm.name),
            (_("Account"), "\n".join(accounts)),
        ]
    )
    yield heading(_("What happens next"))
    yield steps(
        [
            _("We find out who used the account, and show you its trades. You say which were yours."),
            _("We work out the loss, line by line, and make you an offer or tell you why we do not."),
            _("You accept the offer, refuse it, or name an amount of your own. Nothing is agreed until you accept."),
        ]
    )
    yield paragraph(_("We never ask for a password or a PIN, and never for a fee."))


@after("cases.declined")
def refusal(case: Case, entry: Entry) -> list[tuple[str, Facts]]:
    return [(DocumentKind.REFUSAL, _letter(case, entry, _refused(case, entry)))]


def _refused(case: Case, entry: Entry) -> Iterator[Block]:
    told = case.events.filter(action="cases.declined", at=entry.occurred_at).order_by("pk").last()
    yield _greeting(case)
    yield paragraph(_("We have examined your report and do not offer compensation. These are our reasons:"))
    yield quote(told.reason if told else "")
    yield heading(_("If you do not agree"))
    yield steps(
        [
            _("Write to us and say what we have overlooked. New facts can open the case again."),
            _(
                "Ask in casetrack for the reasons in writing, or for a second review by somebody who took no part in"
                " it."
            ),
            _("Turn to an outside body, for example %(body)s.") % {"body": FINMAC},
        ]
    )


@after("negotiation.offer_approved")
def offer(case: Case, entry: Entry) -> list[tuple[str, Facts]]:
    """The offer, and before it the statement of loss that it rests on, unless that was given out already."""
    made = Offer.objects.get(case=case, number=entry.data["offer"])
    found = []
    run = made.assessment
    if run is not None and not case.documents.filter(kind=DocumentKind.STATEMENT, facts__run=run.number).exists():
        found.append((DocumentKind.STATEMENT.value, loss_statement(run, entry.occurred_at)))
    found.append((DocumentKind.OFFER.value, _letter(case, entry, _offered(case, made))))
    return found


def _offered(case: Case, made: Offer) -> Iterator[Block]:
    yield _greeting(case)
    yield paragraph(_("For the loss that the unauthorized trades have caused you, we offer you:"))
    until = _("Open for your answer until %(moment)s") % {"moment": jp_datetime(made.valid_until)}
    yield figure(_("Offer %(number)s") % {"number": made.number}, yen(made.amount), until)
    yield pairs(_figures(made))
    yield from _scope(made)
    yield heading(_("How the amount is made up"))
    yield _parts(made)
    yield from _besides(made)
    yield heading(_("Our reasons"))
    yield quote(made.reasons)
    if made.assessment:
        yield paragraph(
            _("The calculation is in statement of loss %(number)s, line by line.") % {"number": made.assessment.number}
        )
    yield heading(_("How you can answer"))
    yield steps(
        [
            _("Open casetrack from your own bookmark, sign in, and open this case. There is no link in this letter."),
            _("Accept the offer, refuse it, or name an amount of your own with your reasons."),
            _("You do not have to answer at once. If the time ends without an answer, you have agreed to nothing."),
        ]
    )
    yield from taxes()


def _figures(made: Offer) -> "Iterator[tuple[StrOrPromise, StrOrPromise]]":
    """The loss and what the policy gives for it, beside what is offered: each by its own name."""
    if made.assessment is not None:
        yield FIGURES["loss"], yen(made.assessment.loss)
        yield FIGURES["assessed"], yen(made.assessment.due)
    yield FIGURES["offered"], yen(made.amount)


def _parts(made: Offer) -> Block:
    rows: list[tuple[StrOrPromise, str]] = [
        (words, yen(amount)) for words, amount in parts_of(made.components, PLAIN_COMPONENTS)
    ]
    rows.append((_("Together"), yen(made.amount)))
    return table([(_("Component"), "1fr left"), (_("Amount"), "auto right")], rows, totals=1)


def _scope(made: Offer) -> Iterator[Block]:
    """What the offer is about, where that is not everything."""
    if made.is_partial:
        yield heading(_("A part of the loss"))
        yield steps([str(PLAIN_COMPONENTS[name]) for name in made.settles])
        yield paragraph(
            _("Only these parts are settled by it. The others stay in dispute: about them nobody gives anything up.")
        )
    if made.builds_on:
        rows: list[tuple[StrOrPromise, StrOrPromise]] = [
            (_("Offer %(number)s") % {"number": number}, "\n".join(str(PLAIN_COMPONENTS[name]) for name in names))
            for number, names in made.builds_on.items()
        ]
        yield heading(_("Settled in part before"))
        yield pairs(rows)
        yield paragraph(_("What was settled before is paid besides; it is not in this amount."))


def _besides(made: Offer) -> Iterator[Block]:
    """Why a part is not what was assessed, and what there is besides money."""
    reasons = [(PLAIN_COMPONENTS.get(name, name), text) for name, text in made.component_reasons.items()]
    if reasons:
        yield heading(_("Why parts of it differ from the calculation"))
        yield pairs(reasons)
    rows: list[tuple[StrOrPromise, StrOrPromise]] = []
    for move in moves_of(made.in_kind):
        said = _("%(security)s to you") if move.is_to_customer else _("%(security)s back to the firm")
        rows.append((said % {"security": move.security}, quantity(move.units)))
    if made.waived:
        rows.append((_("Margin deficit that is waived"), yen(made.waived)))
    if made.conditions:
        rows.append((_("Conditions"), made.conditions))
    rows += [(_("Relies on the file"), f"{file['name']}\n{file['sha256']}") for file in made.relied_on]
    if rows:
        yield heading(_("Besides the money"))
        yield pairs(rows)


@after("negotiation.offer_accepted")
@after("negotiation.part_agreed")
@after("negotiation.countersigned")
def settlement(case: Case, entry: Entry) -> list[tuple[str, Facts]]:
    found = Settlement.objects.select_related("offer__assessment", "countersignature__signed_by__membership")
    agreed = found.get(case=case, offer__number=entry.data["offer"])
    facts = dict(_letter(case, entry, _settled(case, entry, agreed)))
    if _signed_at(agreed, entry):
        facts |= {"title": _("Settlement agreement, countersigned"), "is_countersigned": True}
    return [(DocumentKind.SETTLEMENT, facts)]


def _signed_at(agreed: Settlement, entry: Entry) -> dt.datetime | None:
    """When the firm countersigned, as of the entry."""
    signature = getattr(agreed, "countersignature", None)
    return signature.signed_at if signature and signature.signed_at <= entry.occurred_at else None


def _clauses(agreed: Settlement) -> Iterator[str]:
    yield _("The firm pays the agreed amount to the customer in full, without deducting any fee.")
    if agreed.is_partial:
        yield _(
            "With this payment the parts of the loss that are named above are settled, fully and finally: neither asks"
            " the other for more of them."
        )
        yield _("About all other parts the negotiation goes on, and neither has given up anything of them.")
        yield _("The customer confirms in casetrack that the money has arrived.")
        return
    yield _(
        "With this payment everything between the two that comes from the unauthorized trades of this case is settled,"
        " fully and finally: neither asks the other for more."
    )
    if agreed.offer.builds_on:
        yield _("What was settled in part before is paid as it was agreed then.")
    yield _("What is not part of this case stays as it is, and so does what the law does not let anybody give up.")
    yield _("The customer confirms in casetrack that the money has arrived. Only then is the case closed.")


def _settled(case: Case, entry: Entry, agreed: Settlement) -> Iterator[Block]:
    run, signed_at = agreed.offer.assessment, _signed_at(agreed, entry)
    yield paragraph(_("The parties named below have agreed on the following."))
    yield pairs(
        [
            (_("Firm"), case.firm.name),
            (_("Customer"), _("The customer of case %(reference)s") % {"reference": case.reference}),
            (_("Accepted by the customer"), jp_datetime(agreed.agreed_at)),
            (_("Countersigned by the firm"), jp_datetime(signed_at) if signed_at else _("not yet")),
            (_("May be taken back by the customer until"), jp_datetime(agreed.revocable_until)),
        ]
    )
    yield figure(_("Agreed amount"), yen(agreed.amount))
    yield from _scope(agreed.offer)
    yield heading(_("How the amount is made up"))
    yield _parts(agreed.offer)
    yield from _besides(agreed.offer)
    yield heading(_("What is agreed"))
    yield steps(list(_clauses(agreed)))
    yield heading(_("What it rests on"))
    rows: list[tuple[StrOrPromise, StrOrPromise]] = [(_("Offer"), str(agreed.offer.number))]
    if run is not None:
        rows += [
            (_("Statement of loss"), str(run.number)),
            (_("Valuation date"), jp_date(run.valuation_on)),
            (FIGURES["loss"], yen(run.loss)),
            (FIGURES["assessed"], yen(run.due)),
        ]
    rows.append((_("SHA-256 of the terms"), f"{agreed.terms_sha256[:32]}\n{agreed.terms_sha256[32:]}"))
    yield pairs(rows)
    yield paragraph(_("This agreement is given out in Japanese and in English, from the same terms."))
