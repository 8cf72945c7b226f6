"""Every address of casetrack. Pages carry the language in the address; machines' addresses do not."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from casetrack.web import checking, documents, safety, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("api/v1/", include("casetrack.api.urls")),
    path("demo/", include("casetrack.demo.urls")),
]

urlpatterns += i18n_patterns(
    path("", views.start, name="start"),
    path("home/", views.home, name="home"),
    path("guide/<slug:topic>/", views.guide, name="guide"),
    path("accounts/protect/", safety.protect, name="account_protect"),
    path("accounts/email/", safety.email, name="account_email"),
    path("accounts/password/change/", safety.change_password, name="account_change_password"),
    path("accounts/password/set/", safety.set_password, name="account_set_password"),
    path("check/", checking.check, name="check"),
    path("check/key.pem", checking.key, name="check-key"),
    path("check/<str:token>/", checking.check_token, name="check-token"),
    path("documents/<uuid:document>/", documents.download, name="document"),
    path("accounts/", include("allauth.urls")),
    path("", include("casetrack.web.victim.urls")),
    path("firm/", include("casetrack.web.firm.urls")),
    path("mediator/", include("casetrack.web.mediator.urls")),
    path("regulator/", include("casetrack.web.regulator.urls")),
)

handler429 = "casetrack.web.limits.too_many"
handler404 = "casetrack.web.views.not_found"
handler500 = "casetrack.web.views.server_error"
