from typing import Any

from rest_framework.pagination import CursorPagination


class CasetrackCursorPagination(CursorPagination):
    """Pages by cursor: `next` and `previous` are whole addresses. A view says its `ordering`."""

    page_size_query_param = "page_size"
    max_page_size = 200

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        ordering: tuple[str, ...] = view.ordering
        return ordering
