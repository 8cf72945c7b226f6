"""Okasan Online: executions of shares (株式約定履歴.csv)."""

from casetrack.ledger.parsers.brokers.brought import BroughtTrade
from casetrack.ledger.parsers.brokers.profile import Profile
from casetrack.ledger.parsers.brokers.values import Cells, account_kind, code_of, contract_value


def _trade(row: Cells) -> BroughtTrade:
    side, deal, words = row.kind("取引区分")
    quantity, price = row.positive("約定数量"), row.number("約定単価")
    return BroughtTrade(
        line=row.line,
        traded_on=row.day("約定日"),
        settled_on=row.day_or_none("受渡日"),
        security_code=code_of(row.text("銘柄コード")),
        security_name=row.text("銘柄名"),
        market=row.text("市場"),
        account_kind=account_kind(row.text("預り")),
        side=side,
        deal=deal,
        quantity=quantity,
        price=price,
        amount=contract_value(quantity, price),
        currency="JPY",
        fees=row.total("手数料/諸経費等", "税額"),
        result=row.number("決済損益"),
        words=words,
    )


PROFILES = (
    Profile(
        "okasan",
        "岡三オンライン 株式約定履歴",
        ("約定日", "銘柄コード", "銘柄名", "市場", "取引区分", "約定数量", "約定単価", "受渡金額", "決済損益"),
        _trade,
    ),
)
