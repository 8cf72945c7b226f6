"""The addresses of a mediation body's desk, under /mediator/."""

from django.urls import URLPattern, URLResolver, include, path

from casetrack.web.mediator import acts, bundle, case, desk, evidence

app_name = "mediator"
one_file: list[URLPattern | URLResolver] = [
    path("", evidence.download, name="evidence-file"),
    path("look/", evidence.look, name="evidence-look"),
    path("picture/", evidence.picture, name="evidence-picture"),
    path("page/", evidence.paper, name="evidence-paper"),
]
one_case: list[URLPattern | URLResolver] = [
    path("", case.case, name="case"),
    path("statements/<int:number>/", case.loss, name="statement"),
    path("good-faith/", case.good_faith, name="good-faith"),
    path("good-faith.csv", case.good_faith_csv, name="good-faith-csv"),
    path("files/<uuid:file>/", include(one_file)),
    path("bundle/", bundle.bundle, name="bundle"),
    path("bundle/download/", bundle.download, name="bundle-download"),
    path("accept/", acts.accept, name="accept"),
    path("decline/", acts.decline, name="decline"),
    path("hearings/", acts.hearing, name="hearing"),
    path("hearings/<int:number>/cancel/", acts.hearing_cancel, name="hearing-cancel"),
    path("propose/", acts.propose, name="propose"),
    path("end/", acts.end, name="end"),
]
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("cases/<str:reference>/", include(one_case)),
]
