"""The summary as files. Every one says that it is provisional, as of when, and that gross amounts are no loss."""

import csv
import hashlib
import io
import json
from dataclasses import asdict, fields
from typing import Any

from casetrack.lib.clock import TOKYO
from casetrack.reports.summary import Line, Summary

HEADER = ("month", *(f.name for f in fields(Line) if f.name != "period"))

NOTES = (
    (
        "数値は暫定値です。報告された事案を集計したもので、今後の報告により過去の月の数値も変わることがあります。",
        "The figures are provisional. They add up reported cases; later reports may change past months too.",
    ),
    (
        "売却金額・買付金額は、被害口座内の不正な約定の総額です。同じ口座で売買が繰り返された場合は累計されます。"
        "顧客の損失額とは一致しません。",
        "Sell and buy amounts are the gross value of unauthorized executions inside the accounts; repeated trades "
        "accumulate. They are not the customers' loss.",
    ),
    (
        "不正アクセス件数は、証券会社が確認した不正アクセスの件数(1口座1件)で、最初の不正アクセスの月に計上します。",
        "Accesses are confirmed incidents (one account each), in the month of the first unauthorized access.",
    ),
    (
        "不正取引件数は、不正な約定が1件以上ある事案の数で、最初の不正な約定の月に計上します。",
        "Trades are incidents with at least one unauthorized execution, in the month of the first one.",
    ),
    (
        "社数はその月に不正な約定があった会社の数です。合計の社数は期間全体の実数で、各月の和ではありません。",
        "Firms are those with an unauthorized execution in the month; the total counts distinct firms of the whole "
        "period.",
    ),
    (
        "強制決済と、被害者自身が損失を抑えるために行った取引は、金額に含みません。",
        "Forced liquidations and the victims' own mitigation are not in the amounts.",
    ),
    ("日時は日本時間です。", "Times are read in Asia/Tokyo."),
)


def as_of_text(summary: Summary) -> str:
    return summary.as_of.astimezone(TOKYO).isoformat(timespec="seconds")


def notes(summary: Summary) -> list[str]:
    """The notes of every rendering, Japanese and English."""
    head = f"集計基準日時 / As of: {as_of_text(summary)}"
    return [head, *(text for pair in NOTES for text in pair)]


def to_csv(summary: Summary) -> bytes:
    """The table: UTF-8 with BOM, CRLF, whole yen without separators."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(tuple(asdict(line).values()) for line in summary.lines)
    return out.getvalue().encode("utf-8-sig")


def to_notes(summary: Summary) -> bytes:
    return ("\r\n".join(notes(summary)) + "\r\n").encode("utf-8-sig")


def rows(summary: Summary) -> list[dict[str, Any]]:
    return [dict(zip(HEADER, asdict(line).values(), strict=True)) for line in summary.lines]


def to_json(summary: Summary, *, edition: int | None = None) -> bytes:
    """The table with its notes: one object; amounts are whole yen. `edition`: its number, if it was published."""
    document = {
        "edition": edition,
        "from": f"{summary.first:%Y-%m}",
        "to": f"{summary.last:%Y-%m}",
        "by": summary.by,
        "as_of": as_of_text(summary),
        "provisional": True,
        "currency": "JPY",
        "rows": rows(summary),
        "notes": notes(summary),
        "sha256_of_csv": hashlib.sha256(to_csv(summary)).hexdigest(),
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
