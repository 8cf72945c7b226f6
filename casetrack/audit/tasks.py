from celery import shared_task

from casetrack.audit import heads
from casetrack.lib.scope import system_scope


@shared_task
def publish_heads() -> str:
    with system_scope():
        return str(heads.publish_heads())
