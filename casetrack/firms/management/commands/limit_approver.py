from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.firms.services import limit_approver
from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.people.models import User


class Command(BaseCommand):
    help = "Sets the most, in whole yen, that an approver approves alone (offers, countersignatures, interim measures)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--up-to", required=True, metavar="YEN", help="whole yen, or “none” for no limit")

    def handle(self, *_args: Any, **options: Any) -> None:
        given = options["up_to"]
        try:
            up_to = None if given == "none" else Decimal(given)
            if up_to is not None and not up_to.is_finite():
                raise InvalidOperation
            with system_scope():
                member = limit_approver(options["email"], up_to, actor=User.objects.system())
        except InvalidOperation as error:
            raise CommandError("Give --up-to as whole yen, or none.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{member.user.email} approves "
            + ("without a limit." if member.approves_up_to is None else f"up to {member.approves_up_to:,} yen.")
        )
