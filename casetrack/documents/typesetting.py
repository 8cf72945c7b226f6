"""Facts become a PDF by Typst: tagged PDF/A-3a and PDF/UA-1, our fonts embedded, the same bytes for the same facts."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import qrcode
import typst
from django.conf import settings
from qrcode.image.svg import SvgPathImage

from casetrack.documents.proofs import canonical, fingerprint

FONTS = Path(__file__).parent / "fonts"
SOURCES = settings.BASE_DIR / "templates" / "documents"


def qr_svg(address: str) -> str:
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
    code.add_data(address)
    drawn = io.BytesIO()
    code.make_image(image_factory=SvgPathImage).save(drawn)
    return drawn.getvalue().decode()


def _inputs(facts: Mapping[str, Any], proof: Mapping[str, str], address: str) -> dict[str, str]:
    data = {
        "facts": facts,
        "files": {"facts.json": canonical(facts).decode(), "proof.json": canonical(proof).decode()},
        "fingerprint": fingerprint(facts),
        "address": address,
        "qr": qr_svg(address) if address else "",
    }
    return {"data": json.dumps(data, ensure_ascii=False)}


def pdf(facts: Mapping[str, Any], proof: Mapping[str, str], address: str = "") -> bytes:
    """The document's bytes. `address` is the page that confirms it, printed with a QR code; empty for none."""
    made = typst.compile(
        SOURCES / "document.typ",
        root=SOURCES,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs=_inputs(facts, proof, address),
        pdf_standards=["a-3a", "ua-1"],
    )
    assert isinstance(made, bytes)  # noqa: S101
    return made
