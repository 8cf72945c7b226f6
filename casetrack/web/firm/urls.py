import datetime as dt

from django.urls import URLPattern, URLResolver, include, path, register_converter

from casetrack.lib.references import ROUTE
from casetrack.web.firm import (
    access,
    acts,
    assess,
    bank,
    bundle,
    case,
    claim,
    closed_days,
    evidence,
    executions,
    figures,
    good_faith,
    interim,
    ledger,
    legal,
    mediation,
    more_time,
    offers,
    placing,
    policies,
    queue,
    recourse,
    reductions,
    restorations,
    settlements,
    targets,
    telephone,
    transfers,
    valuation,
)


class DayConverter:
    """A day in an address, as 2025-04-16."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        return value.isoformat()


class ReferenceConverter:
    """A case's reference in an address."""

    regex = ROUTE

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ReferenceConverter, "reference")
register_converter(DayConverter, "day")

app_name = "firm"
account = [
    path("access/", access.access, name="access"),
    path("number/", case.account_number, name="account-number"),
    path("ledger/", ledger.upload, name="ledger-upload"),
    path("ledger/<uuid:token>/", ledger.preview, name="ledger-preview"),
    path("ledger/<uuid:token>/rejected.csv", ledger.rejected, name="ledger-rejected"),
    path("executions/", executions.executions, name="executions"),
    path("trades/<int:number>/link/", executions.link, name="trade-link"),
    path("trades/<int:number>/account/", placing.place_claim, name="trade-account"),
]
offer = [
    path("", offers.offer, name="offer"),
    path("approve/", offers.approve, name="offer-approve"),
    path("reject/", offers.reject, name="offer-reject"),
    path("discard/", offers.discard, name="offer-discard"),
    path("withdraw/", offers.withdraw, name="offer-withdraw"),
    path("settlement/", settlements.settlement, name="settlement"),
    path("settlement/shares/<int:place>/", restorations.restoration, name="restoration"),
    path("settlement/sign/", settlements.sign, name="settlement-sign"),
    path("legal-basis/", legal.legal_basis, name="legal-basis"),
    path("legal-basis/check/", legal.check, name="legal-basis-check"),
    path("legal-basis/return/", legal.send_back, name="legal-basis-return"),
    path("accident-report.csv", legal.accident_report, name="accident-report"),
    path("payment/", settlements.payment, name="payment"),
    path("payment/failed/", settlements.failed, name="payment-failed"),
    path("payment/show/", settlements.shown, name="payment-show"),
]
reduction = [
    path("", reductions.reduction, name="reduction"),
    path("approve/", reductions.approve, name="reduction-approve"),
    path("return/", reductions.send_back, name="reduction-return"),
    path("drop/", reductions.drop, name="reduction-drop"),
]
file = [
    path("", evidence.download, name="evidence-file"),
    path("look/", evidence.look, name="evidence-look"),
    path("picture/", evidence.picture, name="evidence-picture"),
    path("page/", evidence.paper, name="evidence-paper"),
]
one_case: list[URLPattern | URLResolver] = [
    path("", case.case, name="case"),
    path("do/<slug:name>/", acts.action, name="action"),
    path("assign/", acts.assign, name="assign"),
    path("code/", claim.claim_code, name="claim-code"),
    path("messages/", acts.message, name="message"),
    path("notes/", acts.note, name="note"),
    path("accounts/<int:place>/", include(account)),
    path("files/<uuid:file>/", include(file)),
    path("asked/", evidence.ask, name="evidence-ask"),
    path("asked/<uuid:asked>/withdraw/", evidence.withdraw, name="evidence-withdraw"),
    path("assess/", assess.assess, name="assess"),
    path("valuation/", valuation.valuation, name="valuation"),
    path("valuation/<int:number>/", valuation.answer, name="valuation-answer"),
    path("assessments/<int:number>/", assess.assessment, name="assessment"),
    path("assessments/<int:number>/recompute/", assess.recomputed, name="recompute"),
    path("assessments/<int:number>/offer/", offers.prepare, name="offer-prepare"),
    path("reductions/propose/", reductions.propose, name="reduction-propose"),
    path("reductions/<int:number>/", include(reduction)),
    path("offers/<int:number>/", include(offer)),
    path("good-faith/", good_faith.good_faith, name="good-faith"),
    path("good-faith.csv", good_faith.good_faith_csv, name="good-faith-csv"),
    path("more-time/", more_time.more_time, name="more-time"),
    path("interim/", interim.interim, name="interim"),
    path("interim/<int:number>/approve/", interim.approve, name="interim-approve"),
    path("interim/<int:number>/return/", interim.send_back, name="interim-return"),
    path("interim/<int:number>/pay/", interim.pay, name="interim-pay"),
    path("interim/<int:number>/end/", interim.end, name="interim-end"),
    path("bundle/", bundle.bundle, name="bundle"),
    path("bundle/download/", bundle.download, name="bundle-download"),
    path("mediation/", mediation.mediation, name="mediation"),
    path("reasons/", recourse.reasons, name="reasons"),
    path("second-review/", recourse.review, name="second-review"),
    path("bank/", bank.bank, name="bank"),
    path("bank/number/", bank.number, name="bank-number"),
]
policy = [
    path("", policies.policy, name="policy"),
    path("edit/", policies.edit, name="policy-edit"),
    path("simulate/", policies.simulate, name="policy-simulate"),
    path("changes.csv", policies.changes, name="policy-changes"),
    path("propose/", policies.propose, name="policy-propose"),
    path("return/", policies.send_back, name="policy-return"),
    path("approve/", policies.approve, name="policy-approve"),
    path("discard/", policies.discard, name="policy-discard"),
]
call = [
    path("", telephone.call, name="telephone-list"),
    path("check/", telephone.check, name="telephone-check"),
    path("delete/", telephone.delete, name="telephone-delete"),
    path("take-over/", telephone.take_over, name="telephone-take-over"),
    path("<slug:step>/", telephone.step, name="telephone-step"),
    path("<slug:step>/autosave/", telephone.autosave, name="telephone-autosave"),
]
transfer = [
    path("", transfers.transfer, name="transfer"),
    path("approve/", transfers.approve, name="transfer-approve"),
    path("file/", transfers.file, name="transfer-file"),
    path("return/", transfers.send_back, name="transfer-return"),
    path("results/", transfers.results, name="transfer-results"),
    path("executed/", transfers.executed, name="transfer-executed"),
]
urlpatterns = [
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/account/", transfers.remitter, name="transfer-remitter"),
    path("transfers/<int:number>/", include(transfer)),
    path("telephone/", telephone.calls, name="telephone"),
    path("telephone/<uuid:taken>/", include(call)),
    path("good-faith/", figures.figures, name="figures"),
    path("good-faith.csv", figures.figures_csv, name="figures-csv"),
    path("targets/", targets.targets, name="targets"),
    path("targets/<slug:clock_name>/", targets.target, name="target"),
    path("closed-days/", closed_days.closed_days, name="closed-days"),
    path("closed-days/<day:day>/", closed_days.open_again, name="closed-day"),
    path("policies/", policies.policies, name="policies"),
    path("policies/draft/", policies.draft, name="policy-draft"),
    path("policies/<int:version>/", include(policy)),
    path("", queue.queue, name="queue"),
    path("cases/<reference:reference>/", include(one_case)),
]
