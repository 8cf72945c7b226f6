from django.urls import path, re_path

from casetrack.api.views import assessments, cases, docs, executions, messages, offers, reductions

app_name = "api"
CASE = "cases/<str:reference>/"

urlpatterns = [
    path("schema/", docs.schema, name="schema"),
    path("docs/", docs.docs, name="docs"),
    path("cases/", cases.CaseList.as_view(), name="case-list"),
    path(CASE, cases.CaseDetail.as_view(), name="case-detail"),
    path(CASE + "actions/<str:action>/", cases.CaseAction.as_view(), name="case-action"),
    path(CASE + "timeline/", cases.Timeline.as_view(), name="timeline"),
    path(CASE + "executions/", executions.ExecutionList.as_view(), name="execution-list"),
    path(CASE + "executions/decide/", executions.DecideExecutions.as_view(), name="execution-decide"),
    path(CASE + "executions/answer/", executions.AnswerExecutions.as_view(), name="execution-answer"),
    path(CASE + "offers/", offers.OfferList.as_view(), name="offer-list"),
    path(CASE + "offers/<int:number>/approve/", offers.ApproveOffer.as_view(), name="offer-approve"),
    path(CASE + "offers/<int:number>/refuse/", offers.RefuseOffer.as_view(), name="offer-refuse"),
    path(CASE + "offers/<int:number>/counter/", offers.CounterOffer.as_view(), name="offer-counter"),
    path(CASE + "messages/", messages.MessageList.as_view(), name="message-list"),
    path(CASE + "assessments/", assessments.AssessmentList.as_view(), name="assessment-list"),
    path(CASE + "assessments/<int:number>/", assessments.AssessmentDetail.as_view(), name="assessment-detail"),
    path(CASE + "reductions/", reductions.ReductionList.as_view(), name="reduction-list"),
    path(CASE + "reductions/<int:number>/approve/", reductions.ApproveReduction.as_view(), name="reduction-approve"),
    path(CASE + "reductions/<int:number>/return/", reductions.ReturnReduction.as_view(), name="reduction-return"),
    path(CASE + "reductions/<int:number>/drop/", reductions.DropReduction.as_view(), name="reduction-drop"),
    path("assessments/preview/", assessments.Preview.as_view(), name="assessment-preview"),
    re_path("", docs.Nowhere.as_view(), name="nowhere"),
]
