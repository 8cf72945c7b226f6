"""The people and firms of the demo world; the tests use the same (docs/interfaces.md)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress

from casetrack.assessment.services import add_firm, publish_policy
from casetrack.bodies.models import Body, BodyMembership
from casetrack.bodies.services import add_body
from casetrack.firms.models import Firm, Membership
from casetrack.lib.clock import tokyo, travel_to
from casetrack.people.models import Role, User, Victim

PASSWORD = "demo-casetrack"  # noqa: S105  (demo only; printed by `make run`)

FIRMS: dict[str, dict[str, Any]] = {
    "MINATO": {
        "name_ja": "みなと証券",
        "name_en": "Minato Securities",
        "emergency_phone": "0120-000-111",
        "emergency_hours_ja": "24時間",
        "emergency_hours_en": "24 hours",
    },
    "AOZORA": {
        "name_ja": "あおぞら証券",
        "name_en": "Aozora Securities",
        "emergency_phone": "0120-000-222",
        "emergency_hours_ja": "平日 8:00–20:00",
        "emergency_hours_en": "weekdays 8:00–20:00",
    },
}
RESTORATION = {
    "method": "restoration",
    "ratios": {},
    "solatium": 0,
    "valid_from": dt.date(2025, 1, 1),
    "summary_ja": "不正取引の前の状態に口座を戻します。戻せないときは、その額をお支払いします。",
    "summary_en": "The account is put back to what it was before the unauthorized trades. What cannot be put back is "
    "paid.",
}
# The day of the members' agreement on a compensation: before any case of the demo was assessed.
POLICIES_PUBLISHED = tokyo(2025, 5, 2, 9)
STAFF = {
    "fiona": ("fiona@minato.example", "MINATO", "intake", "Fiona 藤井"),
    "ivan": ("ivan@minato.example", "MINATO", "investigator", "Ivan 井上"),
    "alma": ("alma@minato.example", "MINATO", "approver", "Alma 有馬"),
    "sora": ("sora@minato.example", "MINATO", "approver", "Sora 曽我"),
    "ada": ("ada@minato.example", "MINATO", "admin", "Ada 安達"),
    "bruno": ("bruno@aozora.example", "AOZORA", "approver", "Bruno 馬場"),
    "iris": ("iris@aozora.example", "AOZORA", "investigator", "Iris 入江"),
}
# The body that Japan's securities firms have: its name and telephone are its own, its mediator here is not.
BODY = {"name_ja": "FINMAC（証券・金融商品あっせん相談センター）", "name_en": "FINMAC", "telephone": "0120-64-5005"}
VICTIMS = {
    "vera": ("vera@example.com", "髙橋", "恵", "タカハシ", "メグミ", "ja"),
    "otto": ("otto@example.com", "Berger", "Otto", "", "", "en"),
    "hana": ("hana@example.com", "𠮷田", "花", "ヨシダ", "ハナ", "ja"),
    "kenji": ("kenji@example.com", "山﨑", "健二", "ヤマザキ", "ケンジ", "ja"),
}
OTHERS = {"rita": ("rita@regulator.example", Role.REGULATOR), "mina": ("mina@adr.example", Role.MEDIATOR)}


@dataclass(frozen=True)
class Cast:
    """Everybody by first name: `cast.user["vera"]`, `cast.victim["vera"]`, `cast.firm["MINATO"]`. `body` is where mina
    mediates."""

    user: dict[str, User]
    victim: dict[str, Victim]
    firm: dict[str, Firm]
    body: Body


def make_cast(*, password: str | None = PASSWORD) -> Cast:
    """Create firms with their policies, and everybody. Runs in the system's scope."""
    system = User.objects.system()
    with travel_to(POLICIES_PUBLISHED):
        firms = {code: add_firm(code, actor=system, **names) for code, names in FIRMS.items()}
        publish_policy(firms["AOZORA"], actor=system, **RESTORATION)
    users: dict[str, User] = {}
    for name, (email, code, role, display_name) in STAFF.items():
        users[name] = User.objects.create_user(email, password, role=Role.FIRM, is_demo=True)
        Membership.objects.create(user=users[name], firm=firms[code], role=role, display_name=display_name)
    for name, (email, role) in OTHERS.items():
        users[name] = User.objects.create_user(email, password, role=role, is_demo=True)
    body = add_body("FINMAC", actor=system, **BODY)
    BodyMembership.objects.create(user=users["mina"], body=body, display_name="Mina 三田")
    victims: dict[str, Victim] = {}
    for name, (email, family, given, family_kana, given_kana, language) in VICTIMS.items():
        users[name] = User.objects.create_user(email, password, role=Role.VICTIM, is_demo=True, language=language)
        victims[name] = Victim.objects.create(
            user=users[name],
            family_name=family,
            given_name=given,
            family_name_kana=family_kana,
            given_name_kana=given_kana,
            language=language,
            email=email,
        )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users.values()
    )
    return Cast(users, victims, firms, body)
