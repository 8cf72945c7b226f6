"""JSON bodies up to a limit: REST framework reads past Django's own."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext
from rest_framework.parsers import JSONParser

from casetrack.api.errors import Problem


class LimitedJSONParser(JSONParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {})["request"]
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            raise Problem(413, "too_large", gettext("The request is larger than %(limit)s bytes.") % {"limit": limit})
        return super().parse(stream, media_type, parser_context)
