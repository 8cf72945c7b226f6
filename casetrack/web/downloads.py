"""Files that pages give out."""

from django.http import HttpResponse


def csv_response(name: str, text: str) -> HttpResponse:
    """A CSV (`lib.files.csv_text`) to be saved under `name`: UTF-8 with a byte order mark."""
    return HttpResponse(
        text.encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
