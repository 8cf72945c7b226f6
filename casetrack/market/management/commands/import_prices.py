"""Imports daily bars."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.lib.scope import system_scope
from casetrack.market.services import import_prices
from casetrack.people.models import User


class Command(BaseCommand):
    help = "Import daily bars: CSV with the columns of J-Quants V1 or V2. Bad rows make the exit status 2."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        rejected = 0
        for path in options["files"]:
            try:
                data = path.read_bytes()
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror}") from error
            with system_scope():
                report = import_prices(path.name, data, actor=User.objects.system())
            self.stdout.write(f"{path}: {report.accepted} accepted, {len(report.rejections)} rejected")
            for line, reason in report.rejections:
                self.stdout.write(f"{path}: line {line}: {reason}")
            rejected += len(report.rejections)
        if rejected:
            sys.exit(2)
