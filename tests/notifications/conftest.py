import datetime as dt

import pytest

from casetrack.demo.cast import Cast
from casetrack.lib import clock
from tests.builders import Story


@pytest.fixture
def today(cast: Cast) -> Story:
    """A case that happens now: its steps are news."""
    return Story(cast, at=clock.now() - dt.timedelta(minutes=5))
