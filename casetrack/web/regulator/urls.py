from django.urls import path

from casetrack.web.regulator import views

app_name = "regulator"
urlpatterns = [
    path("", views.summary, name="summary"),
    path("summary.csv", views.summary_csv, name="summary-csv"),
    path("summary.json", views.summary_json, name="summary-json"),
]
