"""The addresses of the victim's pages. Public references and keys stand in them, never a row's number."""

from django.urls import path

from casetrack.web import uploads
from casetrack.web.victim import additions, bank, cases, claim, copy, executions, files, later, letters, notices, offers
from casetrack.web.victim.report import bringing, overview, trades
from casetrack.web.victim.report import views as report
from casetrack.web.victim.report.autosave import autosave

app_name = "victim"
urlpatterns = [
    path("cases/", cases.home, name="home"),
    path("bank/", bank.details, name="bank"),
    path("bank/change/", bank.change, name="bank-change"),
    path("bank/not-me/", bank.not_me, name="bank-not-me"),
    path("copy/", copy.state, name="copy"),
    path("copy/ask/", copy.ask, name="copy-ask"),
    path("copy/<uuid:copy>/", copy.download, name="copy-download"),
    path("copy/<uuid:copy>/delete/", copy.delete, name="copy-delete"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read, name="notices-read"),
    path("claim/", claim.claim, name="claim"),
    path("report/", report.start, name="report"),
    path("report/<uuid:key>/", overview.task_list, name="task-list"),
    path("report/<uuid:key>/check/", overview.check_answers, name="check-answers"),
    path("report/<uuid:key>/delete/", report.delete, name="draft-delete"),
    path("report/<uuid:key>/files/<uuid:file>/remove/", report.remove_file, name="draft-file-remove"),
    path("report/<uuid:key>/trades/list/", trades.brought, name="brought"),
    path("report/<uuid:key>/trades/list/remove/", bringing.drop, name="brought-drop"),
    path("report/<uuid:key>/trades/upload/", bringing.upload, name="brought-upload"),
    path("report/<uuid:key>/trades/upload/<uuid:token>/", bringing.preview, name="brought-preview"),
    path("report/<uuid:key>/trades/upload/<uuid:token>/columns/", bringing.columns, name="brought-columns"),
    path("report/<uuid:key>/<slug:step>/", report.step, name="step"),
    path("report/<uuid:key>/<slug:step>/autosave/", autosave, name="autosave"),
    path("cases/<str:reference>/", cases.case, name="case"),
    path("cases/<str:reference>/receipt/", cases.submitted, name="submitted"),
    path("cases/<str:reference>/said/", additions.report, name="said"),
    path("cases/<str:reference>/said/<slug:step>/", additions.correct, name="said-correct"),
    path("cases/<str:reference>/trades/", executions.executions, name="executions"),
    path("cases/<str:reference>/trades/bring/", later.upload, name="later-upload"),
    path("cases/<str:reference>/trades/bring/<int:place>/<uuid:token>/", later.preview, name="later-preview"),
    path("cases/<str:reference>/trades/bring/<int:place>/<uuid:token>/columns/", later.columns, name="later-columns"),
    path("cases/<str:reference>/messages/", letters.thread, name="messages"),
    path("cases/<str:reference>/files/", files.evidence, name="evidence"),
    path("cases/<str:reference>/asked/<uuid:asked>/", files.answer_request, name="evidence-request"),
    path("cases/<str:reference>/answer/", letters.answer, name="answer"),
    path("cases/<str:reference>/withdraw/", letters.withdraw, name="withdraw"),
    path("cases/<str:reference>/escalate/", letters.escalate, name="escalate"),
    path("cases/<str:reference>/money-arrived/", letters.confirm_receipt, name="confirm-receipt"),
    path("cases/<str:reference>/offers/<int:number>/", offers.offer, name="offer"),
    path("cases/<str:reference>/offers/<int:number>/accept/", offers.accept, name="offer-accept"),
    path("cases/<str:reference>/offers/<int:number>/refuse/", offers.refuse, name="offer-refuse"),
    path("cases/<str:reference>/offers/<int:number>/counter/", offers.counter, name="offer-counter"),
    path("files/<uuid:file>/", files.download, name="evidence-file"),
    path("files/<uuid:file>/look/", files.look, name="evidence-look"),
    path("files/<uuid:file>/picture/", files.picture, name="evidence-picture"),
    path("files/<uuid:file>/page/", files.paper, name="evidence-paper"),
    path("uploads/", uploads.start, name="upload-start"),
    path("uploads/<uuid:upload>/", uploads.upload, name="upload"),
    path("uploads/<uuid:upload>/finish/", uploads.finish, name="upload-finish"),
]
