"""What happens to a file after it has arrived: the virus scan and the preview. All of it per content (SHA-256), in
transactions of its own, by the worker."""

import logging
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.models import F, Q

from casetrack.audit.services import PLATFORM, record
from casetrack.cases.events import write_event
from casetrack.evidence import clamav, previews, storage
from casetrack.evidence.clamav import ScannerDown, ScanRefused
from casetrack.evidence.models import EvidenceFile, Preview, Scan
from casetrack.evidence.services.files import facts_of
from casetrack.lib import clock
from casetrack.lib.scope import system_scope
from casetrack.people.models import User

logger = logging.getLogger(__name__)
AT_ONCE = 200
MOST_TRIES = 3
NOT_SCANNED = Q(scan__in=[Scan.WAITING, Scan.UNSCANNED])
READABLE = (Scan.CLEAN, Scan.UNSCANNED)


def examine(sha256: str) -> None:
    """Scan the content, then draw its preview. Raises ScannerDown, ScanRefused: it then waits."""
    scan(sha256)
    draw_preview(sha256)


def examine_waiting() -> int:
    """All that still waits, oldest first; how many contents were done. A scanner that is away holds up scans alone."""
    done = _each(NOT_SCANNED if clamav.is_set_up() else Q(scan=Scan.WAITING), scan)
    done += _each(Q(preview=Preview.WAITING, scan__in=READABLE), draw_preview)
    _quarantine_again()
    return done


def _each(waiting: Q, act: Callable[[str], None]) -> int:
    with system_scope():
        rows = EvidenceFile.objects.filter(waiting, is_removed=False).order_by("-scan", "received_at")
        contents = list(dict.fromkeys(rows.values_list("sha256", flat=True)[:AT_ONCE]))
    done = 0
    for sha256 in contents:
        try:
            act(sha256)
        except ScannerDown as error:
            logger.warning("the virus scanner does not answer (%s); %s files wait", error, len(contents) - done)
            break
        except ScanRefused as error:
            logger.warning("the virus scanner did not look at a file: %s", error)
        else:
            done += 1
    return done


def scan(sha256: str) -> None:
    """Ask the scanner about content that was not scanned, and keep what it says. Without a scanner nothing waits.

    Raises ScannerDown, ScanRefused.
    """
    with system_scope():
        waiting = EvidenceFile.objects.filter(NOT_SCANNED, sha256=sha256, is_removed=False)
        if not clamav.is_set_up():
            waiting.filter(scan=Scan.WAITING).update(scan=Scan.UNSCANNED)
            return
        path = storage.lies_at(sha256) if waiting.exists() else None
    if path is None:
        return
    with path.open("rb") as content:
        finding = clamav.scan(content)
    with system_scope():
        _keep_finding(sha256, finding[:200])


def _keep_finding(sha256: str, finding: str) -> None:
    """Harmful content is harmful wherever it lies, also where it was taken for clean before."""
    system, now = User.objects.system(), clock.now()
    result = Scan.INFECTED if finding else Scan.CLEAN
    rows = EvidenceFile.objects.filter(sha256=sha256, is_removed=False).exclude(scan=Scan.INFECTED)
    rows = rows if finding else rows.filter(NOT_SCANNED)
    for row in rows.select_related("case__firm").select_for_update(of=("self",), no_key=True).order_by("pk"):
        row.scan, row.scanned_at, row.finding = result, now, finding
        row.save(update_fields=["scan", "scanned_at", "finding"])
        data = {**facts_of(row), "result": result, "finding": finding}
        if row.case is None:
            if finding:
                subject = f"user:{row.uploaded_by_id}"
                record(chain=PLATFORM, action="evidence.draft_file_refused", actor=system, subject=subject, data=data)
        elif finding:
            write_event(row.case, "evidence.file_refused", actor=system, data=data)
        else:
            record(
                chain=row.case.reference, action="evidence.file_scanned", actor=system, subject=row.case.reference,
                data=data, firm_code=row.case.firm.code,
            )  # fmt: skip
    if finding:
        transaction.on_commit(partial(storage.quarantine, sha256))


def _quarantine_again() -> None:
    """Harmful content that came again, or whose move was lost, goes where the first went."""
    with system_scope():
        found = set(EvidenceFile.objects.filter(scan=Scan.INFECTED).values_list("sha256", flat=True))
    for sha256 in found:
        storage.quarantine(sha256)


def draw_preview(sha256: str) -> None:
    """Draw the picture of content that may be opened. Tries are counted before, so that content on which the worker
    dies is given up."""
    with system_scope():
        waiting = EvidenceFile.objects.filter(sha256=sha256, preview=Preview.WAITING, scan__in=READABLE)
        waiting.filter(preview_tries__gte=MOST_TRIES).update(preview=Preview.IMPOSSIBLE)
        path = storage.path_of(sha256)
        if not waiting.update(preview_tries=F("preview_tries") + 1) or not path.exists():
            return
    is_drawn = previews.draw(path, storage.preview_of(sha256))
    with system_scope():
        EvidenceFile.objects.filter(sha256=sha256, preview=Preview.WAITING).update(
            preview=Preview.READY if is_drawn else Preview.IMPOSSIBLE
        )
