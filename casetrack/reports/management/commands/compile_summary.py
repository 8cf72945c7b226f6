"""Writes the regulator's table to a file."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casetrack.lib.errors import DomainError
from casetrack.lib.scope import system_scope
from casetrack.people.models import User
from casetrack.reports import exporters
from casetrack.reports.services import compile_summary
from casetrack.reports.summary import BY

FORMATS = ("csv", "json")
LATER = ("xlsx", "pdf")
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def refused(message: str) -> CommandError:
    return CommandError(message, returncode=2)


def month(text: str) -> dt.date:
    if not MONTH.fullmatch(text) or text.startswith("0000"):
        raise refused(f"“{text}” is not a month such as 2025-04.")
    return dt.date.fromisoformat(f"{text}-01")


def instant(text: str) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise refused(f"“{text}” is not a time with offset such as 2025-05-08T00:00:00+09:00.")
    return at


class Command(BaseCommand):
    help = "Compile the regulator's summary as CSV (with OUT.notes.txt beside it) or JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", required=True, metavar="YYYY-MM")
        parser.add_argument("--to", dest="last", required=True, metavar="YYYY-MM")
        parser.add_argument("--by", default="month", metavar="month|half-month")
        parser.add_argument("--as-of", metavar="TIMESTAMP", help="facts recorded up to then (with offset); default now")
        parser.add_argument("--format", required=True, metavar="csv|json")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] in LATER:
            raise refused(f"{options['format']} is not available yet: use csv or json.")
        if options["format"] not in FORMATS:
            raise refused(f"“{options['format']}” is no format: use csv or json.")
        if options["by"] not in BY:
            raise refused(f"“{options['by']}” is no period: use month or half-month.")
        as_of = instant(options["as_of"]) if options["as_of"] else None
        try:
            with system_scope():
                summary = compile_summary(
                    month(options["first"]), month(options["last"]), by=options["by"], as_of=as_of,
                    actor=User.objects.system(),
                )  # fmt: skip
        except DomainError as error:
            raise refused(str(error)) from error
        out: Path = options["out"]
        try:
            if options["format"] == "csv":
                out.write_bytes(exporters.to_csv(summary))
                out.with_name(f"{out.name}.notes.txt").write_bytes(exporters.to_notes(summary))
            else:
                out.write_bytes(exporters.to_json(summary))
        except OSError as error:
            raise refused(f"{out}: {error.strerror}") from error
        self.stdout.write(f"{out}: {len(summary.lines) - 1} periods, as of {exporters.as_of_text(summary)}")
