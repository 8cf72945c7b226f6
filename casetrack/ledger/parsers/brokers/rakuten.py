"""Rakuten Securities: Japanese shares, US shares, investment funds (`tradehistory(JP|US|INVST)_*.csv`)."""

from casetrack.ledger.parsers.brokers.brought import BroughtTrade
from casetrack.ledger.parsers.brokers.profile import Profile
from casetrack.ledger.parsers.brokers.values import FUND_UNITS, Cells, account_kind, code_of, contract_value


def _jp(row: Cells) -> BroughtTrade:
    side, deal, words = row.kind("取引区分", "売買区分")
    trades = side in ("buy", "sell")
    quantity = row.positive("数量[株]")
    price = row.positive("単価[円]") if trades else row.number("単価[円]")
    return BroughtTrade(
        line=row.line,
        traded_on=row.day("約定日"),
        settled_on=row.day_or_none("受渡日"),
        security_code=code_of(row.text("銘柄コード")),
        security_name=row.text("銘柄名"),
        market=row.text("市場名称"),
        account_kind=account_kind(row.text("口座区分")),
        side=side,
        deal=deal,
        quantity=quantity,
        price=price,
        amount=contract_value(quantity, price),
        currency="JPY",
        fees=row.total("手数料[円]", "税金等[円]", "諸費用[円]"),
        result=None,
        words=words,
    )


def _us(row: Cells) -> BroughtTrade:
    side, deal, words = row.kind("取引区分", "売買区分")
    quantity, price = row.positive("数量[株]"), row.number("単価[USD]")
    return BroughtTrade(
        line=row.line,
        traded_on=row.day("約定日"),
        settled_on=row.day_or_none("受渡日"),
        security_code=code_of(row.text("ティッカー")),
        security_name=row.text("銘柄名"),
        market="",
        account_kind=account_kind(row.text("口座")),
        side=side,
        deal=deal,
        quantity=quantity,
        price=price,
        amount=row.number("約定代金[USD]") or contract_value(quantity, price),
        currency="USD",  # the unit of price and contract value, whatever currency it was settled in
        fees=row.total("手数料[USD]", "税金[USD]"),
        result=None,
        words=words,
    )


def _fund(row: Cells) -> BroughtTrade:
    side, _deal, words = row.kind("取引")
    quantity, price = row.positive("数量[口]"), row.number("単価")
    value = contract_value(quantity, price)
    return BroughtTrade(
        line=row.line,
        traded_on=row.day("約定日"),
        settled_on=row.day_or_none("受渡日"),
        security_code="",
        security_name=row.text("ファンド名"),
        market="",
        account_kind=account_kind(row.text("口座")),
        side=side,
        deal="fund" if side in ("buy", "sell") else _deal,
        quantity=quantity,
        price=price,
        amount=None if value is None else value / FUND_UNITS,
        currency={"円": "JPY", "": "JPY"}.get(row.text("決済通貨"), "USD"),
        fees=row.number("経費"),
        result=None,
        words=words,
    )


JP = Profile(
    "rakuten_jp",
    "楽天証券 国内株式",
    ("約定日", "受渡日", "銘柄コード", "銘柄名", "市場名称", "取引区分", "売買区分", "数量[株]", "単価[円]"),
    _jp,
)
US = Profile(
    "rakuten_us",
    "楽天証券 米国株式",
    ("約定日", "受渡日", "ティッカー", "銘柄名", "取引区分", "売買区分", "数量[株]", "単価[USD]"),
    _us,
)
FUNDS = Profile(
    "rakuten_funds", "楽天証券 投資信託", ("約定日", "受渡日", "ファンド名", "取引", "数量[口]", "単価"), _fund
)
PROFILES = (JP, US, FUNDS)
