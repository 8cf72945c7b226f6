"""Monex: one history of shares, margin trades and cash (`YYYYMMDD-YYYYMMDD.csv`)."""

import re

from casetrack.ledger.parsers.brokers.brought import BroughtTrade
from casetrack.ledger.parsers.brokers.profile import Profile
from casetrack.ledger.parsers.brokers.values import Cells, account_kind, code_of, contract_value

PADDED = re.compile(r"([0-9][0-9A-Z][0-9][0-9A-Z])0")
"""Monex writes the code of four characters with a 0 behind it."""


def _trade(row: Cells) -> BroughtTrade | None:
    side, deal, words = row.kind("商品", "取引")
    if not row.text("銘柄コード") and not row.text("銘柄名"):
        return None  # cash that came or went, tax
    trades = side in ("buy", "sell")
    quantity_name, price_name = "数量[株/口]/返済数量", "単価/返済約定単価"
    quantity = row.positive(quantity_name) if trades else row.number(quantity_name)
    price, code = row.number(price_name), code_of(row.text("銘柄コード"))
    padded = PADDED.fullmatch(code)
    return BroughtTrade(
        line=row.line,
        traded_on=row.day("約定日"),
        settled_on=row.day_or_none("受渡日"),
        security_code=padded[1] if padded else code,
        security_name=row.text("銘柄名"),
        market="",
        account_kind=account_kind(row.text("口座")),
        side=side,
        deal=deal,
        quantity=quantity,
        price=price,
        amount=row.number("受渡金額[円]") if side == "income" else contract_value(quantity, price),
        currency="JPY",
        fees=row.total("手数料", "税金[手数料消費税及び譲渡益税]", "諸経費"),
        result=row.number("受渡金額[円]") if deal == "margin_close" else None,
        words=words,
    )


PROFILES = (
    Profile(
        "monex",
        "マネックス証券 取引履歴",
        ("約定日", "受渡日", "商品", "取引", "銘柄コード", "銘柄名", "数量[株/口]/返済数量", "単価/返済約定単価"),
        _trade,
    ),
)
