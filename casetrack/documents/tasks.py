from celery import shared_task

from casetrack.documents import services
from casetrack.lib import clock


@shared_task
def drain() -> int:
    """Opens the system's scope itself, in short transactions."""
    return services.drain(clock.now())
