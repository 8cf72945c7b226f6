"""Which documents follow which act: composers register for an action of the audit log."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from casetrack.audit.models import Entry
from casetrack.cases.models import Case

Facts = Mapping[str, Any]
# From a case and the act's entry: (kind, facts) of each document to make, texts in the active language.
Composer = Callable[[Case, Entry], Iterable[tuple[str, Facts]]]
COMPOSERS: dict[str, Composer] = {}


def after(action: str) -> Callable[[Composer], Composer]:
    """Decorate the composer of what is given out after an action."""

    def register(composer: Composer) -> Composer:
        COMPOSERS[action] = composer
        return composer

    return register
