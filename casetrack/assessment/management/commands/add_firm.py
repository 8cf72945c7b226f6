from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.assessment.services import add_firm
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.people.models import User


class Command(BaseCommand):
    help = "Adds a securities firm with the platform's default policy and clocks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE", help="2 to 20 capital letters and digits, a letter first")
        parser.add_argument("--name-ja", required=True)
        parser.add_argument("--name-en", required=True)
        parser.add_argument("--emergency-phone", default="")
        parser.add_argument("--emergency-hours-ja", default="")
        parser.add_argument("--emergency-hours-en", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        fields = ("name_ja", "name_en", "emergency_phone", "emergency_hours_ja", "emergency_hours_en")
        try:
            with system_scope():
                firm = add_firm(
                    options["code"], actor=User.objects.system(), **{name: options[name] for name in fields}
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{firm.code} added with the default policy.")
