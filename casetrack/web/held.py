"""A file between its upload and the word that it shall be kept: encrypted in the cache, for an hour.

The key says whose file it is and what for; whoever cannot make the key finds nothing.
"""

from django.core.cache import cache

from casetrack.lib.crypto import decrypt, encrypt

WAITS = 3600


def hold(key: str, name: str, data: bytes, note: str = "") -> None:
    """The bytes go through text (Latin-1 holds them one to one) to be encrypted: such files name accounts.

    `note` is what else was chosen with the file.
    """
    cache.set(key, (name, encrypt(data.decode("latin-1")), note), WAITS)


def held(key: str) -> tuple[str, bytes] | None:
    """Name and bytes; None if nothing waits there (any more)."""
    found = cache.get(key)
    return (found[0], decrypt(found[1]).encode("latin-1")) if found else None


def note_on(key: str) -> str:
    found = cache.get(key)
    return str(found[2]) if found else ""


def let_go(key: str) -> None:
    cache.delete(key)
