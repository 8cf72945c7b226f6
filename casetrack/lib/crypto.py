"""Encryption at rest, keyed look-up, keyed hashes for the audit log, and Ed25519 signatures."""

import base64
import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("CASETRACK_FIELD_KEYS is not set (docs/operations.md)")
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """The text under the first of CASETRACK_FIELD_KEYS."""
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of a token made by `encrypt` under any of the keys; raises InvalidToken."""
    return _fernet(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()


def encrypt_bytes(data: bytes) -> bytes:
    """As `encrypt`, for bytes: a token of URL-safe characters, a third longer."""
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(data)


def decrypt_bytes(token: bytes) -> bytes:
    """The bytes of a token made by `encrypt_bytes`; raises InvalidToken."""
    return _fernet(tuple(settings.FIELD_KEYS)).decrypt(token)


def _mac(text: str) -> str:
    if not settings.INDEX_KEY:
        raise ImproperlyConfigured("CASETRACK_INDEX_KEY is not set (docs/operations.md)")
    return hmac.new(settings.INDEX_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def normalize_account_number(number: str) -> str:
    """NFKC, upper case, only 0-9 and A-Z, leading zeros kept."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", number).upper())


def account_index(firm_code: str, number: str) -> str:
    """The blind index of an account number: HMAC-SHA-256 (hex) of firm code and normalized number."""
    return _mac(f"account\0{firm_code}\0{normalize_account_number(number)}")


def keyed_hash(value: str) -> str:
    """What enters the audit log instead of a personal value: 16 bytes of HMAC-SHA-256, hex."""
    return _mac(f"value\0{value}")[:32]


def _signing_key() -> Ed25519PrivateKey:
    if not settings.SIGNING_KEY:
        raise ImproperlyConfigured("CASETRACK_SIGNING_KEY is not set (docs/operations.md)")
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.SIGNING_KEY))


def public_key() -> str:
    """The Ed25519 public key of this deployment, base64."""
    raw = _signing_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def public_key_pem() -> bytes:
    """The same as PEM, as openssl reads it."""
    return _signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def sign(data: bytes) -> str:
    """Ed25519 signature, base64."""
    return base64.b64encode(_signing_key().sign(data)).decode()


def is_signed(data: bytes, signature: str, key: str) -> bool:
    """Whether `signature` (base64) over `data` was made by the holder of public `key` (base64)."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(base64.b64decode(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True
