"""PDFs as their readers find them."""

import io
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from pypdf import PdfReader

from casetrack.cases.models import Case
from casetrack.documents import storage
from casetrack.documents.models import Document


def in_own_language(case: Case) -> QuerySet[Document]:
    """The documents of a case in its own language, the oldest first."""
    return case.documents.filter(language=case.language).order_by("number")


def read(document: Document) -> PdfReader:
    return PdfReader(io.BytesIO(storage.path_of(document.sha256).read_bytes()))


def text_of(pdf: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in pdf.pages)


def fonts_of(pdf: PdfReader) -> Iterator[tuple[str, bool]]:
    """Every font of every page: its name, and whether it is embedded."""
    for page in pdf.pages:
        for reference in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font: Any = reference.get_object()
            descendants = font.get("/DescendantFonts", [font])
            for one in descendants:
                descriptor = one.get_object()["/FontDescriptor"]
                embedded = any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))
                yield str(font["/BaseFont"]), embedded
