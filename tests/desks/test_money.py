"""Money of a household in few lines: the months of one benefit are told together, and add up."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from shouwang.desks.selectors.household import money
from shouwang.funds.models import Grant


def month(number: int, fen: int, *, entitlement: int = 7, name: str = "农村低保", gone: bool = False) -> Grant:
    return Grant(
        payer_name="民政局", purpose=f"{name} 2020-{number:02d}", amount_fen=fen, unit="ONCE", standing="REPORTED",
        from_date=date(2020, number, 1), until_date=date(2020, number + 1, 1),
        source_ref=f"entitlement:{entitlement}:2020-{number:02d}", cancelled_at=timezone.now() if gone else None,
    )  # fmt: skip


def test_months_that_came_to_the_same_are_one_line() -> None:
    relief = Grant(
        payer_name="民政局", purpose="临时救助", amount_fen=300_000, unit="ONCE", standing="REPORTED",
        from_date=date(2020, 5, 2), source_ref="measure:1",
    )  # fmt: skip
    other = month(2, 90_000, entitlement=8, name="特困供养")
    grants = [month(9, 60_000), month(7, 54_300), month(6, 54_300), relief, month(5, 54_300, gone=True), other]
    ours, theirs = money([*grants, month(1, 54_300)])
    assert not ours.lines and theirs.totals(date(2020, 10, 1)) == ["一次性合计 6,129.00 元"]
    assert [(line.purpose, line.amount_fen) for line in theirs.lines] == [
        ("农村低保 2020-09", 60_000), ("农村低保（2020-01 至 2020-07 共 3 次，每次 543.00 元）", 162_900),
        ("临时救助", 300_000), ("农村低保 2020-05", 54_300), ("特困供养 2020-02", 90_000),
    ]  # fmt: skip
    together = theirs.lines[1]
    assert (together.from_date, together.until_date) == (date(2020, 1, 1), date(2020, 8, 1))
