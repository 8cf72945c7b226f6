from celery import shared_task

from casetrack.lib import clock
from casetrack.notifications import clock_watch, reminders, services


@shared_task
def drain() -> tuple[int, int]:
    """Opens the system's scope itself, in short transactions: mail is sent outside of them."""
    return services.drain(clock.now())


@shared_task
def remind() -> int:
    """Opens the system's scope itself, in one transaction per case."""
    return reminders.remind(clock.now())


@shared_task
def watch_clocks() -> int:
    """Opens the system's scope itself, in one transaction per case."""
    return clock_watch.watch(clock.now())
