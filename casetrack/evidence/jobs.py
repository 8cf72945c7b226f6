"""Asking the worker to look at a file soon. Should that be lost, the sweep of every minute makes up for it."""

import logging
from functools import partial

from django.db import transaction

logger = logging.getLogger(__name__)


def look_soon(sha256: str) -> None:
    """When the present transaction is through, have the content scanned and its preview drawn."""
    transaction.on_commit(partial(_send, sha256))


def _send(sha256: str) -> None:
    from casetrack.celery import app

    try:
        app.send_task("casetrack.evidence.tasks.examine", [sha256], retry=False)
    except Exception as error:  # the broker is away: the file has arrived all the same
        logger.warning("a file waits for the sweep: %s", type(error).__name__)
