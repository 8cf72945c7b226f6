"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, dict[str, object]]:
    """`site`; and the same as `product`, because django-allauth's pages set a `site` of their own."""
    facts: dict[str, object] = {"name": settings.SITE_NAME, "demo": settings.DEMO}
    return {"site": facts, "product": facts}
