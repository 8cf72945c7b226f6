"""`manage.py assess FILE.json…`: the calculator of assessment.md, without a database."""

import io
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from casetrack.calc.loss import Refusal, assess_json

REFUSED = 2
"""The exit status if any input was refused."""


class Command(BaseCommand):
    """One line of JSON per file, in order; a refused input gives its error on its line and, at the end, exit 2."""

    help = "Assess the loss in each file: one line of JSON per file on standard output, exit 2 if one is refused."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Any number of files, at least one."""
        parser.add_argument("files", nargs="+", metavar="FILE.json", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the lines; UTF-8 whatever the locale."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        refused = False
        for file in options["files"]:
            result = assess_file(Path(file))
            refused = refused or "error" in result
            self.stdout.write(json.dumps(result, ensure_ascii=False, separators=(",", ":")))
        if refused:
            sys.exit(REFUSED)


def assess_file(file: Path) -> dict[str, Any]:
    """The result or the error object of one UTF-8 file, with or without BOM; never raises for what is in it."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return Refusal("malformed", "The file is not UTF-8 text.").as_json()
    except (OSError, ValueError):
        return Refusal("malformed", "The file cannot be read.").as_json()
    return assess_json(text)
