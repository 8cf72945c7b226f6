"""SMBC Nikko: the history of everything in the account (`Torireki*.csv`)."""

import re

from casetrack.ledger.parsers.brokers.brought import BroughtTrade
from casetrack.ledger.parsers.brokers.profile import Profile
from casetrack.ledger.parsers.brokers.values import Cells, account_kind, code_of

CURRENCY = re.compile(r"通貨[:：]([A-Z]{3})")
FUNDS = re.compile(r"投信|投資信託|MMF|ＭＭＦ|MRF|ＭＲＦ|ファンド")


def _trade(row: Cells) -> BroughtTrade | None:
    side, deal, words = row.kind("商品等", "取引種類")
    name = row.text("銘柄名（ファンド名）")
    if not name and not row.text("銘柄コード"):
        return None  # cash that came or went
    fund = deal == "cash" and FUNDS.search(words) is not None
    trades = side in ("buy", "sell")
    currency = CURRENCY.search(row.text("摘要"))
    paid, received = row.number("支払（出金）"), row.number("預り（入金）")
    return BroughtTrade(
        line=row.line,
        traded_on=row.day_or_none("約定日") or row.day("受渡日"),
        settled_on=row.day_or_none("受渡日"),
        security_code=code_of(row.text("銘柄コード")),
        security_name=name,
        market="",
        account_kind=account_kind(row.text("口座")),
        side=side,
        deal="fund" if fund else deal,
        quantity=row.positive("数量") if trades else row.number("数量"),
        price=row.number("単価"),
        amount=paid if paid is not None else received,
        currency=currency[1] if currency else "JPY",
        fees=None,
        result=None,
        words=words,
    )


PROFILES = (
    Profile(
        "nikko",
        "SMBC日興証券 取引履歴",
        (
            "受渡日",
            "約定日",
            "商品等",
            "取引種類",
            "銘柄名（ファンド名）",
            "銘柄コード",
            "支払（出金）",
            "預り（入金）",
        ),
        _trade,
    ),
)
