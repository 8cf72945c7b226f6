from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.bodies.services import add_mediator
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.people.models import Language, User


class Command(BaseCommand):
    help = "Adds one of a mediation body's people. An e-mail (without a link) tells its owner how to set a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--body", required=True, metavar="CODE")
        parser.add_argument("--name", default="", help="the name that colleagues see")
        parser.add_argument("--language", choices=Language.values, default=Language.JA)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with system_scope():
                place = add_mediator(
                    options["email"],
                    options["body"],
                    actor=User.objects.system(),
                    display_name=options["name"],
                    language=options["language"],
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{place.user.email} added to {place.body.code} as mediator; the invitation is on its way.")
