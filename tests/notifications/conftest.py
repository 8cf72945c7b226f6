import datetime as dt
from collections.abc import Iterator

import pytest

from casetrack.demo.cast import Cast
from casetrack.lib import clock
from tests.builders import Story


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """The middle of a day in Tokyo, outside of the quiet hours."""
    noon = dt.datetime.combine(clock.tokyo_date(clock.now()), dt.time(12), clock.TOKYO)
    with clock.travel_to(noon):
        yield


@pytest.fixture
def today(cast: Cast) -> Story:
    """A case that happens now: its steps are news."""
    return Story(cast, at=clock.now() - dt.timedelta(minutes=5))
