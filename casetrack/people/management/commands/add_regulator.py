from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.people.models import Language, User
from casetrack.people.services import add_regulator


class Command(BaseCommand):
    help = "Adds a regulator's log-in. An e-mail (without a link) tells its owner how to set a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--language", choices=Language.values, default=Language.JA)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with system_scope():
                user = add_regulator(options["email"], actor=User.objects.system(), language=options["language"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email} added as regulator; the invitation is on its way.")
