"""Secrets of an installation that brings none: made once, kept under var/. The environment's come first."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

from casetrack.lib.env import SettingError

MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "CASETRACK_FIELD_KEYS": lambda: Fernet.generate_key().decode(),
    "CASETRACK_INDEX_KEY": lambda: secrets.token_urlsafe(32),
    "CASETRACK_SIGNING_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
}


def not_given() -> list[str]:
    """Secrets that the environment holds neither as a value nor as a file."""
    return [name for name in MAKERS if not (os.environ.get(name) or os.environ.get(f"{name}_FILE"))]


def secrets_file(folder: Path) -> Path:
    return folder / "secrets.env"


def secrets_of(folder: Path) -> dict[str, str]:
    """What the environment lacks, from `folder`/secrets.env (0600); made there if need be."""
    missing = not_given()
    if not missing:
        return {}
    path = secrets_file(folder)
    if path.exists():
        kept = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    else:
        kept = {name: make() for name, make in MAKERS.items()}
        write_private(path, "".join(f"{name}={value}\n" for name, value in kept.items()))
    return {name: kept[name] for name in missing if name in kept}


def write_private(path: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as e:
        raise SettingError(f"{path} cannot be written: {e.strerror}") from e
