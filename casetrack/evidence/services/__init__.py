"""Every write of evidence: files, uploads in pieces, scans and previews, and what the firm asks for."""

from casetrack.evidence.services.examining import MOST_TRIES, draw_preview, examine, examine_waiting, scan
from casetrack.evidence.services.files import (
    MB,
    AlreadyHere,
    add_file,
    add_files,
    attach_files,
    clean_name,
    note_reading,
    purge_removed,
    remove_draft_files,
    remove_file,
)
from casetrack.evidence.services.requests import answer_request, ask_for, withdraw_request
from casetrack.evidence.services.uploads import (
    NotWhole,
    WrongOffset,
    append_piece,
    cancel_upload,
    finish_upload,
    purge_uploads,
    rewind_upload,
    start_upload,
)

__all__ = [
    "MB",
    "MOST_TRIES",
    "AlreadyHere",
    "NotWhole",
    "WrongOffset",
    "add_file",
    "add_files",
    "answer_request",
    "append_piece",
    "ask_for",
    "attach_files",
    "cancel_upload",
    "clean_name",
    "draw_preview",
    "examine",
    "examine_waiting",
    "finish_upload",
    "note_reading",
    "purge_removed",
    "purge_uploads",
    "remove_draft_files",
    "remove_file",
    "rewind_upload",
    "scan",
    "start_upload",
    "withdraw_request",
]
