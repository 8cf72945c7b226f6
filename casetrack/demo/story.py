"""A case told step by step, each step by calling the service that the pages call."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from casetrack.assessment.models import Assessment, Reduction
from casetrack.assessment.services import (
    Entered,
    Said,
    answer_date,
    approve_reduction,
    propose_date,
    propose_reduction,
    run_assessment,
)
from casetrack.cases.models import Case, CompromisedAccount
from casetrack.cases.services import (
    IncidentFacts,
    answer_executions,
    assign_case,
    confirm_access,
    decide_executions,
    open_case,
    perform,
)
from casetrack.correspondence.services import send_message
from casetrack.demo.cast import Cast
from casetrack.ledger.models import Execution
from casetrack.ledger.services import import_ledger
from casetrack.lib.clock import tokyo, travel_to
from casetrack.mediation.services import close_case, decline_case, withdraw_case
from casetrack.negotiation.bases import Basis
from casetrack.negotiation.models import Countersignature, Offer, Payment, Settlement
from casetrack.negotiation.partial import names_in, settled_parts
from casetrack.negotiation.proposal import Proposal, assessed_parts, at_amount, expected_parts, parts_in
from casetrack.negotiation.services import (
    accept_offer,
    approve_offer,
    check_legal_basis,
    confirm_receipt,
    counter_offer,
    countersign,
    fail_payment,
    prepare_offer,
    record_legal_basis,
    record_payment,
    revoke_acceptance,
)
from casetrack.negotiation.services.legal import basis_of
from casetrack.notifications.clock_watch import tell

HEADER = (
    "account,execution_id,executed_at,type,side,security,quantity,price,unit,currency,fx,settled_in,"
    "fees,tax,interest,open_price,amount,attribution\n"
)
# What a case ends by: an offer ends with it, and a mediation may hold it back.
ENDINGS: dict[str, Callable[..., Case]] = {"close": close_case, "decline": decline_case, "withdraw": withdraw_case}
# Example A of docs/assessment.md: the investor of 16 April 2025.
EXAMPLE_A = HEADER + (
    "{account},o1,2025-04-01T00:00:00+09:00,opening_position,,SP500F,20000000,,10000,,,,,,,,,\n"
    "{account},u1,2025-04-16T09:03:00+09:00,margin_open,long,6182,200000,250,,,,,,,,,,\n"
    "{account},c1,2025-04-16T13:20:00+09:00,margin_close,long,6182,200000,120,,,,,1000,,3500,250,,\n"
    "{account},l1,2025-04-21T10:00:00+09:00,sell,,SP500F,10000000,26010,10000,,,,,,,,,\n"
)
DECISIONS_A = {"u1": "unauthorized", "c1": "mitigation", "l1": "liquidation"}
ANSWERS_A = {"u1": "no", "c1": "yes", "l1": "not_sure"}
PRICES_A = {"SP500F": Decimal(28000), "6182": Decimal(118)}
# Example B: own shares sold to buy a planted issue, part of it sold again by the customer.
EXAMPLE_B = HEADER + (
    "{account},o1,2025-04-01T00:00:00+09:00,opening_position,,7203,1000,,,,,,,,,,,\n"
    "{account},o2,2025-04-01T00:00:00+09:00,opening_cash,,,,,,,,,,,,,100000,\n"
    "{account},s1,2025-04-16T09:10:00+09:00,sell,,7203,1000,2500,,,,,500,,,,,\n"
    "{account},b1,2025-04-16T09:12:00+09:00,buy,,7992,20000,128,,,,,600,,,,,\n"
    "{account},s2,2025-04-17T10:00:00+09:00,sell,,7992,12000,112,,,,,300,,,,,\n"
)
DECISIONS_B = {"s1": "unauthorized", "b1": "unauthorized", "s2": "mitigation"}
PRICES_B = {"7203": Decimal(2700), "7992": Decimal(105)}


@dataclass
class Story:
    """One case on its way. Each method is one act at `at` plus the days gone by; they return the story itself."""

    cast: Cast
    victim: str = "vera"
    firm: str = "MINATO"
    account: str = "0123-4567890"
    at: dt.datetime = field(default_factory=lambda: tokyo(2025, 4, 16, 18, 30))
    ledger: str = EXAMPLE_A
    decisions: dict[str, str] = field(default_factory=lambda: dict(DECISIONS_A))
    prices: dict[str, Decimal] = field(default_factory=lambda: dict(PRICES_A))
    first_access_at: dt.datetime = field(default_factory=lambda: tokyo(2025, 4, 16, 8, 55))
    investigator: str = "ivan"
    approver: str = "alma"
    intake: str = "fiona"
    case: Case = field(init=False)
    reduction: Reduction = field(init=False)
    run: Assessment = field(init=False)
    offer: Offer = field(init=False)
    settlement: Settlement = field(init=False)
    payment: Payment = field(init=False)

    def __post_init__(self) -> None:
        if self.firm == "AOZORA":
            self.investigator, self.approver, self.intake = "iris", "bruno", "iris"

    def user(self, name: str) -> Any:
        return self.cast.user[name]

    @property
    def incident(self) -> CompromisedAccount:
        return self.case.incidents.get()

    def wait(self, days: float) -> "Story":
        self.at += dt.timedelta(days=days)
        return self

    def reported(self, **facts: Any) -> "Story":
        incident: IncidentFacts = {
            "number": self.account,
            "kinds": ["specified", "margin"],
            "vector": "unknown",
            "first_access_at": None,
            "noticed_at": tokyo(2025, 4, 16, 9, 5),
            "noticed_how": "notification",
            "told_firm_at": tokyo(2025, 4, 16, 9, 20),
            "freeze_asked_at": tokyo(2025, 4, 16, 9, 20),
            "firm_answer": "refused",
            "mfa_offered": "not_used",
            "trades": [
                {
                    "side": "buy", "security": "6182 DesignOne Japan", "traded_on": dt.date(2025, 4, 16),
                    "quantity": Decimal(200000), "amount": Decimal(50000000), "on_margin": True,
                }
            ],
            **facts,  # type: ignore[typeddict-item]
        }  # fmt: skip
        with travel_to(self.at):
            self.case = open_case(
                firm=self.cast.firm[self.firm],
                victim=self.cast.victim[self.victim],
                opened_by="victim",
                incidents=[incident],
                actor=self.user(self.victim),
                language=self.cast.victim[self.victim].language,
            )
        return self

    def does(self, who: str, action: str, reason: str = "") -> "Story":
        with travel_to(self.at):
            if action in ENDINGS:
                ENDINGS[action](self.case, actor=self.user(who), reason=reason)
            else:
                perform(self.case, action, actor=self.user(who), reason=reason)
        return self

    def acknowledged(self) -> "Story":
        self.does(self.intake, "acknowledge")
        with travel_to(self.at):
            assign_case(self.case, self.user(self.investigator), actor=self.user(self.intake))
        return self

    def says(self, who: str, body: str) -> "Story":
        with travel_to(self.at):
            send_message(self.case, body, actor=self.user(who))
        return self

    def investigating(self) -> "Story":
        return self.does(self.investigator, "investigate")

    def access_confirmed(self) -> "Story":
        with travel_to(self.at):
            confirm_access(
                self.incident, first_access_at=self.first_access_at, actor=self.user(self.investigator),
                reason="見覚えのない端末からのログインが記録されています。",
            )  # fmt: skip
        return self

    def ledger_imported(self) -> "Story":
        with travel_to(self.at):
            import_ledger(
                self.case.firm, "ledger.csv", self.ledger.format(account=self.account).encode(),
                actor=self.user(self.investigator),
            )  # fmt: skip
        return self

    def executions(self) -> dict[str, Execution]:
        return {e.execution_id: e for e in Execution.objects.filter(account=self.incident.account)}

    def overdue(self) -> "Story":
        """The firm's clock ran out, and the morning after it was marked, as beat does."""
        self.case.refresh_from_db()
        assert self.case.due_at is not None  # noqa: S101  (a stage that has a clock)
        self.at = max(self.at, self.case.due_at + dt.timedelta(hours=8, minutes=15))
        tell(self.case, self.at)
        return self

    def answered(self, answers: dict[str, str]) -> "Story":
        rows = self.executions()
        with travel_to(self.at):
            answer_executions(
                self.case, {rows[name].pk: value for name, value in answers.items()}, actor=self.user(self.victim)
            )
        return self

    def decided(self) -> "Story":
        rows = self.executions()
        with travel_to(self.at):
            decide_executions(
                self.case,
                {rows[name].pk: value for name, value in self.decisions.items()},
                actor=self.user(self.investigator),
            )
        return self

    def reduction_proposed(self, share: str = "0.1", **more: Any) -> "Story":
        """A code that was typed into a false site, against a firm that had not warned."""
        said: dict[str, Any] = {
            "customer": {"code_typed": Said("ワンタイムパスワードを偽サイトに入力したとのお申し出があります。")},
            "firm": {"no_warning": Said("当社が偽サイトについて注意を呼びかけたのは、この日の後でした。")},
            "reason": "偽サイトへの入力と当社の注意喚起の遅れの両方を考えました。",
            **more,
        }
        with travel_to(self.at):
            self.reduction = propose_reduction(
                self.case, share=Decimal(share), actor=self.user(self.investigator), **said
            )
        return self

    def reduced(self, share: str = "0.1", **more: Any) -> "Story":
        """A reduction proposed by the investigator and approved by the approver."""
        self.reduction_proposed(share, **more)
        with travel_to(self.at):
            approve_reduction(self.reduction, actor=self.user(self.approver))
        return self

    def date_proposed(self, who: str, on: dt.date, reason: str, *, accepted_by: str = "") -> "Story":
        """A valuation date that `who` proposes, and the other side accepts at once if it is named."""
        with travel_to(self.at):
            proposal = propose_date(self.case, on, reason=reason, actor=self.user(who))
            if accepted_by:
                answer_date(proposal, accepts=True, actor=self.user(accepted_by))
        return self

    def assessed(
        self, on: dt.date = dt.date(2025, 5, 30), *, method: str = "", reason: str = "", **entered: Any
    ) -> "Story":
        """A run at the end of `on`, with the story's prices; `entered` are more of what was typed."""
        given = Entered(**{"prices": self.prices, "source": "運用会社・取引所の公表値（評価基準日）", **entered})
        with travel_to(self.at):
            self.run = run_assessment(
                self.case, valuation_on=on, actor=self.user(self.investigator), entered=given, method=method,
                valuation_reason=reason,
            )  # fmt: skip
        return self

    def offered(self, amount: Decimal | None = None, reasons: str = "", days: int = 14, **besides: Any) -> "Story":
        """An offer of `amount` (what the policy gives), prepared and approved; `besides` are more of a Proposal."""
        proposal = at_amount(self.run, self.run.due if amount is None else amount, "話し合いによる調整です。")
        return self._offers(replace(proposal, **besides), reasons or "当社の補償方針にもとづく金額です。", days=days)

    def _offers(self, proposal: Proposal, reasons: str, *, days: int = 14) -> "Story":
        with travel_to(self.at):
            prepared = prepare_offer(
                self.case,
                self.run,
                proposal=proposal,
                reasons=reasons,
                valid_until=self.at + dt.timedelta(days=days),
                actor=self.user(self.investigator),
            )
            self.offer = approve_offer(prepared, actor=self.user(self.approver))
        self.case.refresh_from_db()
        return self

    def part_offered(self, *names: str, reasons: str = "", **besides: Any) -> "Story":
        """An offer for the components `names` alone, at what the policy gives for them, prepared and approved."""
        parts = assessed_parts(self.run)
        return self._offers(
            Proposal({name: parts[name] for name in names}, settles=names),
            reasons or "この部分については双方の考えが一致していますので、先に補償いたします。",
            **besides,
        )

    def rest_offered(self, amount: Decimal | None = None, reasons: str = "") -> "Story":
        """An offer for all that was not settled in part before: `amount`, or what the policy gives."""
        settled = names_in(settled_parts(self.case))
        due = sum(expected_parts(self.run, (), settled).values(), Decimal(0))
        proposal = at_amount(self.run, due if amount is None else amount, "話し合いによる調整です。", settled)
        return self._offers(proposal, reasons or "残る部分についてのご提案です。")

    def countered(self, amount: Decimal, reason: str) -> "Story":
        with travel_to(self.at):
            counter_offer(self.offer, proposal=Proposal({}, total=amount), reason=reason, actor=self.user(self.victim))
        return self

    def countered_in_parts(
        self, parts: Mapping[str, Decimal], why: Mapping[str, str], reason: str, settles: tuple[str, ...] = ()
    ) -> "Story":
        """The victim's own figures for `parts`, the firm's for all others; asks to settle `settles` now."""
        proposal = Proposal({**parts_in(self.offer), **parts}, why, settles=settles)
        with travel_to(self.at):
            counter_offer(self.offer, proposal=proposal, reason=reason, actor=self.user(self.victim))
        return self

    def accepted(self) -> "Story":
        with travel_to(self.at):
            self.settlement = accept_offer(self.offer, actor=self.user(self.victim))
        self.case.refresh_from_db()
        return self

    def countersigned(self) -> "Story":
        with travel_to(self.at):
            countersign(self.settlement, actor=self.user(self.approver))
        return self

    def revoked(self, reason: str = "") -> "Story":
        with travel_to(self.at):
            revoke_acceptance(self.settlement, actor=self.user(self.victim), reason=reason)
        self.case.refresh_from_db()
        return self

    def cleared(self) -> "Story":
        """The legal basis of the payment, recorded by the investigator and checked by the approver."""
        with travel_to(self.at):
            basis = record_legal_basis(
                self.settlement, kind=Basis.NO_LOSS_COMPENSATION, reference="法務 2025-041", decided_on=self.at.date(),
                actor=self.user(self.investigator),
            )  # fmt: skip
            check_legal_basis(basis, actor=self.user(self.approver))
        return self

    def paid(self) -> "Story":
        """Paid, with the countersignature and the legal basis where there are none yet, when it can no longer be taken
        back."""
        self.at = max(self.at, self.settlement.revocable_until)
        if not Countersignature.objects.filter(settlement=self.settlement).exists():
            self.countersigned()
        if basis_of(self.settlement) is None:
            self.cleared()
        with travel_to(self.at):
            self.payment = record_payment(
                self.settlement, amount=self.settlement.amount, paid_on=self.at.date(),
                actor=self.user(self.approver), note="通帳の写しで、ご本人名義の口座であることを確認しました。",
            )  # fmt: skip
        self.case.refresh_from_db()
        return self

    def payment_failed(self, reason: str = "口座が解約されていました。") -> "Story":
        with travel_to(self.at):
            fail_payment(self.payment, actor=self.user(self.approver), reason=reason)
        self.case.refresh_from_db()
        return self

    def receipt_confirmed(self) -> "Story":
        with travel_to(self.at):
            confirm_receipt(self.payment, actor=self.user(self.victim))
        self.case.refresh_from_db()
        return self

    # The stations in order, each from the start: what tests and the demo world need most.

    def to_investigation(self) -> "Story":
        return self.reported().wait(0.6).acknowledged().wait(1).investigating()

    def to_ledger(self) -> "Story":
        return self.to_investigation().wait(20).access_confirmed().ledger_imported()

    def to_assessment(self) -> "Story":
        return self.to_ledger().decided().wait(25).assessed()

    def to_offer(self) -> "Story":
        return self.to_assessment().wait(1).offered()

    def to_settlement(self) -> "Story":
        return self.to_offer().wait(2).accepted()

    def to_payment(self) -> "Story":
        return self.to_settlement().wait(3).paid()

    def to_end(self) -> "Story":
        return self.to_payment().wait(1).receipt_confirmed()
