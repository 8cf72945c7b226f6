"""Secrets of the embedded installation: made once, kept under var/, never used where the environment gives them."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "CASETRACK_FIELD_KEYS": lambda: Fernet.generate_key().decode(),
    "CASETRACK_INDEX_KEY": lambda: secrets.token_urlsafe(32),
    "CASETRACK_SIGNING_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
}


def secrets_of(folder: Path) -> dict[str, str]:
    """The secrets in `folder`/secrets.env (0600), made if they are not there; the environment's come first."""
    path = folder / "secrets.env"
    if path.exists():
        kept = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    else:
        kept = {name: make() for name, make in MAKERS.items()}
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in kept.items())
    return {name: os.environ.get(name) or value for name, value in kept.items()}
