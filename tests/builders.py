"""Cases at each station, made by calling services (casetrack.demo.story)."""

from casetrack.demo.cast import Cast
from casetrack.demo.story import (
    ANSWERS_A,
    DECISIONS_A,
    DECISIONS_B,
    EXAMPLE_A,
    EXAMPLE_B,
    HEADER,
    PRICES_A,
    PRICES_B,
    Story,
)

__all__ = [
    "ANSWERS_A",
    "DECISIONS_A",
    "DECISIONS_B",
    "EXAMPLE_A",
    "EXAMPLE_B",
    "HEADER",
    "PRICES_A",
    "PRICES_B",
    "Cast",
    "Story",
]
