"""A mediation told step by step, each step by calling the service that the pages call; the tests tell theirs so too."""

import datetime as dt
from decimal import Decimal
from typing import Any

from casetrack.demo.story import Story
from casetrack.lib.clock import travel_to
from casetrack.mediation.models import ConciliationProposal, Hearing, Mediation
from casetrack.mediation.services import (
    accept_application,
    answer_as_firm,
    answer_as_victim,
    apply_for_mediation,
    propose_settlement,
    set_hearing,
)

ASKS = "建玉の損失と強制決済の損失の全額の補償を求めます。"
ABOUT = "補償が2分の1とされたことに納得できません。"


def applied(story: Story, **other: Any) -> Mediation:
    """The victim applies to mina's body for the whole loss; `other` are arguments of the service instead."""
    said: dict[str, Any] = {"claimed": Decimal(3_000_000), "asks": ASKS, "reason": ABOUT, "has_consented": True}
    with travel_to(story.at):
        mediation = apply_for_mediation(
            story.case, story.cast.body, actor=story.user(story.victim), **{**said, **other}
        )  # fmt: skip
    story.case.refresh_from_db()
    return mediation


def taken_on(story: Story, mediation: Mediation | None = None, file_number: str = "") -> Mediation:
    mediation = mediation or applied(story)
    with travel_to(story.at):
        return accept_application(mediation, file_number=file_number, actor=story.user("mina"))


def hearing_set(story: Story, mediation: Mediation, *, days: float = 14, **other: Any) -> Hearing:
    said: dict[str, Any] = {"place": "東京都中央区日本橋茅場町2-1-1", **other}
    with travel_to(story.at):
        return set_hearing(mediation, at=story.at + dt.timedelta(days=days), actor=story.user("mina"), **said)


def proposed(story: Story, mediation: Mediation, amount: int, *, days: float = 14) -> ConciliationProposal:
    with travel_to(story.at):
        return propose_settlement(
            mediation,
            amount=Decimal(amount),
            text="被申立人は申立人に対し、本件の損失について上記の金額を支払う。",
            reasons="電話での凍結の申出に応じなかった経緯を重くみました。",
            answer_by=story.at + dt.timedelta(days=days),
            actor=story.user("mina"),
        )


def to_proposal(story: Story, amount: int = 2_000_000) -> ConciliationProposal:
    """From an open offer to a proposal that waits for both answers."""
    mediation = taken_on(story)
    hearing_set(story, mediation)
    story.wait(15)
    return proposed(story, mediation, amount)


def victim_says(story: Story, proposal: ConciliationProposal, *, yes: bool = True, words: str = "") -> None:
    with travel_to(story.at):
        answer_as_victim(proposal, is_accepted=yes, words=words, actor=story.user(story.victim))


def firm_says(story: Story, proposal: ConciliationProposal, *, yes: bool = True, words: str = "") -> None:
    with travel_to(story.at):
        answer_as_firm(proposal, is_accepted=yes, words=words, actor=story.user(story.approver))
