"""What the process writes to its log: faults with their places in the code, and no values of people."""

import logging
import re
from types import TracebackType

# PostgreSQL tells the whole row that a constraint refused: names, kana, addresses.
DETAIL = re.compile(
    r"^DETAIL:.*?(?=^(?:CONTEXT|HINT|Traceback|The above exception|During handling)\b|\Z)", re.MULTILINE | re.DOTALL
)
Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    def formatException(self, ei: Fault) -> str:  # noqa: N802
        return DETAIL.sub("DETAIL: not logged\n\n", super().formatException(ei)).rstrip()
