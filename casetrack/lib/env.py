"""Readers for settings that come from the environment. A value may also lie in a file named by NAME_FILE (secrets)."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class SettingError(Exception):
    """A setting has a value that cannot be used; the message names it."""


def env(name: str, default: str = "") -> str:
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def env_bool(name: str, default: bool = False) -> bool:
    value = env(name).strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name}={value!r}: use 1 or 0")


def env_int(name: str, default: int) -> int:
    value = env(name).strip()
    try:
        return int(value) if value else default
    except ValueError:
        raise SettingError(f"{name}={value!r}: a whole number is needed") from None


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_url(name: str, *schemes: str) -> str:
    """An address of one of the schemes, or nothing."""
    value = env(name).strip()
    try:
        parts = urlsplit(value)
        is_whole = bool(parts.path if parts.scheme == "unix" else parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_whole = False
    if value and (not is_whole or parts.scheme not in schemes):
        raise SettingError(f"{name}={value!r}: an address is needed that begins with {' or '.join(schemes)}://")
    return value


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a URL such as postgresql://user:secret@host:5432/name?sslmode=require.

    A Unix socket is given as ?host=/folder. An empty URL gives an entry that cannot connect, so that commands
    that need no database run without one.
    """
    parts = urlsplit(url)
    if url and parts.scheme not in {"postgresql", "postgres"}:
        raise SettingError(f"database URL {parts.scheme}://…: only postgresql:// is supported")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "casetrack",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
