"""Several firms in one sitting: a draft for each firm, and one of them leads.

The leading draft holds what is asked once for all (the person, the accounts); each draft holds what concerns its own
firm. So no page of one firm can carry a word about another one. The drafts that follow are made and set aside as firms
are named on the page of the accounts, and taken back when a firm is named again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from casetrack.intake.models import Draft
from casetrack.intake.step import Answers, Part, Step
from casetrack.intake.steps import ACCOUNT, STEPS, applicable, unfinished
from casetrack.lib import clock

Page = tuple[Draft, Step]


def firms_in(answers: Answers) -> list[str]:
    """The codes of the firms whose accounts were named, each once, in that order.

    While the page of the accounts is not finished: those that it named when it last was.
    """
    kept = answers.get(ACCOUNT.identifier, {})
    if "facts" not in kept:
        return list(kept.get("firms", []))
    return list(dict.fromkeys(row["firm"] for row in kept["facts"].get("rows") or [] if row.get("firm")))


@dataclass(frozen=True)
class Sitting:
    """`members` are the drafts that are handed in, one for each firm; `aside` those of firms no longer named."""

    lead: Draft
    members: list[Draft]
    aside: list[Draft]

    @property
    def is_of_several(self) -> bool:
        return len(self.members) > 1

    def owner_of(self, draft: Draft, step: Step) -> Draft:
        """The draft that holds the step's answers."""
        return self.lead if step.is_common else draft

    def answers(self, draft: Draft) -> dict[str, Any]:
        """All answers that concern the draft's firm: its own, those asked once, and its own accounts."""
        common = {name: kept for name, kept in self.lead.answers.items() if name in STEPS and STEPS[name].is_common}
        own = {name: kept for name, kept in draft.answers.items() if name in STEPS and not STEPS[name].is_common}
        if self.is_of_several and "facts" in common.get(ACCOUNT.identifier, {}):
            rows = [row for row in common[ACCOUNT.identifier]["facts"]["rows"] if row["firm"] == draft.firm_code]
            common[ACCOUNT.identifier] = {"facts": {"rows": rows}}
        return common | own

    def common_answers(self) -> dict[str, Any]:
        """What was asked once, the accounts at every firm among it."""
        return {name: kept for name, kept in self.lead.answers.items() if name in STEPS and STEPS[name].is_common}

    def pages(self) -> Iterator[Page]:
        """Every page that matters, in order: the person's, each firm's, then the others."""
        for part in Part:
            for draft in self.members if part is Part.FIRM else [self.lead]:
                answers = self.answers(draft) if part is Part.FIRM else self.common_answers()
                yield from ((draft, step) for step in applicable(answers) if step.part is part)

    def unfinished(self) -> list[Page]:
        """The pages that still hinder the submission."""
        common, missing = unfinished(self.common_answers()), []
        for part in Part:
            for draft in self.members if part is Part.FIRM else [self.lead]:
                steps = unfinished(self.answers(draft)) if part is Part.FIRM else common
                missing += [(draft, step) for step in steps if step.part is part]
        return missing


def sitting_of(draft: Draft) -> Sitting:
    """The sitting that a draft belongs to, as it stands in the database."""
    lead = draft.lead or draft
    drafts = [lead, *lead.followers.order_by("pk")]
    named = firms_in(lead.answers)
    of_firm = {one.firm_code: one for one in drafts}
    members = [of_firm[code] for code in named if code in of_firm] or [lead]
    return Sitting(lead, members, [one for one in drafts if one not in members and one.answers])


def match_firms(lead: Draft, before: list[str]) -> None:
    """After the accounts were saved (`before`: the firms until then): a draft for each firm named.

    A firm that was put in another's place is taken for a correction, and that draft's answers go on under its name.
    The leading draft must be locked.
    """
    named = firms_in(lead.answers)
    drafts = [lead, *lead.followers.order_by("pk")]
    if not lead.firm_code and named:
        _name(lead, named[0])
    known = {one.firm_code: one for one in drafts}
    gone, new = [c for c in before if c not in named], [c for c in named if c not in before]
    if len(gone) == len(new) == 1 and new[0] not in known:
        _name(known[gone[0]], new[0])
        known[new[0]] = known[gone[0]]
    now = clock.now()
    for code in named:
        if code not in known:
            Draft.objects.create(user=lead.user, lead=lead, firm_code=code, started_at=now, saved_at=now)


def _name(draft: Draft, code: str) -> None:
    draft.firm_code = code
    draft.save(update_fields=["firm_code"])
