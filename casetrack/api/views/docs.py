"""The API's description. It holds nothing of anybody, so it is open to all."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from casetrack.api.views.base import ApiView

schema = SpectacularAPIView.as_view(permission_classes=[AllowAny])
docs = SpectacularSwaggerSplitView.as_view(
    permission_classes=[AllowAny], url_name="api:schema", template_name="api/docs.html"
)


@extend_schema(exclude=True)
class Nowhere(ApiView):
    """Any other address below /api/v1/: a problem, not a page."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404
