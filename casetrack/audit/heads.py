"""Chain heads, published daily outside the database: a chain whose tail was cut no longer reaches its head."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from casetrack.audit.models import ChainHead
from casetrack.lib import clock
from casetrack.lib.crypto import is_signed, public_key, sign

HEADS = "select distinct on (chain) chain, seq, encode(hash, 'hex') from audit_entry order by chain, seq desc"


def folder() -> Path:
    return Path(settings.VAR_DIR) / "chain-heads"


def publish_heads(on: dt.date | None = None) -> Path:
    """Write the heads of all chains as signed JSON, one file a day; a second call on a day changes nothing."""
    day = on or clock.tokyo_date(clock.now())
    path = folder() / f"{day.isoformat()}.json"
    if path.exists():
        return path
    with connection.cursor() as cursor:
        cursor.execute(HEADS)
        heads = {chain: [seq, digest] for chain, seq, digest in cursor.fetchall()}
    body = json.dumps({"published_on": day.isoformat(), "heads": heads}, sort_keys=True).encode()
    document = {"body": body.decode(), "signature": sign(body), "public_key": public_key()}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(document), encoding="utf-8")
    temporary.rename(path)
    ChainHead.objects.get_or_create(
        published_on=day,
        defaults={
            "chains": len(heads),
            "entries": sum(seq for seq, _digest in heads.values()),
            "digest": hashlib.sha256(body).hexdigest(),
            "signature": document["signature"],
            "file": path.name,
        },
    )
    return path


def broken_head(path: Path) -> str:
    """What is wrong with a published file or with the chains that it names; empty when all reach their heads."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    body = document["body"].encode()
    if document["public_key"] != public_key() or not is_signed(body, document["signature"], public_key()):
        return f"{path.name}: the signature is not ours"
    with connection.cursor() as cursor:
        for chain, (seq, digest) in sorted(json.loads(body)["heads"].items()):
            cursor.execute("select encode(hash, 'hex') from audit_entry where chain = %s and seq = %s", [chain, seq])
            row = cursor.fetchone()
            if row is None:
                return f"{chain} {seq}: published on {path.stem}, no longer there"
            if row[0] != digest:
                return f"{chain} {seq}: differs from what was published on {path.stem}"
    return ""
