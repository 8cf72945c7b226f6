"""The one source of the present time. Views read it once per request and pass it on."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
_travelled: ContextVar[dt.datetime | None] = ContextVar("travelled", default=None)


def now() -> dt.datetime:
    """The present instant, aware (UTC); inside `travel_to` the instant travelled to."""
    return _travelled.get() or dt.datetime.now(dt.UTC)


@contextmanager
def travel_to(at: dt.datetime) -> Iterator[None]:
    """Let `now` be `at` (aware) inside the block: for demo data with a past, and for tests of deadlines."""
    token = _travelled.set(at)
    try:
        yield
    finally:
        _travelled.reset(token)


def tokyo(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> dt.datetime:
    """An instant by the clock of Tokyo."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=TOKYO)


def tokyo_date(at: dt.datetime) -> dt.date:
    """The calendar day in Asia/Tokyo of an aware instant."""
    return at.astimezone(TOKYO).date()
