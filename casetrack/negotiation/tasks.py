from celery import shared_task

from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.negotiation import services
from casetrack.people.models import User


@shared_task
def record_covered() -> int:
    with system_scope():
        return services.record_covered(clock.now(), actor=User.objects.system())


@shared_task
def lapse_offers() -> int:
    with system_scope():
        return services.lapse_offers(clock.now(), actor=User.objects.system())
