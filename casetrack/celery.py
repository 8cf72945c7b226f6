"""The Celery application and the whole beat schedule, as one table."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casetrack.settings")

app = Celery("casetrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "notices are sent": {"task": "casetrack.notifications.tasks.drain", "schedule": 5.0, "options": {"expires": 5}},
    "offers lapse": {"task": "casetrack.negotiation.tasks.lapse_offers", "schedule": crontab(minute="*/10")},
    "chain heads are published": {
        "task": "casetrack.audit.tasks.publish_heads",
        "schedule": crontab(hour=0, minute=10),
    },
}
