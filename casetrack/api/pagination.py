from rest_framework.pagination import CursorPagination


class CasetrackCursorPagination(CursorPagination):
    """Pages by cursor: `next` and `previous` are whole addresses. A view sets `ordering`."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200
