"""What makes a document checkable: the fingerprint of its facts, and the deployment's signature over a statement."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from casetrack.lib.clock import TOKYO
from casetrack.lib.crypto import is_signed, public_key, sign


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON object: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fingerprint(facts: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the facts."""
    return hashlib.sha256(canonical(facts)).hexdigest()


def statement(reference: str, dated: dt.datetime, of_facts: str) -> bytes:
    """What is signed: that in this case, at this time, a document with these facts was given out."""
    return canonical({"dated": dated.astimezone(TOKYO).isoformat(), "fingerprint": of_facts, "reference": reference})


def proof_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """Statement, signature and public key: the file proof.json inside the PDF. Needs the signing key."""
    said = statement(facts["reference"], dt.datetime.fromisoformat(facts["dated"]), fingerprint(facts))
    return {"statement": said.decode(), "signature": sign(said), "public_key": public_key()}


def is_stated(reference: str, dated: dt.datetime, of_facts: str, signature: str, key: str) -> bool:
    """Whether the holder of public `key` (base64) signed that a document with these facts (their fingerprint) was given
    out in the case at that time."""
    return is_signed(statement(reference, dated, of_facts), signature, key)


def is_genuine(facts: Mapping[str, Any], signature: str, key: str) -> bool:
    """Whether the holder of public `key` (base64) signed for exactly these facts."""
    return is_stated(facts["reference"], dt.datetime.fromisoformat(facts["dated"]), fingerprint(facts), signature, key)
