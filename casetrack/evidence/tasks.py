from celery import shared_task

from casetrack.evidence import services
from casetrack.lib.scope import system_scope


@shared_task
def purge_removed() -> int:
    with system_scope():
        return services.purge_removed()
