"""Invented daily bars (J-Quants V2 columns) around the article's day: 5.8 million shares of 6182 on 16 April 2025
against an average of 194 thousand in the six months before."""

import datetime as dt

from casetrack.market.calendars import business_calendar

THE_DAY = dt.date(2025, 4, 16)
HEADER = "Date,Code,O,H,L,C,UL,LL,Vo,Va,AdjFactor,AdjO,AdjH,AdjL,AdjC,AdjVo"
# code: (close before the day, close on it, closes after it end here, average volume before, volume on the day)
ISSUES = {
    "61820": (112, 168, 118, 194_000, 5_800_000),
    "79920": (105, 128, 105, 21_000, 4_462_800),
    "72030": (2480, 2500, 2700, 18_000_000, 21_000_000),
}
FIRST, LAST = dt.date(2024, 10, 16), dt.date(2025, 5, 30)


def daily_bars() -> bytes:
    """The file as `import_prices` reads it. Volumes before the day swing around their average and add up to it."""
    days = [FIRST + dt.timedelta(n) for n in range((LAST - FIRST).days + 1)]
    trading = [day for day in days if business_calendar().is_business_day(day)]
    lines = [HEADER]
    for code, (before, on, end, average, volume_on) in ISSUES.items():
        for place, day in enumerate(trading):
            swing = (place % 2 * 2 - 1) * average // 5
            if day == THE_DAY:
                close, volume = on, volume_on
            elif day < THE_DAY:
                close, volume = before, average + swing
            else:
                share = (day - THE_DAY).days / (LAST - THE_DAY).days
                close, volume = round(on + (end - on) * share), average * 2 + swing
            lines.append(f"{day},{code},{close},{close},{close},{close},0,0,{volume},{close * volume},1,,,,,")
    return ("\r\n".join(lines) + "\r\n").encode()
