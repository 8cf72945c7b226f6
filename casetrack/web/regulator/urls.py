from django.urls import path

from casetrack.web.regulator import good_faith, views

app_name = "regulator"
urlpatterns = [
    path("", views.summary, name="summary"),
    path("good-faith/", good_faith.good_faith, name="good-faith"),
    path("good-faith.csv", good_faith.good_faith_csv, name="good-faith-csv"),
    path("summary.csv", views.summary_csv, name="summary-csv"),
    path("summary.json", views.summary_json, name="summary-json"),
]
