"""Policies that firms published in 2025 and 2026, as templates for a draft of one's own.

Each says where it was read. What a notice does not state is filled from the platform's default and named in `unstated`,
so that nobody takes it for the firm's word.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from casetrack.assessment.models import Method

# What none of the notices that were read states.
NOWHERE_STATED = ("valuation_rule",)


@dataclass(frozen=True)
class Example:
    """A published policy. `unstated` are the fields and components that the notice leaves open, beside those that no
    notice states."""

    slug: str
    name_ja: str
    name_en: str
    source: str
    fields: dict[str, Any]
    unstated: tuple[str, ...] = field(default=())


def _ratios(**ratios: str) -> dict[str, str]:
    unstated = {"liquidation": "0.5", "margin": "0.5", "withdrawals": "1"}
    return {"planted": "0.5", "own_holdings": "0", "costs": "1", "income": "0", **unstated, **ratios}


NOTHING_FIXED = dict.fromkeys(
    ("planted", "own_holdings", "liquidation", "margin", "costs", "income", "withdrawals"), "0"
)
# What a notice names as a ground to reduce or refuse: the care of ID and password; in 2026 the security features too.
CARE = {"password_shared": "1", "password_reused": "1", "code_typed": "1"}
CARE_AND_FEATURES = {**CARE, "mfa_declined": "1"}
OPEN = ("liquidation", "margin", "withdrawals")
YEAR_2025 = dt.date(2025, 1, 1)

EXAMPLES: dict[str, Example] = {
    example.slug: example
    for example in (
        Example(
            "sbi",
            "SBI証券（2025年1月以降）",
            "SBI Securities (from January 2025)",
            "https://www.sbisec.co.jp/ (info250502_compensation); Jiji, 25 July 2025",
            {
                "method": Method.CASH,
                "ratios": _ratios(),
                "solatium": 10000,
                "valid_from": YEAR_2025,
                "valid_until": None,
                "is_individual": False,
                "reductions": {},
                "summary_ja": "不正に買い付けられた銘柄の損失の50％、手数料の全額、一律1万円の見舞金。"
                "保有銘柄が売られただけの損失は対象外。個別のご利用状況を確認したうえで最終的に決定。",
                "summary_en": "Half of the loss on securities bought without authority, all fees, and 10,000 yen to "
                "each victim. "
                "Holdings that were merely sold are not covered. How each customer used the account is looked at "
                "before the final decision.",
            },
            (*OPEN, "reductions"),
        ),
        Example(
            "rakuten",
            "楽天証券（2025年1月以降）",
            "Rakuten Securities (from January 2025)",
            "https://www.rakuten-sec.co.jp/web/info/info20250725-04.html; Jiji, 25 July 2025",
            {
                "method": Method.CASH,
                "ratios": _ratios(),
                "solatium": 10000,
                "valid_from": YEAR_2025,
                "valid_until": None,
                "is_individual": False,
                "reductions": {},
                "summary_ja": "不正に買い付けられた銘柄の損失の50％、手数料の全額、一律1万円の見舞金。"
                "保有銘柄が売られただけの損失は対象外。",
                "summary_en": "Half of the loss on securities bought without authority, all fees, and 10,000 yen to "
                "each victim. "
                "Holdings that were merely sold are not covered.",
            },
            (*OPEN, "reductions"),
        ),
        Example(
            "matsui",
            "松井証券（2025年1月以降）",
            "Matsui Securities (from January 2025)",
            "https://www.matsui.co.jp/news/2025/detail_0725_01.html; Jiji, 25 July 2025",
            {
                "method": Method.CASH,
                "ratios": _ratios(own_holdings="0.5"),
                "solatium": 0,
                "valid_from": YEAR_2025,
                "valid_until": None,
                "is_individual": False,
                "reductions": {},
                "summary_ja": "不正に買い付けられた銘柄の損失と、保有銘柄が売られたことによる損失のそれぞれ50％。",
                "summary_en": "Half of the loss on securities bought without authority, and half of that from holdings "
                "sold.",
            },
            (*OPEN, "costs", "income", "solatium", "reductions"),
        ),
        Example(
            "nomura-base",
            "野村證券（2025年1月1日～6月28日）",
            "Nomura Securities (1 January to 28 June 2025)",
            "https://www.nomura.co.jp/introduc/news/2025/20250729_1.html",
            {
                "method": Method.RESTORATION,
                "ratios": {},
                "solatium": 0,
                "valid_from": YEAR_2025,
                "valid_until": dt.date(2025, 6, 28),
                "is_individual": False,
                "reductions": CARE,
                "summary_ja": "不正取引の前の状態を限度とする原状回復。ID・パスワードの管理状況と当社の対策・"
                "注意喚起を考慮し、減額または補償しないことがある。",
                "summary_en": "Restoration, at most to the state before the unauthorized trades. It may be reduced or "
                "refused, looking at the care of ID and password and at the firm's own measures and warnings.",
            },
        ),
        Example(
            "nomura-individual",
            "野村證券（2025年6月29日～パスキー導入まで）",
            "Nomura Securities (29 June 2025 until passkeys)",
            "https://www.nomura.co.jp/introduc/news/2025/20250729_1.html",
            {
                "method": Method.RESTORATION,
                "ratios": {},
                "solatium": 0,
                "valid_from": dt.date(2025, 6, 29),
                "valid_until": None,
                "is_individual": True,
                "reductions": CARE,
                "summary_ja": "お客さまごとの事情により個別に判断。",
                "summary_en": "Decided individually, by the circumstances of each customer.",
            },
            ("valid_until",),
        ),
        Example(
            "neotrade-2025",
            "SBIネオトレード証券（2026年1月9日まで）",
            "SBI Neotrade Securities (until 9 January 2026)",
            "https://www.sbineotrade.jp/notes/compensation.html",
            {
                "method": Method.CASH,
                "ratios": _ratios(),
                "solatium": 0,
                "valid_from": YEAR_2025,
                "valid_until": dt.date(2026, 1, 9),
                "is_individual": False,
                "reductions": {},
                "summary_ja": "不正に買い付けられた銘柄の買付約定代金の合計から売却約定代金の合計を引いた額の50％。"
                "配当金、分配金、利金、貸株料、株主の権利は対象外。個別の事情を考慮。",
                "summary_en": "Half of the sum of purchases less the sum of sales, by contract value, of the "
                "securities bought. Dividends, distributions, coupons, lending fees and shareholders' rights "
                "are not covered. The circumstances of each case are looked at.",
            },
            ("valid_from", *OPEN, "costs", "solatium", "reductions"),
        ),
        Example(
            "neotrade-2026",
            "SBIネオトレード証券（2026年1月10日以降）",
            "SBI Neotrade Securities (from 10 January 2026)",
            "https://www.sbineotrade.jp/notes/compensation202601.html",
            {
                "method": Method.CASH,
                "ratios": NOTHING_FIXED,
                "solatium": 0,
                "valid_from": dt.date(2026, 1, 10),
                "valid_until": None,
                "is_individual": True,
                "reductions": CARE_AND_FEATURES,
                "summary_ja": "補償の有無と内容は、ID・パスワードの管理状況と"
                "セキュリティ機能の利用状況を確認し、個別に判断。",
                "summary_en": "Whether and what is compensated is decided individually, looking at the care of ID and "
                "password and at the use of the security features offered.",
            },
        ),
    )
}
