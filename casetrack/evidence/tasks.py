import logging

from celery import shared_task

from casetrack.evidence import services
from casetrack.evidence.clamav import ScannerDown, ScanRefused
from casetrack.lib.scope import system_scope

logger = logging.getLogger(__name__)


@shared_task(time_limit=300)
def examine(sha256: str) -> None:
    """Scan one content and draw its preview."""
    try:
        services.examine(sha256)
    except (ScannerDown, ScanRefused) as error:
        logger.warning("a scan has to wait: %s %s", type(error).__name__, error)


@shared_task(time_limit=900)
def examine_waiting() -> int:
    return services.examine_waiting()


@shared_task
def purge_removed() -> int:
    with system_scope():
        return services.purge_removed() + services.purge_uploads()
