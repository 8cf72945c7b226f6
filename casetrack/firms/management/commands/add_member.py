from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.firms.models import StaffRole
from casetrack.firms.services import add_member
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.people.models import Language, User


class Command(BaseCommand):
    help = "Adds one of a firm's people. An e-mail (without a link) tells its owner how to set a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--firm", required=True, metavar="CODE")
        parser.add_argument("--role", required=True, choices=StaffRole.values)
        parser.add_argument("--name", default="", help="the name that colleagues see")
        parser.add_argument("--language", choices=Language.values, default=Language.JA)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            with system_scope():
                member = add_member(
                    options["email"],
                    options["firm"],
                    options["role"],
                    actor=User.objects.system(),
                    display_name=options["name"],
                    language=options["language"],
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{member.user.email} added to {member.firm.code} as {member.role}; the invitation is on its way."
        )
