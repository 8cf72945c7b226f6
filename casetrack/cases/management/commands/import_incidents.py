"""Imports accounts that the firm itself found compromised: one confirmed case each, the victim invited."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.cases.incidents import import_incidents
from casetrack.firms.models import Firm
from casetrack.lib.files import write_csv
from casetrack.lib.scope import system_scope
from casetrack.people.models import User


class Command(BaseCommand):
    help = "Import incident files; rejected rows go to FILE.rejected.csv and make the exit status 2."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--firm", required=True, metavar="CODE")

    def handle(self, *args: Any, **options: Any) -> None:
        with system_scope():
            firm = Firm.objects.filter(code=options["firm"]).first()
        if firm is None:
            raise CommandError(f"There is no firm with the code {options['firm']}.")
        if sum(self.import_file(firm, path) for path in options["files"]):
            sys.exit(2)

    def import_file(self, firm: Firm, path: Path) -> int:
        """Import one file; how many rows were rejected."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        with system_scope():
            system = User.objects.system()
        report = import_incidents(firm, data, actor=system)
        self.stdout.write(
            f"{path}: {report.opened} accepted, {report.duplicate} duplicate, {report.corrected} corrected, "
            f"{len(report.rejections)} rejected"
        )
        target = path.with_name(f"{path.name}.rejected.csv")
        if report.rejections:
            rows = [[line, reason, *cells] for line, reason, cells in report.rejections]
            write_csv(target, [["line", "reason", *report.header], *rows])
            self.stdout.write(f"{path}: rejected rows are in {target}")
        else:
            target.unlink(missing_ok=True)
        return len(report.rejections)
