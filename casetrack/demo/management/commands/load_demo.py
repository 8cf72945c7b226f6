"""Loads the demo world; a second run changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casetrack.demo import world
from casetrack.lib.scope import system_scope


class Command(BaseCommand):
    help = "Load the demo firms, people and cases (only with CASETRACK_DEMO=1)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data exists only with the embedded database (CASETRACK_DEMO=1).")
        with system_scope():
            if world.is_loaded():
                self.stdout.write("The demo world is there already.")
                return
            world.load_world()
        self.stdout.write("The demo world is loaded.")
