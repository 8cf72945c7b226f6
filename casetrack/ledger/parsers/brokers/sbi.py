"""SBI Securities: executions, margin settlements, tax detail, foreign shares (約定履歴, 信用決済明細, 譲渡益税明細)."""

import re
from collections.abc import Sequence
from decimal import Decimal

from casetrack.ledger.parsers.brokers.brought import BroughtTrade, Control
from casetrack.ledger.parsers.brokers.profile import Profile, stated
from casetrack.ledger.parsers.brokers.table import Line
from casetrack.ledger.parsers.brokers.values import FUND_UNITS, Cells, account_kind, code_of, contract_value

FOREIGN = re.compile(r"(.+?)[\s\u3000]+([A-Z0-9.]+)[\s\u3000]*/[\s\u3000]*(.+)")
US_MARKETS = ("NASDAQ", "NYSE", "AMEX", "ARCA")


def _execution(row: Cells) -> BroughtTrade:
    side, deal, words = row.kind("取引")
    quantity, price = row.positive("約定数量"), row.number("約定単価")
    last = row.number("受渡金額/決済損益")
    fund = deal == "fund" or "投信" in words
    value = contract_value(quantity, price)
    return BroughtTrade(
        line=row.line,
        traded_on=row.day("約定日"),
        settled_on=row.day_or_none("受渡日"),
        security_code=code_of(row.text("銘柄コード")),
        security_name=row.text("銘柄"),
        market=row.text("市場"),
        account_kind=account_kind(row.text("預り")),
        side=side,
        deal=deal,
        quantity=quantity,
        price=price,
        amount=value / FUND_UNITS if fund and value is not None else value,
        currency="JPY",
        fees=row.total("手数料/諸経費等", "税額"),
        result=last if deal == "margin_close" else None,  # of any other row it is what was paid
        words=words,
    )


def _settlement(row: Cells) -> BroughtTrade:
    side, deal, words = row.kind("取引")
    quantity, price = row.positive("決済数量"), row.number("決済単価")
    return BroughtTrade(
        line=row.line,
        traded_on=row.day("決済日"),
        settled_on=row.day_or_none("受渡日"),
        security_code=code_of(row.text("銘柄コード")),
        security_name=row.text("銘柄"),
        market=row.text("決済市場"),
        account_kind=account_kind(row.text("預り")),
        side=side,
        deal=deal,
        quantity=quantity,
        price=price,
        amount=row.number("決済代金") or contract_value(quantity, price),
        currency="JPY",
        fees=row.number("諸費用計"),
        result=row.number("受渡金額/決済損益") if deal == "margin_close" else None,
        words=words,
    )


def _taxed(row: Cells) -> BroughtTrade | None:
    if not row.text("取引"):
        return None  # a sum of tax withheld or given back, not a trade
    side, deal, words = row.kind("取引", "譲渡益取消区分")
    if row.text("譲渡益取消区分"):
        side, deal = "other", "other"  # a trade that was cancelled
    return BroughtTrade(
        line=row.line,
        traded_on=row.day("約定日"),
        settled_on=row.day_or_none("受渡日"),
        security_code=code_of(row.text("銘柄コード")),
        security_name=row.text("銘柄"),
        market="",
        account_kind="specified",
        side=side,
        deal=deal,
        quantity=row.positive("数量"),
        price=None,
        amount=row.number("売却/決済金額"),
        currency="JPY",
        fees=row.number("費用"),
        result=row.number("損益金額/徴収額"),
        words=words,
    )


def _foreign(row: Cells) -> BroughtTrade:
    """The price is in the share's currency, the amount in that of the settlement: the market tells the former."""
    side, deal, words = row.kind("取引")
    quantity, price = row.positive("約定数量"), row.number("約定単価")
    parts = FOREIGN.fullmatch(row.text("銘柄名"))
    market = parts[3] if parts else ""
    dollars = any(known in market.upper() for known in US_MARKETS) or row.text("通貨") == "米国ドル"
    return BroughtTrade(
        line=row.line,
        traded_on=row.day("国内約定日"),
        settled_on=row.day_or_none("国内受渡日"),
        security_code=code_of(parts[2]) if parts else "",
        security_name=parts[1] if parts else row.text("銘柄名"),
        market=market,
        account_kind=account_kind(row.text("預り区分")),
        side=side,
        deal=deal,
        quantity=quantity,
        price=price if dollars else None,
        amount=contract_value(quantity, price) if dollars else row.number("受渡金額"),
        currency="USD" if dollars else "JPY" if row.text("通貨") == "日本円" else "",
        fees=None,
        result=None,
        words=words,
    )


def _counted(above: Sequence[Line], trades: Sequence[BroughtTrade], rows: int) -> tuple[Control, ...]:
    count = stated(above, "明細数")
    return () if count is None else (Control("明細数", count, Decimal(rows)),)


def _settled(above: Sequence[Line], trades: Sequence[BroughtTrade], rows: int) -> tuple[Control, ...]:
    total = stated(above, "決済損益合計")
    found = sum((trade.result for trade in trades if trade.result is not None), Decimal(0))
    results = () if total is None else (Control("決済損益合計", total, found),)
    return (*_counted(above, trades, rows), *results)


EXECUTIONS = Profile(
    "sbi_executions",
    "SBI証券 約定履歴",
    ("約定日", "銘柄", "銘柄コード", "市場", "取引", "預り", "約定数量", "約定単価", "受渡日", "受渡金額/決済損益"),
    _execution,
    _counted,
)
SETTLEMENTS = Profile(
    "sbi_margin",
    "SBI証券 信用決済明細",
    ("決済日", "銘柄", "銘柄コード", "決済市場", "取引", "建日", "決済数量", "決済単価", "受渡金額/決済損益"),
    _settlement,
    _settled,
)
TAX = Profile(
    "sbi_tax",
    "SBI証券 特定口座損益明細",
    ("銘柄コード", "銘柄", "譲渡益取消区分", "約定日", "数量", "取引", "売却/決済金額", "損益金額/徴収額"),
    _taxed,
)
FOREIGN_SHARES = Profile(
    "sbi_foreign",
    "SBI証券 外貨建商品",
    ("国内約定日", "通貨", "銘柄名", "取引", "約定数量", "約定単価", "国内受渡日", "受渡金額"),
    _foreign,
    _counted,
)
PROFILES = (EXECUTIONS, SETTLEMENTS, TAX, FOREIGN_SHARES)
