"""What is known of taxes and NISA after a hijack, by method: facts with their source and day, never advice.

The guidance of the National Tax Agency is cited as it was reported; the Agency's own page was not at hand. What was
looked for and not found stands here as open, with who can answer it.
"""

import datetime as dt
from dataclasses import dataclass

from casetrack.assessment.models import Method
from casetrack.lib.formats import is_japanese


@dataclass(frozen=True)
class Source:
    """Who said it, when, and where it is read (an address without its scheme: letters hold no links)."""

    name_ja: str
    name_en: str
    on: dt.date
    address: str

    @property
    def name(self) -> str:
        return self.name_ja if is_japanese() else self.name_en


@dataclass(frozen=True)
class Fact:
    """One sentence for some methods. Without a source it is open, and the sentence says who can answer."""

    slug: str
    methods: tuple[Method, ...]
    text_ja: str
    text_en: str
    source: Source | None = None

    @property
    def text(self) -> str:
        return self.text_ja if is_japanese() else self.text_en

    @property
    def is_open(self) -> bool:
        return self.source is None


NEWS = Source(
    "国税庁の考え方についての報道（e-ikj.net）",
    "Report on the National Tax Agency's guidance (e-ikj.net)",
    dt.date(2026, 2, 2),
    "www.e-ikj.net/news/42595",
)
ACCOUNTANT = Source(
    "国税庁の考え方についての会計事務所の解説（牧会計事務所）",
    "An accountant's account of the same guidance (Maki)",
    dt.date(2026, 2, 18),
    "maki-kaikei.com/2026/02/18/",
)
BOTH = (Method.CASH, Method.RESTORATION)

FACTS = (
    Fact(
        "restored",
        (Method.RESTORATION,),
        "口座が不正取引の前の状態に戻された場合、その不正取引による損益は生じないものとされ、所得税の課税はないとされています。",
        "If the account is put back to what it was before the unauthorized trades, these trades give neither gain nor "
        "loss, and no income tax arises from them.",
        ACCOUNTANT,
    ),
    Fact(
        "not_restored",
        (Method.CASH,),
        "口座が元の状態に戻されない場合、不正取引による利益や損失は、通常の株式取引の損益と同じように扱われるとされています。",
        "If the account is not put back, gains and losses of the unauthorized trades count for tax as those of any "
        "other trade.",
        ACCOUNTANT,
    ),
    Fact(
        "money",
        BOTH,
        "証券会社から支払われる補償金は、原則として非課税とされています。補償の内容や支払いの名目によって、異なることが"
        "あります。",
        "Money that the firm pays as compensation is in principle not taxed. What it is paid for, and under which "
        "name, may change that.",
        NEWS,
    ),
    Fact(
        "deduction",
        BOTH,
        "不正取引による損失は、原則として雑損控除の対象にならないとされています。",
        "The loss from the unauthorized trades is in principle no ground for the deduction for casualty losses.",
        NEWS,
    ),
    Fact(
        "nisa",
        BOTH,
        "NISA口座で不正に売却された分の非課税枠が元に戻るかどうかは、公表された資料では確認できませんでした。NISA口座の"
        "ある証券会社と、税務署にお尋ねください。",
        "Whether the tax-free NISA quota of what was sold without authority comes back was not found in anything "
        "published. The firm that keeps the NISA account and the tax office can answer it.",
    ),
)


def facts_for(*methods: str) -> list[Fact]:
    """The facts of any of these methods, in the order of this module."""
    return [fact for fact in FACTS if set(methods) & set(fact.methods)]
