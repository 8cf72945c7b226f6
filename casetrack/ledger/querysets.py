from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from casetrack.ledger.models import Execution


class ExecutionQuerySet(models.QuerySet["Execution"]):
    def in_order(self) -> "ExecutionQuerySet":
        """The order of a replay: the instant, then the place in the file."""
        return self.order_by("executed_at", "place", "id")

    def undecided(self) -> "ExecutionQuerySet":
        return self.filter(attribution="")
