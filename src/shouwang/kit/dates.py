"""Days and months: reading them as files write them, windows of full months. Working days: `workdays`."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from shouwang.kit.errors import Refusal
from shouwang.kit.texts import dashed, squeezed

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_YEAR, LAST_YEAR = 1900, 2100

_SERIAL_EPOCH = date(1899, 12, 30)  # right from serial 61 (1900-03-01) on: spreadsheets believe in 1900-02-29
_SERIAL_FIRST, _SERIAL_LAST = 61, 73_415
_CLOCK = r"(?:[T日号]?\d{1,2}[:时点]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?分?(?:Z|[+-]\d{2}:?\d{2})?)?"
_DAY = re.compile(r"(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})[日号]?" + _CLOCK)
_SPACED = re.compile(r"(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}[日号]?)[\sT]+\d{1,2}:\d{1,2}.*", re.DOTALL)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?")
_MONTH = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})月?份?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")


class DayRefusal(Refusal):
    """The text is not a day."""


class DayMissing(DayRefusal):
    """The cell is empty."""

    sentence = "日期没有填写。"


class DayUnreadable(DayRefusal):
    """The text is no form of a day."""

    sentence = "日期看不懂，请写成 2020-06-30 这样的形式。"


class DayImpossible(DayRefusal):
    """The day does not exist in the calendar, or lies outside 1900 to 2100."""

    sentence = "没有这一天，请核对年、月、日。"


def _day(year: str, month: str, day: str) -> date:
    try:
        result = date(int(year), int(month), int(day))
    except ValueError as error:
        raise DayImpossible from error
    if not FIRST_YEAR <= result.year <= LAST_YEAR:
        raise DayImpossible
    return result


def _serial_day(number: float | Decimal) -> date:
    if not _SERIAL_FIRST <= number <= _SERIAL_LAST:
        raise DayImpossible
    return _SERIAL_EPOCH + timedelta(days=int(number))


def day_parse(value: object, *, month_as_first_day: bool = False) -> date:
    """This function reads a day as files write it.

    Forms: 2020-06-30, 2020/6/30, 2020.6.30, 2020年6月30日, 20200630, spreadsheet serials, full-width digits.
    A time of day behind the day is dropped; an aware instant becomes its day in Shanghai. A month alone (202006) is
    refused unless `month_as_first_day`. Raises a `DayRefusal`.
    """
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    if value is None or (isinstance(value, str) and not value.strip()):
        raise DayMissing
    if isinstance(value, bool):
        raise DayUnreadable
    if isinstance(value, int | float | Decimal):
        return _number_day(value, month_as_first_day=month_as_first_day)
    if not isinstance(value, str):
        raise DayUnreadable
    text = dashed(value).strip().replace("。", ".").replace("、", ".")
    spaced = _SPACED.fullmatch(text)
    text = squeezed(spaced[1] if spaced else text)
    if match := _DAY.fullmatch(text) or _COMPACT.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if _SERIAL.fullmatch(text):
        return _serial_day(Decimal(text))
    if month_as_first_day and (match := _MONTH.fullmatch(text)):
        return _day(match[1], match[2], "1")
    raise DayUnreadable


def _number_day(value: int | float | Decimal, *, month_as_first_day: bool) -> date:
    """This function reads a number: a spreadsheet serial, or the digits of a compact day or month."""
    if value != value or not -(10**15) < value < 10**15:
        raise DayUnreadable
    if value == int(value) and 10_000_101 <= value <= 99_991_231:
        digits = str(int(value))
        return _day(digits[:4], digits[4:6], digits[6:])
    if month_as_first_day and value == int(value) and 190_001 <= value <= 210_012:
        digits = str(int(value))
        return _day(digits[:4], digits[4:], "1")
    return _serial_day(value)


def month_parse(value: object) -> date:
    """This function reads a month (202006, 2020-06, 2020年6月, or any day in it) and returns its first day."""
    return day_parse(value, month_as_first_day=True).replace(day=1)


def month_first(day: date) -> date:
    """This function returns the first day of a day's month."""
    return day.replace(day=1)


def month_last(day: date) -> date:
    """This function returns the last day of a day's month."""
    return months_add(month_first(day), 1) - timedelta(days=1)


def months_add(day: date, months: int) -> date:
    """This function moves a day by whole months; where the month is shorter, to its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("unreachable")


def month_window(on: date, *, months: int = 12) -> tuple[date, date]:
    """This function returns the half-open window [first, end) of the full months before the month of a day."""
    end = month_first(on)
    return months_add(end, -months), end


def years_old(birth: date, *, on: date) -> int:
    """This function returns full years of age on a day; who is born on 29 February turns a year older on 1 March."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
