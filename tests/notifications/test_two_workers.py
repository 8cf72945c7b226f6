"""Two workers at the same time never tell anybody the same thing twice, and between them they forget nothing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail
from django.db import connections

from casetrack.audit.models import Entry
from casetrack.demo.cast import make_cast
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.notifications import services
from casetrack.notifications.models import Delivery, HandledEntry
from tests.builders import Story

WORKERS = 4


@pytest.mark.django_db(transaction=True)
def test_workers_that_drain_at_once_share_the_work() -> None:
    with system_scope():
        cast = make_cast(password=None)
        for number in range(5):
            Story(cast, account=f"90-{number}", at=clock.now()).reported()
    together = Barrier(WORKERS)

    def work() -> tuple[int, int]:
        try:
            together.wait()
            return services.drain(clock.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        results = [done.result() for done in [pool.submit(work) for _ in range(WORKERS)]]
    with system_scope():
        assert sum(handled for handled, _sent in results) == Entry.objects.count() == HandledEntry.objects.count()
        assert set(Delivery.objects.values_list("status", "attempts")) == {("sent", 1)}
        assert len(mail.outbox) == Delivery.objects.count() == 10
