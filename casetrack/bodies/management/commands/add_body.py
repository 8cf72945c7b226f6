from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.bodies.services import add_body
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.people.models import User


class Command(BaseCommand):
    help = "Adds a mediation body, such as FINMAC. Victims can choose it once it has a mediator (add_mediator)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE", help="2 to 20 capital letters and digits, a letter first")
        parser.add_argument("--name-ja", required=True)
        parser.add_argument("--name-en", required=True)
        parser.add_argument("--telephone", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        fields = {name: options[name] for name in ("name_ja", "name_en", "telephone")}
        try:
            with system_scope():
                body = add_body(options["code"], actor=User.objects.system(), **fields)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{body.code} added.")
