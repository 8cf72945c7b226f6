"""Runs everything: see casetrack.local.up. (manage.py comes here only to list the command and its help.)"""

from typing import Any

from django.core.management.base import BaseCommand

from casetrack.local.up import main


class Command(BaseCommand):
    help = "Run PostgreSQL, Redis, web, worker and beat under one process; Ctrl-C stops all of it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        main()
