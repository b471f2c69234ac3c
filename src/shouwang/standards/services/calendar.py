"""Recording a year of the national calendar as it was published."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.kit.workdays import calendar_seed
from shouwang.people.access import Kind, Role, Viewer
from shouwang.standards.models import CalendarYear
from shouwang.standards.selectors import calendar_years

LEAST_DAYS_OFF = 11  # the public holidays of a year; fewer were never published since 2008


class CalendarRefused(Refusal):
    """The year cannot be recorded as stated. `field` is the form's field the sentence stands beside."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def calendar_record(
    *, viewer: Viewer, year: int, days_off: Collection[date], working_weekends: Collection[date], source: str,
    at: datetime,
) -> CalendarYear:  # fmt: skip
    """This function records a year beyond the product's own calendar, or states a recorded one anew.

    Years follow each other without a gap. Raises CalendarRefused.
    """
    if viewer.kind is not Kind.SYSTEM and (viewer.kind is not Kind.OPERATOR or viewer.role is not Role.ADMINISTRATOR):
        raise CalendarRefused("工作日历由系统管理员录入。")
    _check(year, set(days_off), set(working_weekends))
    days = {day.isoformat(): False for day in sorted(days_off)} | {day.isoformat(): True for day in working_weekends}
    known = CalendarYear.objects.select_for_update().filter(year=year).first()
    fields = {"days": days, "source": source.strip()[:200], "recorded_at": at, "recorded_by": viewer.label[:200]}
    recorded, _ = CalendarYear.objects.update_or_create(year=year, defaults=fields)
    entry_append(
        viewer=viewer, action="calendar.record", subject_type="standards.CalendarYear", subject_id=recorded.pk,
        slot=None, at=at, before={"days": known.days} if known else None,
        after={"year": year, "days": days, "source": recorded.source},
    )  # fmt: skip
    return recorded


def _check(year: int, days_off: set[date], working_weekends: set[date]) -> None:
    last = calendar_seed().last.year
    recorded = [known.year for known in calendar_years()]
    if year <= last:
        raise CalendarRefused(f"{last} 年以前的日历程序已经带有，不用录入。", field="year")
    if year > max([last, *recorded]) + 1:
        raise CalendarRefused(f"请先录入 {max([last, *recorded]) + 1} 年的日历。", field="year")
    first = date(year, 1, 1) - timedelta(days=12)  # the first holiday may begin in the last days of December
    for day in sorted(days_off | working_weekends):
        if not first <= day <= date(year, 12, 31):
            field = "days_off" if day in days_off else "working_weekends"
            raise CalendarRefused(f"{day:%Y-%m-%d} 不在 {year} 年。", field=field)
    if both := sorted(days_off & working_weekends):
        raise CalendarRefused(f"{both[0]:%Y-%m-%d} 既写了放假又写了上班。", field="working_weekends")
    if weekdays := sorted(day for day in working_weekends if day.weekday() < 5):
        raise CalendarRefused(f"{weekdays[0]:%Y-%m-%d} 不是周末，本来就上班。", field="working_weekends")
    if len(days_off) < LEAST_DAYS_OFF:
        raise CalendarRefused(f"全年放假不会少于 {LEAST_DAYS_OFF} 天，请核对。", field="days_off")


def days_read(text: str, *, field: str) -> set[date]:
    """This function reads days and spans of days, one a line; raises CalendarRefused with the line."""
    found: set[date] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            ends = [date.fromisoformat(part.strip()) for part in line.split("至")]
        except ValueError:
            ends = []
        if not 1 <= len(ends) <= 2 or ends[-1] < ends[0] or (ends[-1] - ends[0]).days > 31:
            raise CalendarRefused(
                f"第 {number} 行“{line.strip()[:30]}”看不懂，请写成 2027-02-05 或 2027-02-05 至 2027-02-11。",
                field=field,
            )
        found |= {ends[0] + timedelta(days=step) for step in range((ends[-1] - ends[0]).days + 1)}
    return found
