"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, dict[str, object]]:
    return {"site": {"name": settings.SITE_NAME, "demo": settings.DEMO}}
