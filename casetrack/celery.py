"""The Celery application and the whole beat schedule, as one table."""

import logging
import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casetrack.settings")

app = Celery("casetrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "notices are sent": {"task": "casetrack.notifications.tasks.drain", "schedule": 5.0, "options": {"expires": 5}},
    "victims are reminded": {
        "task": "casetrack.notifications.tasks.remind",
        "schedule": crontab(hour="9-18", minute=5),
    },
    "clocks are watched": {
        "task": "casetrack.notifications.tasks.watch_clocks",
        "schedule": crontab(hour="0,8-18", minute=15),
    },
    "documents are made": {"task": "casetrack.documents.tasks.drain", "schedule": 5.0, "options": {"expires": 5}},
    "copies are made and deleted": {
        "task": "casetrack.copies.tasks.drain",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "offers lapse": {"task": "casetrack.negotiation.tasks.lapse_offers", "schedule": crontab(minute="*/10")},
    "what was paid ahead is recorded": {
        "task": "casetrack.negotiation.tasks.record_covered",
        "schedule": crontab(minute="5-59/10"),
    },
    "files are scanned": {
        "task": "casetrack.evidence.tasks.examine_waiting",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "bytes of removed files go": {"task": "casetrack.evidence.tasks.purge_removed", "schedule": crontab(minute=40)},
    "chain heads are published": {
        "task": "casetrack.audit.tasks.publish_heads",
        "schedule": crontab(hour=0, minute=10),
    },
}


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """The drains run every few seconds: that one was sent, received and done would drown everything else."""
    return record.levelno > logging.INFO or ".tasks.drain" not in record.getMessage()


for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
    logging.getLogger(name).addFilter(_is_worth_a_line)
