"""How an input is refused: one code, one sentence that a clerk understands, and the event where one can be named."""

from typing import Literal

Code = Literal[
    "malformed",
    "oversold",
    "overbought",
    "no_open_position",
    "missing_price",
    "missing_rate",
    "check_failed",
]


class Refusal(Exception):
    """The input cannot be assessed. `event` is the id of the event at fault, or None where none can be named."""

    def __init__(self, code: Code, message: str, event: str | None = None) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.event = event

    def as_json(self) -> dict[str, dict[str, str | None]]:
        """The error object of assessment.md: `{"error": {"code", "message", "event"}}`."""
        return {"error": {"code": self.code, "message": self.message, "event": self.event}}
