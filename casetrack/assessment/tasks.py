from celery import shared_task

from casetrack.assessment.services.simulations import run_simulation


@shared_task(time_limit=1800)
def simulate(pk: int) -> None:
    run_simulation(pk)
