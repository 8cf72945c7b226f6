"""A case's timeline in words: one sentence per step for the victim and one for the firm's people."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casetrack.cases.models import Case, Event
from casetrack.cases.permissions import role_in
from casetrack.cases.workflow import MEDIATOR, VICTIM, Status
from casetrack.firms.models import membership_of
from casetrack.lib.formats import colon, jp_date
from casetrack.people.models import INSIDE, Role, User

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Sentence:
    """What a step is called. `tone` colors it; `reason_public`: the victim reads the reason that was given."""

    public: "StrOrPromise"
    staff: "StrOrPromise"
    tone: str = ""
    reason_public: bool = True


@dataclass(frozen=True)
class Row:
    """One step as its reader sees it: when, who, what, and the reason that was given."""

    at: dt.datetime
    who: str
    title: "StrOrPromise"
    note: str
    tone: str


SENTENCES: dict[str, Sentence] = {
    "cases.submitted": Sentence(
        _("You handed in your report"), pgettext_lazy("staff", "The customer handed in the report")
    ),
    "intake.fact_added": Sentence(
        _("You added something to your report"), pgettext_lazy("staff", "The customer added to the report")
    ),
    "intake.trade_placed": Sentence(
        _("The firm found out in which account a trade of your report was"),
        pgettext_lazy("staff", "Account of a reported trade found out"),
        "idle",
    ),
    "intake.answer_corrected": Sentence(
        _("You put an answer of your report right"),
        pgettext_lazy("staff", "The customer put an answer of the report right"),
    ),
    "cases.opened_by_firm": Sentence(
        _("The firm opened this case because it found an unauthorized access"),
        pgettext_lazy("staff", "The firm opened the case"),
    ),
    "cases.taken_by_telephone": Sentence(
        _("The firm took down your report on the telephone"),
        pgettext_lazy("staff", "The report was taken down on the telephone"),
        reason_public=False,
    ),
    "cases.found_by_firm": Sentence(
        _("The firm found the unauthorized access too"),
        pgettext_lazy("staff", "The firm's own file names the access too"),
    ),
    "cases.victim_invited": Sentence(
        _("You were invited to follow this case here"), pgettext_lazy("staff", "The customer was invited"), "waiting"
    ),
    "cases.claimed": Sentence(
        _("You took over this case with a code from the firm"), pgettext_lazy("staff", "The customer claimed the case")
    ),
    "cases.claim_code_issued": Sentence(
        _("The firm made a code for you"),
        pgettext_lazy("staff", "Code made for the customer to take over the case"),
        "idle",
    ),
    "cases.acknowledged": Sentence(
        _("The firm confirmed that it has your report"), pgettext_lazy("staff", "Report acknowledged")
    ),
    "cases.assigned": Sentence(
        _("The firm named somebody to work on your case"), pgettext_lazy("staff", "Case assigned"), "idle"
    ),
    "cases.investigation_started": Sentence(
        _("The firm began its investigation"), pgettext_lazy("staff", "Investigation started")
    ),
    "cases.victim_asked": Sentence(
        _("The firm asked you a question"), pgettext_lazy("staff", "Question sent to the customer"), "waiting"
    ),
    "cases.firm_answered": Sentence(
        _("You answered the firm's question"), pgettext_lazy("staff", "The customer answered the question")
    ),
    "cases.resumed": Sentence(
        _("The firm goes on without waiting for your answer"),
        pgettext_lazy("staff", "Resumed without an answer"),
        reason_public=False,
    ),
    "cases.access_confirmed": Sentence(
        _("The firm confirmed that somebody else used your account"),
        pgettext_lazy("staff", "Unauthorized access confirmed"),
        "good",
        reason_public=False,
    ),
    "cases.access_refuted": Sentence(
        _("The firm found no unauthorized access"), pgettext_lazy("staff", "Unauthorized access refuted"), "stop"
    ),
    "cases.access_reported": Sentence(
        _("The firm looks at the access again"), pgettext_lazy("staff", "Decision on the access taken back")
    ),
    "cases.account_number_read": Sentence(
        _("The firm looked up your account number"), pgettext_lazy("staff", "Full account number read"), "idle"
    ),
    "cases.bank_account_changed": Sentence(
        _("You entered or changed your bank details"),
        pgettext_lazy("staff", "The customer entered or changed the bank details"),
        "waiting",
    ),
    "cases.bank_alarm_raised": Sentence(
        _("You said that the bank details were not yours; payments are stopped"),
        pgettext_lazy("staff", "The customer stopped payments: the bank details were not theirs"),
        "alert",
    ),
    "cases.bank_alarm_cleared": Sentence(
        _("The firm telephoned you about the bank details; payments may go on"),
        pgettext_lazy("staff", "Bank details confirmed by telephone"),
        "good",
    ),
    "cases.bank_number_read": Sentence(
        _("The firm looked up your bank account number"),
        pgettext_lazy("staff", "Full bank account number read"),
        "idle",
    ),
    "cases.executions_decided": Sentence(
        _("The firm decided which trades were not yours"), pgettext_lazy("staff", "Executions decided")
    ),
    "cases.executions_answered": Sentence(
        _("You said which trades were yours"), pgettext_lazy("staff", "The customer answered “Was this you?”")
    ),
    "cases.answers_undone": Sentence(
        _("You took answers back that you had given for many trades"),
        pgettext_lazy("staff", "The customer took back answers given for many trades"),
        "idle",
    ),
    "cases.decisions_undone": Sentence(
        _("The firm took back decisions that it had made for many trades"),
        pgettext_lazy("staff", "Decisions for many executions taken back"),
        "idle",
    ),
    "cases.trades_claimed": Sentence(
        _("You reported further trades that were not yours"),
        pgettext_lazy("staff", "The customer reported further trades"),
    ),
    "cases.trade_linked": Sentence(
        _("The firm matched a trade that you reported"), pgettext_lazy("staff", "Reported trade linked"), "idle"
    ),
    "assessment.reduction_proposed": Sentence(
        _("The firm weighs whether to reduce the amount"), pgettext_lazy("staff", "Reduction proposed"), "idle"
    ),
    "assessment.reduction_approved": Sentence(
        _("The firm decided to reduce the amount"), pgettext_lazy("staff", "Reduction approved")
    ),
    "assessment.reduction_returned": Sentence(
        _("The firm weighs whether to reduce the amount"), pgettext_lazy("staff", "Reduction returned"), "idle"
    ),
    "assessment.reduction_dropped": Sentence(
        _("The firm no longer reduces the amount"), pgettext_lazy("staff", "Reduction dropped"), "idle"
    ),
    "assessment.valuation_proposed": Sentence(
        _("A valuation date was proposed"), pgettext_lazy("staff", "Valuation date proposed"), "waiting"
    ),
    "assessment.valuation_accepted": Sentence(
        _("The valuation date was agreed"), pgettext_lazy("staff", "Valuation date agreed"), "good"
    ),
    "assessment.valuation_declined": Sentence(
        _("The proposed valuation date was declined"), pgettext_lazy("staff", "Valuation date declined"), "stop"
    ),
    "assessment.assessed": Sentence(
        _("The firm worked out the loss"), pgettext_lazy("staff", "Loss assessed"), reason_public=False
    ),
    "assessment.assessed_again": Sentence(
        _("The firm worked out the loss again"), pgettext_lazy("staff", "Loss assessed again"), reason_public=False
    ),
    "cases.returned_to_investigation": Sentence(
        _("The firm went back to its investigation"),
        pgettext_lazy("staff", "Returned to the investigation"),
        reason_public=False,
    ),
    "negotiation.offer_prepared": Sentence(
        _("The firm is preparing an offer"), pgettext_lazy("staff", "Offer prepared"), "idle"
    ),
    "negotiation.offer_returned": Sentence(
        _("The firm is reworking its offer"), pgettext_lazy("staff", "Offer returned by the approver"), "idle"
    ),
    "negotiation.offer_discarded": Sentence(
        _("The firm is reworking its offer"), pgettext_lazy("staff", "Prepared offer discarded"), "idle"
    ),
    "negotiation.offer_approved": Sentence(
        _("The firm made you an offer"), pgettext_lazy("staff", "Offer approved and opened"), "waiting"
    ),
    "negotiation.offer_withdrawn": Sentence(
        _("The firm took its offer back"), pgettext_lazy("staff", "Offer taken back"), "stop"
    ),
    "negotiation.offer_lapsed": Sentence(
        _("The time to answer the offer ran out"), pgettext_lazy("staff", "Offer lapsed"), "stop"
    ),
    "negotiation.offer_refused": Sentence(
        _("You refused the offer"), pgettext_lazy("staff", "The customer refused the offer"), "stop"
    ),
    "negotiation.counter_offer_made": Sentence(
        _("You named an amount of your own"), pgettext_lazy("staff", "The customer made a counter-offer"), "waiting"
    ),
    "negotiation.offer_accepted": Sentence(
        _("You accepted the offer"), pgettext_lazy("staff", "The customer accepted the offer"), "good"
    ),
    "negotiation.part_agreed": Sentence(
        _("You accepted the offer for a part; the rest stays in dispute"),
        pgettext_lazy("staff", "The customer accepted the offer for a part"),
        "good",
    ),
    "negotiation.part_revoked": Sentence(
        _("You took back your acceptance for a part"),
        pgettext_lazy("staff", "The customer took back the acceptance for a part"),
        "stop",
    ),
    "negotiation.part_paid": Sentence(
        _("The firm paid what was settled in part"), pgettext_lazy("staff", "Payment of a part recorded"), "good"
    ),
    "negotiation.part_covered": Sentence(
        _("What was settled in part had been paid ahead: nothing is left to be paid"),
        pgettext_lazy("staff", "Part recorded as paid ahead in full"),
        "good",
    ),
    "negotiation.part_payment_failed": Sentence(
        _("The payment of a part came back to the firm; it pays again"),
        pgettext_lazy("staff", "Payment of a part came back"),
        "stop",
    ),
    "negotiation.part_payment_shown": Sentence(
        _("The firm showed that it has paid the part"), pgettext_lazy("staff", "Payment of a part shown"), "good"
    ),
    "negotiation.part_receipt_denied": Sentence(
        _("You said that the money for a part is missing"),
        pgettext_lazy("staff", "The customer says that the money for a part is missing"),
        "alert",
    ),
    "negotiation.part_received": Sentence(
        _("You confirmed that the money for a part arrived"),
        pgettext_lazy("staff", "The customer confirmed the receipt of a part"),
        "good",
    ),
    "negotiation.countersigned": Sentence(
        _("The firm countersigned the settlement"), pgettext_lazy("staff", "Settlement countersigned"), "good"
    ),
    "negotiation.acceptance_revoked": Sentence(
        _("You took your acceptance back"), pgettext_lazy("staff", "The customer took the acceptance back"), "stop"
    ),
    "negotiation.measure_proposed": Sentence(
        _("The firm weighs helping you ahead"),
        pgettext_lazy("staff", "Interim help proposed"),
        "idle",
        reason_public=False,
    ),
    "negotiation.measure_returned": Sentence(
        _("The firm weighs helping you ahead"),
        pgettext_lazy("staff", "Interim help returned"),
        "idle",
        reason_public=False,
    ),
    "negotiation.measure_approved": Sentence(
        _("The firm helps you while the case runs"), pgettext_lazy("staff", "Interim help approved"), "good"
    ),
    "negotiation.measure_paid": Sentence(
        _("The firm paid you money ahead"), pgettext_lazy("staff", "Provisional payment made"), "good"
    ),
    "negotiation.measure_ended": Sentence(
        _("The firm ended its help while the case runs"), pgettext_lazy("staff", "Interim help ended"), "stop"
    ),
    "negotiation.reasons_asked": Sentence(
        _("You asked the firm for its reasons in writing"),
        pgettext_lazy("staff", "The customer asked for the reasons in writing"),
        "waiting",
    ),
    "negotiation.reasons_given": Sentence(
        _("The firm gave you its reasons in writing"), pgettext_lazy("staff", "Reasons given in writing")
    ),
    "negotiation.review_asked": Sentence(
        _("You asked that somebody else at the firm looks at the case"),
        pgettext_lazy("staff", "The customer asked for a second review"),
        "waiting",
    ),
    "negotiation.review_upheld": Sentence(
        _("Somebody else at the firm looked at the case and came to the same result"),
        pgettext_lazy("staff", "Second review: the same result"),
    ),
    "negotiation.review_changed": Sentence(
        _("Somebody else at the firm looked at the case and came to another result"),
        pgettext_lazy("staff", "Second review: another result"),
        "good",
    ),
    "negotiation.legal_basis_recorded": Sentence(
        _("The firm is clearing on what legal basis it pays"), pgettext_lazy("staff", "Legal basis recorded"), "idle"
    ),
    "negotiation.legal_basis_checked": Sentence(
        _("The legal basis of the payment is clear"), pgettext_lazy("staff", "Legal basis checked"), "good"
    ),
    "negotiation.legal_basis_returned": Sentence(
        _("The firm is clearing on what legal basis it pays"), pgettext_lazy("staff", "Legal basis returned"), "idle"
    ),
    "negotiation.restoration_instructed": Sentence(
        _("The firm prepares to move the shares"), pgettext_lazy("staff", "Back office instructed"), "idle"
    ),
    "negotiation.restoration_done": Sentence(
        _("The firm moved the agreed shares"), pgettext_lazy("staff", "Shares moved"), "good"
    ),
    "negotiation.transfer_made": Sentence(
        _("The firm prepares the payment"), pgettext_lazy("staff", "Put into a transfer batch"), "idle"
    ),
    "negotiation.transfer_approved": Sentence(
        _("The firm prepares the payment"), pgettext_lazy("staff", "Transfer batch approved"), "idle"
    ),
    "negotiation.transfer_taken_back": Sentence(
        _("The firm prepares the payment"),
        pgettext_lazy("staff", "Transfer batch taken back"),
        "idle",
        reason_public=False,
    ),
    "negotiation.payment_recorded": Sentence(
        _("The firm paid the agreed amount"), pgettext_lazy("staff", "Payment recorded"), "good"
    ),
    "negotiation.payment_failed": Sentence(
        _("The payment came back to the firm; it pays again"), pgettext_lazy("staff", "Payment came back"), "stop"
    ),
    "negotiation.receipt_denied": Sentence(
        _("You said that the money is missing"),
        pgettext_lazy("staff", "The customer says that the money is missing"),
        "alert",
    ),
    "negotiation.payment_shown": Sentence(
        _("The firm showed that it has paid"), pgettext_lazy("staff", "Payment shown"), "good"
    ),
    "negotiation.receipt_confirmed": Sentence(
        _("You confirmed that the money arrived; the case is closed"),
        pgettext_lazy("staff", "The customer confirmed the receipt; case closed"),
        "good",
    ),
    "notifications.offer_reminded": Sentence(
        _("A reminder: the firm's offer ends soon"),
        pgettext_lazy("staff", "The customer was reminded of the offer"),
        "waiting",
    ),
    "notifications.question_reminded": Sentence(
        _("A reminder: the firm's question waits for your answer"),
        pgettext_lazy("staff", "The customer was reminded of the question"),
        "waiting",
    ),
    "evidence.file_added": Sentence(_("A file was added"), pgettext_lazy("staff", "File added")),
    "evidence.file_refused": Sentence(
        _("A file was refused: the virus scan found something harmful"),
        pgettext_lazy("staff", "File refused by the virus scan"),
        "stop",
    ),
    "evidence.requested": Sentence(
        _("The firm asked you for evidence"), pgettext_lazy("staff", "Evidence asked for"), "waiting"
    ),
    "evidence.request_answered": Sentence(
        _("You answered what the firm had asked you for"),
        pgettext_lazy("staff", "The customer answered what was asked for"),
    ),
    "evidence.request_withdrawn": Sentence(
        _("The firm no longer asks you for this"), pgettext_lazy("staff", "What was asked for was taken back"), "idle"
    ),
    "correspondence.message_sent": Sentence(_("A message was sent"), pgettext_lazy("staff", "Message sent")),
    "correspondence.note_written": Sentence(
        _("The firm made a note"), pgettext_lazy("staff", "Internal note written"), "idle", reason_public=False
    ),
    "cases.clock_warned": Sentence(
        _("A target day of the firm is near"), pgettext_lazy("staff", "A clock runs out soon"), "waiting"
    ),
    "cases.clock_breached": Sentence(
        _("A target day of the firm has passed"), pgettext_lazy("staff", "A clock has run out"), "stop"
    ),
    "cases.extension_requested": Sentence(
        _("The firm asked you for more time"), pgettext_lazy("staff", "More time asked for"), "waiting"
    ),
    "cases.extension_agreed": Sentence(
        _("You agreed to more time for the firm"), pgettext_lazy("staff", "The customer agreed to more time"), "good"
    ),
    "cases.extension_declined": Sentence(
        _("You declined more time for the firm; its target stays"),
        pgettext_lazy("staff", "The customer declined more time; the target stays"),
        "stop",
    ),
    "cases.closed": Sentence(_("The firm closed the case"), pgettext_lazy("staff", "Case closed"), "idle"),
    "cases.declined": Sentence(_("The firm declined the case"), pgettext_lazy("staff", "Case declined"), "stop"),
    "cases.withdrawn": Sentence(
        _("You withdrew the case"), pgettext_lazy("staff", "The customer withdrew the case"), "idle"
    ),
    "cases.escalated": Sentence(
        _("You turned to an outside body"), pgettext_lazy("staff", "The customer turned to an outside body"), "waiting"
    ),
    "cases.negotiation_resumed": Sentence(
        _("The firm went back to the negotiation"), pgettext_lazy("staff", "Returned to the negotiation")
    ),
    "cases.reopened": Sentence(_("The firm opened the case again"), pgettext_lazy("staff", "Case reopened")),
}
UNKNOWN = Sentence(_("A step was taken"), pgettext_lazy("staff", "Another step"), "idle", reason_public=False)


# What is to be done by the day of each clock.
CLOCKS: dict[str, "StrOrPromise"] = {
    Status.SUBMITTED: pgettext_lazy("ledger", "Confirm that the report arrived"),
    Status.ACKNOWLEDGED: pgettext_lazy("ledger", "Begin the investigation"),
    Status.INVESTIGATING: pgettext_lazy("ledger", "Find out what happened and work out the loss"),
    Status.ASSESSED: pgettext_lazy("ledger", "Make an offer"),
    Status.NEGOTIATING: pgettext_lazy("ledger", "Come to an agreement, or to a new offer"),
    Status.AGREED: pgettext_lazy("ledger", "Pay the agreed amount"),
    Status.COMPENSATED: pgettext_lazy("ledger", "Confirm that the money arrived"),
    "first_answer": pgettext_lazy("ledger", "Give a first answer to the matter itself"),
    "counter_answer": pgettext_lazy("ledger", "Answer the customer's amount"),
    "reasons": pgettext_lazy("ledger", "Give the reasons in writing"),
    "second_review": pgettext_lazy("ledger", "Have somebody else look at the case"),
    "part_payment": pgettext_lazy("ledger", "Pay what was settled in part"),
    "proposal_firm": pgettext_lazy("ledger", "Answer the mediation body's proposal"),
    "proposal_victim": pgettext_lazy("ledger", "Answer the mediation body's proposal"),
}


def _who(event: Event, case: Case, *, for_victim: bool, is_inside: bool) -> str:
    if event.actor_role == VICTIM:
        return gettext("You") if for_victim else case.victim.name
    if event.actor_role == "system":
        return gettext("Automatically")
    if event.actor_role == MEDIATOR:
        return str(event.body or event.actor.body_membership.body)
    membership = membership_of(event.actor) if is_inside else None
    return f"{membership} ({membership.get_role_display()})" if membership else case.firm.name


def subject_of(event: Event) -> str:
    """Which clock a step is about, the business days of an extension, and the offer that settled a part, in words; ""
    for any other step."""
    said = [str(CLOCKS.get(event.clock, ""))]
    if event.clock and event.days:
        said += [ngettext("%(days)s business day", "%(days)s business days", event.days) % {"days": event.days}]
    if event.offer is not None:
        said += [gettext("Offer %(number)s") % {"number": event.offer}]
    return colon().join(filter(None, said))


def _words(event: Event) -> str:
    """What the actor wrote; a step about a valuation date begins with the date, here as the reader writes it."""
    day, _mark, words = event.reason.partition(": ")
    if not event.action.startswith("assessment.valuation_"):
        return event.reason
    return colon().join(filter(None, [jp_date(dt.date.fromisoformat(day)), words]))


def timeline(case: Case, *, user: User) -> list[Row]:
    """The steps of a case that `user` may know of, oldest first. Two queries at most, whatever the case.

    The firm's people and the system read all; the victim the public ones in words of their own; a mediator the public
    ones in the staff's words. Names of the firm's people are for the firm alone.
    """
    if user.role == Role.MEDIATOR:
        return open_timeline(case)
    is_inside, for_victim = user.role in INSIDE, role_in(user, case) == VICTIM
    events = Event.objects.filter(case=case)
    return _rows(case, events if is_inside else events.filter(is_public=True), for_victim, is_inside)


def open_timeline(case: Case) -> list[Row]:
    """The public steps in words for neither side: what a mediator reads, and what goes out with a file of the case."""
    return _rows(case, Event.objects.outside(case), for_victim=False, is_inside=False)


def _rows(case: Case, events: "QuerySet[Event]", for_victim: bool, is_inside: bool) -> list[Row]:
    related = ("body", "actor__membership__firm", "actor__body_membership__body")
    rows = []
    for event in events.select_related(*related).order_by("at", "id"):
        sentence = SENTENCES.get(event.action, UNKNOWN)
        shows_reason = sentence.reason_public or is_inside
        rows.append(
            Row(
                at=event.at,
                who=_who(event, case, for_victim=for_victim, is_inside=is_inside),
                title=sentence.public if for_victim else sentence.staff,
                note="\n".join(filter(None, [subject_of(event), _words(event) if shows_reason else ""])),
                tone=sentence.tone,
            )
        )
    return rows
