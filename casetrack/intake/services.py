"""Every write to a draft, and the one that makes a case of it."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from casetrack.audit.services import PLATFORM, record
from casetrack.cases.models import Case, OpenedBy, Vector
from casetrack.cases.services import IncidentFacts, TradeClaim, open_case
from casetrack.evidence.services import attach_files, remove_draft_files
from casetrack.firms.models import Firm
from casetrack.intake.answers import Facts
from casetrack.intake.calls import KEPT, call_of, check_taker
from casetrack.intake.locks import lock, lock_open
from casetrack.intake.marks import claims_of, counts
from casetrack.intake.models import Draft
from casetrack.intake.placing import leave_unplaced
from casetrack.intake.sittings import Sitting, firms_in, match_firms, sitting_of
from casetrack.intake.steps import (
    ACCOUNT,
    ADDRESS,
    BROUGHT,
    KNOWN,
    LOG_IN,
    MOST_TRADES,
    NOTICED,
    STEPS,
    TOLD,
    TRADES,
    YOU,
    Step,
    applicable,
)
from casetrack.lib import clock
from casetrack.lib.crypto import account_index, decrypt, encrypt
from casetrack.lib.errors import Conflict, InvalidInput, NotAllowed
from casetrack.lib.scope import system_scope
from casetrack.people.models import Role, User, Victim
from casetrack.people.services import once

MOST_DRAFTS = 10
LONGEST = 200_000


@transaction.atomic
def start_draft(*, actor: User) -> Draft:
    """A new report of the actor's own. Raises NotAllowed (not a victim), Conflict (too many are open)."""
    if actor.role != Role.VICTIM:
        raise NotAllowed(_("Only the owner of an account reports it here."))
    if Draft.objects.visible_to(actor).open().count() >= MOST_DRAFTS:
        raise Conflict(_("You have %(most)s reports that are not handed in. Delete one first."), most=MOST_DRAFTS)
    now = clock.now()
    draft = Draft.objects.create(user=actor, started_at=now, saved_at=now)
    record(chain=PLATFORM, action="intake.draft_started", actor=actor, subject=f"draft:{draft.key}")
    return draft


@transaction.atomic
def save_step(
    draft: Draft,
    step: Step,
    answers: Mapping[str, Any] | None,
    *,
    actor: User,
    typed: Mapping[str, list[str]] | None = None,
    mark: Facts | None = None,
    keeps_answers: bool = False,
) -> Draft:
    """Keep a step's answers (values), or with None only what was `typed`: the step is then not finished, unless it
    `keeps_answers` that it had. `mark` says which tab wrote (`intake.tabs`).

    Other steps stay as they are, whoever saves them at the same time. What is asked once for all firms of a sitting
    is kept with its leading draft, which is then given back. Raises NotAllowed, Conflict, InvalidInput.
    """
    draft = draft.lead or draft if step.is_common else draft
    lock_open(draft, actor)
    before = firms_in(draft.answers)
    kept: Facts = {"firms": before} if step == ACCOUNT else {}
    kept |= mark or {}
    if typed is not None:
        text = json.dumps(dict(typed), ensure_ascii=False)
        if len(text) > LONGEST:
            raise InvalidInput(_("This is more text than can be kept. Hand in long texts as files."))
        kept["typed"] = encrypt(text)
    if answers is not None:
        kept["facts"] = step.pack(answers)
    elif keeps_answers and "facts" in (earlier := draft.answers.get(step.identifier, {})):
        kept |= {"facts": earlier["facts"], "newer": True}
    draft.answers = {**draft.answers, step.identifier: kept}
    draft.saved_at = clock.now()
    draft.save(update_fields=["answers", "saved_at"])
    if step == ACCOUNT and answers is not None:
        match_firms(draft, before)
    return draft


def typed_in(draft: Draft, step: Step) -> dict[str, list[str]]:
    """What was last typed on the step's page, by field name; empty if nothing was."""
    draft = draft.lead or draft if step.is_common else draft
    token = draft.answers.get(step.identifier, {}).get("typed")
    typed: dict[str, list[str]] = json.loads(decrypt(token)) if token else {}
    return typed


@transaction.atomic
def delete_draft(draft: Draft, *, actor: User) -> None:
    """Delete a draft with its files, and those that follow it. Raises NotAllowed, Conflict (it was handed in)."""
    lock_open(draft, actor)
    for one in (*draft.followers.all(), draft):
        _drop(one, actor)


def _drop(draft: Draft, actor: User) -> None:
    remove_draft_files(draft.key, actor=actor)
    record(chain=PLATFORM, action="intake.draft_deleted", actor=actor, subject=f"draft:{draft.key}")
    draft.delete()


@transaction.atomic
def submit_draft(draft: Draft, *, actor: User, key: uuid.UUID | None) -> Case:
    """Check every step again and open a case at each firm of the sitting; the first of them is given back.

    A second submission, also at the same time, gives the same cases. Raises NotAllowed, Conflict (the draft was
    deleted), InvalidInput (a step is not finished; `field` names it).
    """
    lead = draft.lead or draft
    reference = once(actor, key, "intake.submit", lambda: _submit(lead, actor).reference)
    return Case.objects.visible_to(actor).select_related("firm").get(reference=reference)


def _submit(lead: Draft, actor: User) -> Case:
    if lock(lead, actor).case_id is not None:
        return Case.objects.visible_to(actor).get(draft=lead)
    list(lead.followers.select_for_update(no_key=True).order_by("pk"))
    sitting = sitting_of(lead)
    missing = sitting.unfinished()
    if missing:
        raise InvalidInput(_("A part of your report is not finished."), field=missing[0][1].identifier)
    facts = [_facts(sitting, draft) for draft in sitting.members]
    firms = [_firm(of_firm) for of_firm in facts]
    call = call_of(lead)
    for firm in firms if call else ():
        check_taker(firm, actor)
    person = facts[0][YOU.identifier], facts[0].get(ADDRESS.identifier, {})
    victim = _caller(*person) if call else _profile(actor, *person)
    together = uuid.uuid4() if sitting.is_of_several else None
    cases = [
        _open(draft, firm, victim, of_firm, together, actor, call)
        for draft, firm, of_firm in zip(sitting.members, firms, facts, strict=True)
    ]
    _close(sitting, cases, actor)
    return cases[0]


def _facts(sitting: Sitting, draft: Draft) -> dict[str, Facts]:
    """The draft's answers by step, without what is set aside."""
    answers = sitting.answers(draft)
    return {step.identifier: step.read(answers) for step in applicable(answers)}


def _firm(facts: Mapping[str, Facts]) -> Firm:
    firm = Firm.objects.filter(code=facts[ACCOUNT.identifier]["rows"][0]["firm"], is_active=True).first()
    if firm is None:
        raise InvalidInput(_("Choose the firm again: this one is no longer here."), field=ACCOUNT.identifier)
    return firm


def _open(
    draft: Draft,
    firm: Firm,
    victim: Victim,
    facts: Mapping[str, Facts],
    together: uuid.UUID | None,
    actor: User,
    call: str,
) -> Case:
    case = open_case(
        firm=firm,
        victim=victim,
        opened_by=OpenedBy.FIRM if call else OpenedBy.VICTIM,
        identified=call,
        incidents=_incidents(firm, facts, draft),
        actor=actor,
        report=_report(facts, draft) | ({"call": draft.answers[KEPT]["identified"]} if call else {}),
        language=victim.language,
        sitting=together,
    )
    leave_unplaced(case, _unknown(facts, firm, draft))
    attach_files(draft.key, case, actor=actor)
    return case


def _close(sitting: Sitting, cases: list[Case], actor: User) -> None:
    """The cases hold the answers now: each draft keeps its case alone, and what was set aside goes."""
    members = list(sitting.members)
    if sitting.lead not in members:  # its own firm is no longer named: it stands for the first that is
        remove_draft_files(sitting.lead.key, actor=actor)
        members[0].delete()
        members[0] = sitting.lead
    for draft in sitting.lead.followers.exclude(pk__in=[member.pk for member in members]):
        _drop(draft, actor)
    for draft, case in zip(members, cases, strict=True):
        draft.case, draft.answers = case, {}
        draft.save(update_fields=["case", "answers"])


def _person(you: Facts, address: Facts) -> dict[str, str]:
    """The person's facts. An address that was not given leaves the one known before."""
    names = ("family_name", "given_name", "family_name_kana", "given_name_kana", "language", "telephone")
    facts = {name: you[name] or "" for name in names}
    if written := _on_a_letter(address):
        facts |= {"postcode": address["postcode"] or "", "address": written}
    return facts


def _caller(you: Facts, address: Facts) -> Victim:
    """A customer without a log-in, whom the firm writes down. Nobody sees it before its case is there, not even the
    firm: so it is the system that stores it."""
    with system_scope():
        return Victim.objects.create(**_person(you, address))


def _profile(actor: User, you: Facts, address: Facts) -> Victim:
    """The victim's own facts as they are now."""
    facts = _person(you, address)
    victim, _created = Victim.objects.update_or_create(user=actor, defaults={**facts, "email": actor.email})
    if actor.language != victim.language:
        actor.language = victim.language
        actor.save(update_fields=["language"])
    return victim


def _on_a_letter(address: Facts) -> str:
    if not address:
        return ""
    place = address["prefecture"] + address["city"] + address["street"]
    return "\n".join(filter(None, (place, address["building"], address["abroad"])))


def _incidents(firm: Firm, facts: Mapping[str, Facts], draft: Draft) -> list[IncidentFacts]:
    """One for each account, an account named twice but once. The trades stand with the account that they were said to
    be of; where nobody said it, or it is no longer named, they come last with the first."""
    accounts = {account_index(firm.code, row["number"]): row for row in facts[ACCOUNT.identifier]["rows"]}
    shared = _what_happened(facts)
    incidents: dict[str, IncidentFacts] = {
        index: {**shared, "number": row["number"], "kinds": row["kinds"], "trades": []}
        for index, row in accounts.items()
    }
    trades = _trades(facts[TRADES.identifier], draft)
    for account, claim in trades:
        if account in incidents:
            incidents[account]["trades"].append(claim)
    next(iter(incidents.values()))["trades"].extend(claim for account, claim in trades if account not in incidents)
    return list(incidents.values())


def _unknown(facts: Mapping[str, Facts], firm: Firm, draft: Draft) -> int:
    """Of how many trades nobody knows in which of several accounts they were."""
    accounts = {account_index(firm.code, row["number"]) for row in facts[ACCOUNT.identifier]["rows"]}
    if len(accounts) == 1:
        return 0
    return sum(account not in accounts for account, _claim in _trades(facts[TRADES.identifier], draft))


def _what_happened(facts: Mapping[str, Facts]) -> IncidentFacts:
    log_in, noticed, told = facts[LOG_IN.identifier], facts[NOTICED.identifier], facts[TOLD.identifier]
    return {
        "vector": log_in["vector"] or Vector.UNKNOWN,
        "mfa_offered": log_in["mfa_offered"],
        "mfa_kind": log_in["mfa_kind"],
        "noticed_at": noticed["noticed_at"],
        "noticed_how": noticed["noticed_how"],
        "noticed_note": noticed["noticed_note"],
        "told_firm_at": told["told_firm_at"],
        "freeze_asked_at": told["freeze_asked_at"],
        "frozen_at": told["frozen_at"],
        "firm_answer": told["firm_answer"],
        "firm_answer_note": told["firm_answer_note"],
    }


def _trades(trades: Facts, draft: Draft) -> list[tuple[str, TradeClaim]]:
    if trades["known"] == BROUGHT:
        return claims_of(draft)
    return [(row["account"] or "", typed_claim(row)) for row in trades["rows"]] if trades["known"] == KNOWN else []


def _row(account: str, claim: TradeClaim) -> Facts:
    """A claim as a row of the report."""
    said = {True: "yes", False: "no", None: "unknown"}[claim["on_margin"]]
    return {**claim, "security": claim["security"] or "—", "on_margin": said, "account": account}


def typed_claim(row: Mapping[str, Any]) -> TradeClaim:
    """A trade of a form as a claim; its other values are passed over."""
    return {
        "side": row["side"],
        "security": row["security"],
        "traded_on": row["traded_on"],
        "quantity": row["quantity"],
        "amount": row["amount"],
        "on_margin": {"yes": True, "no": False}.get(row["on_margin"]),
    }


def _report(facts: Mapping[str, Facts], draft: Draft) -> dict[str, Any]:
    """What was handed in, but for the accounts: they are kept with the incidents, their numbers encrypted.

    What is set aside is not in it. Of a broker's list it has the trades that are claimed, and how all were answered.
    """
    steps = {name: STEPS[name].pack(answers) for name, answers in facts.items() if answers}
    steps[ACCOUNT.identifier] = {}
    if facts[TRADES.identifier]["known"] == BROUGHT:
        rows = [_row(account, claim) for account, claim in claims_of(draft)[:MOST_TRADES]]
        steps[TRADES.identifier] = TRADES.pack({"known": BROUGHT, "rows": rows}) | {"list": counts(draft)}
    return {"version": 2, "declared_at": clock.now().isoformat(), "steps": steps}
