"""Reports as victims give them: values for the services, and what is typed on the pages."""

import datetime as dt
from decimal import Decimal
from typing import Any

from casetrack.intake.models import Draft
from casetrack.intake.services import save_step, start_draft
from casetrack.intake.steps import STEPS
from casetrack.lib.clock import tokyo
from casetrack.people.models import User

ANSWERS: dict[str, dict[str, Any]] = {
    "you": {
        "family_name": "髙橋", "given_name": "恵", "family_name_kana": "タカハシ", "given_name_kana": "メグミ",
        "language": "ja", "telephone": "090-1234-5678",
    },
    "account": {"rows": [{"firm": "MINATO", "number": "0123-4567890", "kinds": ["specified", "margin"]}]},
    "noticed": {"noticed_at": tokyo(2025, 4, 16, 9, 5), "noticed_how": "notification", "noticed_note": "通知で知った"},
    "told": {
        "firm_answer": "refused", "told_firm_at": tokyo(2025, 4, 16, 9, 20),
        "freeze_asked_at": tokyo(2025, 4, 16, 9, 20), "frozen_at": None, "firm_answer_note": "凍結できないと言われた",
    },
    "log-in": {"mfa_offered": "used", "mfa_kind": "SMS", "vector": "phishing"},
    "trades": {
        "known": "known",
        "rows": [
            {
                "side": "buy", "security": "6182", "traded_on": dt.date(2025, 4, 16), "quantity": Decimal(200000),
                "amount": Decimal(50000000), "on_margin": "yes", "account": "",
            }
        ],
    },
}  # fmt: skip
# What vera adds to the optional pages.
TOPICS: dict[str, dict[str, Any]] = {
    "address": {
        "lives": "japan", "postcode": "154-0023", "prefecture": "東京都", "city": "世田谷区", "street": "若林1-2-3",
        "building": "", "abroad": "",
    },
    "representative": {
        "kind": "family", "name": "髙橋 一郎", "relation": "夫", "telephone": "03-1234-5678", "email": "",
        "power": "later",
    },
    "help": {"needs": ["distress"], "what_helps": "電話は夕方にお願いします"},
    "talks": {
        "rows": [
            {
                "talked_at": tokyo(2025, 4, 16, 9, 20), "channel": "telephone", "person": "サポート 山本様",
                "said": "凍結できません",
            }
        ]
    },
    "happened": {
        "log_ins": "yes", "log_ins_note": "8時55分、知らない端末", "changed": ["mail"], "withdrawn": "yes",
        "withdrawn_amount": Decimal(300000), "withdrawn_on": dt.date(2025, 4, 17),
    },
    "margin": {
        "liquidated": "yes", "liquidated_note": "投信の強制売却", "demanded": "yes",
        "demanded_amount": Decimal(26000000), "demanded_until": dt.date(2025, 4, 23),
    },
    "before": {
        "contacts": ["mail"], "contacted_on": dt.date(2025, 4, 14), "contact_note": "警告メール",
        "typed_in": ["password"], "devices": ["iphone"], "reused": "no", "shared_with": ["aggregator"],
        "scan": "found", "scan_note": "1件",
    },
    "bodies": {
        "rows": [
            {
                "body": "police", "office": "世田谷警察署", "state": "accepted", "number": "R7-123", "refusal": "",
                "went_on": dt.date(2025, 4, 18),
            }
        ]
    },
    "wishes": {"wishes": ["restoration", "logs"], "wish_note": "元に戻してほしい"},
    "consents": {"share_with": ["police"]},
}  # fmt: skip

TYPED: dict[str, dict[str, Any]] = {
    "you": {
        "family_name": "髙橋", "given_name": "恵", "family_name_kana": "たかはし", "given_name_kana": "ﾒｸﾞﾐ",
        "language": "ja", "telephone": "０９０−１２３４−５６７８",
    },
    "account": {
        "rows_total": "1", "row-0-firm": "MINATO", "row-0-number": "０１２３−４５６７８９０",
        "row-0-kinds": ["specified", "margin"],
    },
    "noticed": {
        "noticed_at_year": "２０２５", "noticed_at_month": "4", "noticed_at_day": "16", "noticed_at_time": "午前9:05",
        "noticed_how": "notification", "noticed_note": "",
    },
    "told": {
        "firm_answer": "refused", "told_firm_at_year": "2025", "told_firm_at_month": "4", "told_firm_at_day": "16",
        "told_firm_at_time": "9:20",
    },
    "log-in": {"mfa_offered": "unknown", "vector": "unknown"},
    "trades": {
        "known": "known", "rows_total": "1", "row-0-side": "buy", "row-0-security": "6182",
        "row-0-traded_on_year": "2025", "row-0-traded_on_month": "4", "row-0-traded_on_day": "16",
        "row-0-quantity": "２００，０００株", "row-0-amount": "５，０００万円", "row-0-on_margin": "yes",
    },
}  # fmt: skip


def filled_draft(user: User, **changed: dict[str, Any]) -> Draft:
    """A draft with every needed step answered; `changed` replaces answers of a step ("log_in" for "log-in"), or
    answers an optional one."""
    draft = start_draft(actor=user)
    for name, answers in ANSWERS.items():
        save_step(draft, STEPS[name], answers | changed.pop(name.replace("-", "_"), {}), actor=user)
    for name, answers in changed.items():
        save_step(draft, STEPS[name], answers, actor=user)
    return draft
