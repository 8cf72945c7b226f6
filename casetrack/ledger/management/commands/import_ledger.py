"""Imports executions of one or many accounts of a firm."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.firms.models import Firm
from casetrack.ledger.services import ImportReport, import_ledger, rejected_csv
from casetrack.lib.files import write_csv
from casetrack.lib.scope import system_scope
from casetrack.people.models import User


class Command(BaseCommand):
    help = "Import ledger files (casetrack's format); rejected rows go to FILE.rejected.csv and make the exit status 2."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--firm", required=True, metavar="CODE")
        parser.add_argument("--all-or-nothing", action="store_true", help="store nothing of a file with a bad row")

    def handle(self, *args: Any, **options: Any) -> None:
        with system_scope():
            firm = Firm.objects.filter(code=options["firm"]).first()
        if firm is None:
            raise CommandError(f"There is no firm with the code {options['firm']}.")
        rejected = 0
        for path in options["files"]:
            rejected += self.import_file(firm, path, options["all_or_nothing"])
        if rejected:
            sys.exit(2)

    def import_file(self, firm: Firm, path: Path, all_or_nothing: bool) -> int:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        with system_scope():
            report = import_ledger(firm, path.name, data, actor=User.objects.system(), all_or_nothing=all_or_nothing)
        self.tell(path, report)
        target = path.with_name(f"{path.name}.rejected.csv")
        if report.rejections:
            write_csv(target, rejected_csv(report))
            self.stdout.write(f"{path}: rejected rows are in {target}")
        else:
            target.unlink(missing_ok=True)
        return report.rejected

    def tell(self, path: Path, report: ImportReport) -> None:
        self.stdout.write(
            f"{path}: {report.accepted} accepted, {report.duplicate} duplicate, {report.superseded} superseded, "
            f"{report.rejected} rejected, {len(report.conflicts)} conflicts"
        )
        if report.reattributed:
            self.stdout.write(f"{path}: {report.reattributed} rows have another attribution than before")
        if report.ignored:
            self.stdout.write(f"{path}: columns passed over: {', '.join(report.ignored)}")
        for line, execution_id in report.conflicts:
            self.stdout.write(f"{path}: line {line}: {execution_id} was decided otherwise by a person; that stays")
