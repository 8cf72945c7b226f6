from celery import shared_task

from casetrack.copies import services
from casetrack.lib import clock


@shared_task(time_limit=3600)
def make(pk: int) -> None:
    """Opens its scopes itself, in short transactions."""
    services.make_copy(pk)


@shared_task
def drain() -> int:
    now = clock.now()
    for pk in services.due_copies(now):
        make.delay(pk)
    return services.delete_expired(now)
