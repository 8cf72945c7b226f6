"""The one source of the present time. Views read it once per request and pass it on."""

import datetime as dt
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def now() -> dt.datetime:
    """The present instant, aware (UTC)."""
    return dt.datetime.now(dt.UTC)


def tokyo_date(at: dt.datetime) -> dt.date:
    """The calendar day in Asia/Tokyo of an aware instant."""
    return at.astimezone(TOKYO).date()
