"""Writes the regulator's table to a file."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from casetrack.reports import exporters
from casetrack.reports.services import compile_summary
from casetrack.reports.summary import BY

LATER = ("xlsx", "pdf")


def month(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  (a month has no time zone)
    except ValueError:
        raise CommandError(f"“{text}” is not a month such as 2025-04.", returncode=2) from None


def instant(text: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise CommandError(f"“{text}” is not a time with offset such as 2025-05-08T00:00:00+09:00.", returncode=2)
    return at


class Command(BaseCommand):
    help = "Compile the regulator's summary as CSV (with OUT.notes.txt beside it) or JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", required=True, metavar="YYYY-MM")
        parser.add_argument("--to", dest="last", required=True, metavar="YYYY-MM")
        parser.add_argument("--by", choices=BY, default="month")
        parser.add_argument("--as-of", metavar="TIMESTAMP", help="facts recorded up to then (with offset); default now")
        parser.add_argument("--format", choices=("csv", "json", *LATER), required=True)
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] in LATER:
            raise CommandError(f"{options['format']} is not available yet: use csv or json.", returncode=2)
        as_of = instant(options["as_of"]) if options["as_of"] else None
        try:
            with system_scope():
                summary = compile_summary(
                    month(options["first"]), month(options["last"]), by=options["by"], as_of=as_of,
                    actor=User.objects.system(),
                )  # fmt: skip
        except DomainError as error:
            raise CommandError(str(error), returncode=2) from error
        out: Path = options["out"]
        try:
            if options["format"] == "csv":
                out.write_bytes(exporters.to_csv(summary))
                out.with_name(f"{out.name}.notes.txt").write_bytes(exporters.to_notes(summary))
            else:
                out.write_bytes(exporters.to_json(summary))
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}") from error
        self.stdout.write(f"{out}: {len(summary.lines) - 1} periods, as of {exporters.as_of_text(summary)}")
