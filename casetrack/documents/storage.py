"""Where the PDFs lie: under EVIDENCE_DIR/documents by their SHA-256, apart from what people hand in: a file that is
taken out of a draft again is deleted, and it may be a copy of one of these."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


def path_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "documents" / sha256[:2] / sha256[2:4] / sha256


def keep(content: bytes) -> str:
    """Write the bytes to their place, durably and by one rename; their SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = path_of(sha256)
    if target.exists():
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o400)
    Path(file.name).replace(target)
    return sha256
