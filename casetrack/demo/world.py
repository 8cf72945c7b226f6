"""The demo world: what happened lies in April and May 2025, what is still going on ends today."""

import datetime as dt
from decimal import Decimal

from django.db import transaction

from casetrack.demo.cast import Cast, make_cast
from casetrack.demo.mediation import applied, hearing_set, taken_on
from casetrack.demo.prices import daily_bars
from casetrack.demo.story import ANSWERS_A, DECISIONS_B, EXAMPLE_B, PRICES_A, Story
from casetrack.firms.models import Firm
from casetrack.lib.clock import TOKYO, now
from casetrack.market.services import import_prices
from casetrack.people.models import User


def is_loaded() -> bool:
    return Firm.objects.filter(code="MINATO").exists()


@transaction.atomic
def load_world() -> Cast:
    """Everything of docs/interfaces.md's demo world. Runs in the system's scope, once."""
    cast = make_cast()
    import_prices("demo-bars.csv", daily_bars(), actor=User.objects.system())
    today = now().astimezone(TOKYO).replace(hour=10, minute=0, second=0, microsecond=0)
    the_investor(cast, today)
    for tell in (
        just_submitted, acknowledged, overdue_investigation, waiting_for_the_victim, assessed, agreed, compensated,
        closed, declined, withdrawn, escalated, restoration_at_aozora, settled_in_part, in_mediation,
    ):  # fmt: skip
        tell(cast, today)
    return cast


def _days(count: float) -> dt.timedelta:
    return dt.timedelta(days=count)


def _second_kind(cast: Cast, victim: str, account: str, at: dt.datetime, firm: str = "MINATO") -> Story:
    """A case like example B, priced by market data: own shares sold to buy a planted issue."""
    return Story(
        cast, victim=victim, firm=firm, account=account, at=at, ledger=EXAMPLE_B, decisions=dict(DECISIONS_B),
        prices={},
    )  # fmt: skip


def _reported(story: Story) -> Story:
    return story.reported(
        kinds=["specified"], firm_answer="frozen", mfa_offered="not_offered", noticed_how="log_in",
        trades=[
            {"side": "sell", "security": "7203", "traded_on": dt.date(2025, 4, 16), "quantity": Decimal(1000)},
            {"side": "buy", "security": "7992", "traded_on": dt.date(2025, 4, 16), "quantity": Decimal(20000)},
        ],
    )  # fmt: skip


def the_investor(cast: Cast, today: dt.datetime) -> None:
    """Vera, 16 April 2025: bought on margin, sold by herself, the fund liquidated; an offer is open."""
    story = Story(cast, prices={"SP500F": PRICES_A["SP500F"]}).reported().wait(0.6).acknowledged().wait(1)
    story.says("fiona", "ご申告を受け付けました。ご不安なことと存じます。担当の井上が調査します。")
    story.investigating().wait(20).access_confirmed().ledger_imported().wait(1).answered(ANSWERS_A).decided()
    story.says("vera", "電話で凍結をお願いしましたが、できないと言われました。その記録も見てください。")
    story.overdue().at = today - _days(6)
    story.date_proposed(
        "vera", dt.date(2025, 5, 30), "投資信託は持ち続けるつもりでした。月末の基準価額で計算してください。",
        accepted_by="ivan",
    )  # fmt: skip
    story.at = today - _days(5)
    story.assessed(source="運用会社のウェブサイトの基準価額（2025年5月30日）")
    story.at = today - _days(3)
    story.offered(
        reasons="建玉の損失と強制決済の損失の2分の1、手数料と金利の全額、見舞金1万円をお支払いします。", days=14
    )


def just_submitted(cast: Cast, today: dt.datetime) -> None:
    _reported(_second_kind(cast, "otto", "2000-0000001", today - _days(0.1)))


def acknowledged(cast: Cast, today: dt.datetime) -> None:
    _reported(_second_kind(cast, "hana", "2000-0000002", today - _days(2))).wait(0.5).acknowledged()


def overdue_investigation(cast: Cast, today: dt.datetime) -> None:
    story = _reported(_second_kind(cast, "kenji", "2000-0000003", today - _days(60))).wait(1).acknowledged().wait(1)
    story.investigating().wait(2).access_confirmed().ledger_imported().overdue()


def waiting_for_the_victim(cast: Cast, today: dt.datetime) -> None:
    story = _reported(_second_kind(cast, "hana", "2000-0000004", today - _days(12))).wait(1).acknowledged().wait(1)
    story.investigating().wait(3).does("ivan", "ask_victim", "4月17日の売却はご自身の取引ですか。")


def assessed(cast: Cast, today: dt.datetime) -> None:
    """The customer asks for another valuation date; the firm has not answered."""
    story = _until_assessed(cast, "kenji", "2000-0000005", today - _days(2))
    story.wait(1).date_proposed("kenji", dt.date(2025, 5, 15), "口座が凍結されてすぐの日の価格で計算してほしいです。")


def agreed(cast: Cast, today: dt.datetime) -> None:
    _until_agreed(cast, "otto", "2000-0000006", today - _days(1))


def compensated(cast: Cast, today: dt.datetime) -> None:
    _until_agreed(cast, "hana", "2000-0000007", today - _days(6)).wait(3).paid()


def closed(cast: Cast, today: dt.datetime) -> None:
    _until_agreed(cast, "kenji", "2000-0000008", today - _days(30)).wait(3).paid().wait(2).receipt_confirmed()


def declined(cast: Cast, today: dt.datetime) -> None:
    story = _reported(_second_kind(cast, "otto", "2000-0000009", today - _days(40))).wait(1).acknowledged().wait(1)
    story.investigating().wait(15).does(
        "alma", "decline", "The log-ins came from your own device and the orders were confirmed by telephone."
    )


def withdrawn(cast: Cast, today: dt.datetime) -> None:
    _reported(_second_kind(cast, "hana", "2000-0000010", today - _days(20))).wait(3).does("hana", "withdraw")


def escalated(cast: Cast, today: dt.datetime) -> None:
    """A code typed into a false site: the firm takes a share off and says why; the customer sees it otherwise."""
    story = _until_assessed(cast, "kenji", "2000-0000011", today - _days(25), share="0.1").wait(1).offered()
    story.wait(5).does("kenji", "escalate", "金額の考え方に納得できないため、外部の機関に相談します。")


def in_mediation(cast: Cast, today: dt.datetime) -> None:
    """Otto could not agree and applied to FINMAC: mina has taken the case on, and a hearing lies ahead."""
    story = _until_assessed(cast, "otto", "2000-0000012", today - _days(45)).wait(1).offered()
    story.says("otto", "The pop-up looked exactly like your own page, and you had not warned anybody yet.")
    story.wait(4).countered(story.run.loss.quantize(Decimal(1)), "I lost this much, and none of it by an act of mine.")
    story.wait(9)
    mediation = applied(
        story, claimed=story.run.loss.quantize(Decimal(1)),
        asks="Compensation of the whole loss.", reason="The firm answered my amount with silence.",
    )  # fmt: skip
    story.wait(6)
    taken_on(story, mediation, file_number="あ-2026-118")
    story.wait(2)
    days = (today + _days(9) - story.at).days
    note = "本人確認書類と、当日の通知メールの写しをお持ちください。"
    hearing_set(story, mediation, days=days, note=note)


def restoration_at_aozora(cast: Cast, today: dt.datetime) -> None:
    story = _second_kind(cast, "otto", "55-000012", today - _days(30), firm="AOZORA")
    _reported(story).wait(1).acknowledged().wait(1).investigating().wait(5).access_confirmed().ledger_imported()
    story.wait(2).decided().wait(10).assessed().wait(2).offered(
        reasons="We restore the account to what it was; the value at the valuation date is shown line by line.",
        days=30,
    )


def settled_in_part(cast: Cast, today: dt.datetime) -> None:
    """Planted issue, fees and solatium are settled and paid; the shares that were sold are still in dispute."""
    story = _until_assessed(cast, "hana", "2000-0000013", today - _days(16)).wait(1).offered().wait(2)
    agreed = ("planted", "costs", "solatium")
    story.countered_in_parts(
        {"own_holdings": Decimal(200_000)},
        {"own_holdings": "売られなければ今も持っていた株です。"},
        "買い付けられた株と手数料については同じ考えです。先に補償してください。",
        settles=agreed,
    )
    story.wait(2).part_offered(*agreed).wait(1).accepted().wait(4).paid().wait(1).receipt_confirmed()


def _until_assessed(cast: Cast, victim: str, account: str, end: dt.datetime, *, share: str = "") -> Story:
    story = _reported(_second_kind(cast, victim, account, end - _days(30))).wait(1).acknowledged().wait(1)
    story.investigating().wait(3).access_confirmed().ledger_imported().wait(2).decided()
    story.at = end
    return (story.reduced(share) if share else story).assessed()


def _until_agreed(cast: Cast, victim: str, account: str, end: dt.datetime) -> Story:
    story = _until_assessed(cast, victim, account, end - _days(5)).wait(1).offered()
    story.at = end
    return story.accepted()
