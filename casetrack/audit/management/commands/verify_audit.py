"""Walks the audit chains: exit 0, or 1 naming the first broken entry."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from casetrack.audit import heads
from casetrack.audit.models import Entry
from casetrack.audit.services import first_broken_entry
from casetrack.lib.scope import system_scope


class Command(BaseCommand):
    help = "Verify every hash chain of the audit log, and that each still reaches its published heads."

    def handle(self, *args: Any, **options: Any) -> None:
        with system_scope():
            broken = first_broken_entry()
            if broken:
                chain, seq, _id = broken
                self.stdout.write(f"broken: {chain} {seq}")
                sys.exit(1)
            for path in sorted(heads.folder().glob("*.json")):
                problem = heads.broken_head(path)
                if problem:
                    self.stdout.write(f"broken: {problem}")
                    sys.exit(1)
            self.stdout.write(f"ok: {Entry.objects.count()} entries")
