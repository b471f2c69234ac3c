"""What a phone sends: a report with its key, its clock, and the reasons why something known was asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from shouwang.kit.dates import SHANGHAI
from shouwang.sources.rules.report import ReportRefusal

BATCH = 20
KNOWN_FIELDS = ("cause", "occurred_on", "gross_fen", "reimbursed_fen", "self_paid_fen")
DAY = timedelta(days=1)


class KnownAskedAgain(ReportRefusal):
    """A field was filled in that the state holds already, and nobody said why."""

    problem = "known-field-needs-reason"

    def __init__(self, field: str) -> None:
        super().__init__("这一项已有数据。要改，请写明为什么和已有的不一样。")
        self.field = field


class CauseMissing(ReportRefusal):
    """Nobody said why."""

    field = "cause"
    sentence = "请选一个原因。"


class OccurredMissing(ReportRefusal):
    """Nobody said when."""

    field = "occurred_on"
    sentence = "请填发生的日期。"


class EventUnknown(ReportRefusal):
    """The known event that the report is about is not there, or is another household's."""

    field = "spending_id"
    sentence = "登记表里选的那件事已经查不到，请更新名单后重新选，或自己填写原因和日期。"


class PersonElsewhere(ReportRefusal):
    """The person is no member of the household."""

    field = "person_id"
    sentence = "这个人现在不在这一户里，请更新名单后重新选是谁的事。"


class OccurredAheadOfClock(ReportRefusal):
    """The day of the event has not come: the phone's clock is ahead."""

    field = "occurred_on"

    def __init__(self, days: int) -> None:
        super().__init__(f"发生日期还没有到：这部手机的时间快了 {days} 天。请把日期改成实际的那一天，并校准手机时间。")


@dataclass(frozen=True)
class PhoneReport:
    """One form as it was written on a phone; `body` is all of it, as it was sent.

    `known_at`: as of when the phone knew the household; null when it did not. `despite`: clues that its writer has
    seen and calls another matter. `again`: field → why it was asked although it is known. `filled_on`: the date on
    paper, of a form that was filled in there first.
    """

    key: str
    household_id: int | None
    person_id: int | None
    village: int | None
    cause: str
    cause_note: str
    occurred_on: date | None
    summary: str
    gross_fen: int | None
    reimbursed_fen: int | None
    self_paid_fen: int | None
    income_drop_fen: int | None
    spending_id: int | None
    person_name: str
    person_note: str
    asked: int
    known: int
    written_at: datetime
    known_at: datetime | None
    filled_on: date | None = None
    again: Mapping[str, str] = field(default_factory=dict)
    despite: frozenset[int] = frozenset()
    body: Mapping[str, Any] = field(default_factory=dict)


def known_again(report: PhoneReport, known: Mapping[str, Any]) -> dict[str, Any]:
    """This function returns what a report says of what a known event fills in: as known, or anew with a reason.

    Raises KnownAskedAgain for a value of its own without one.
    """
    said: dict[str, Any] = {}
    for name in KNOWN_FIELDS:
        own = getattr(report, name)
        if name in report.again or own in (None, "") or own == known[name]:
            said[name] = own if name in report.again else known[name]
        elif known[name] in (None, ""):
            said[name] = own
        else:
            raise KnownAskedAgain(name)
        if name in report.again and not report.again[name].strip():
            raise KnownAskedAgain(name)
    return said


def clock_offset(*, device_now: datetime, received_at: datetime) -> timedelta:
    """This function returns how far a phone's clock is behind the server's (negative: ahead)."""
    return received_at - device_now


def clock_record(*, written_at: datetime, device_now: datetime, received_at: datetime) -> dict[str, Any]:
    """This function returns what is kept of a phone's clock: what it said, how far it was off, when the form came."""
    offset = clock_offset(device_now=device_now, received_at=received_at)
    return {
        "device_written_at": written_at.isoformat(),
        "device_sent_at": device_now.isoformat(),
        "offset_seconds": round(offset.total_seconds()),
        "written_at": (written_at + offset).isoformat(),
        "received_at": received_at.isoformat(),
    }


def clock_told(record: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """This function returns when a form was written, reckoned by our clock, and how far the phone was off."""
    if not record:
        return []
    written = datetime.fromisoformat(record["written_at"]).astimezone(SHANGHAI)
    told = [("手机上写好的时间", f"{written:%Y-%m-%d %H:%M}")]
    minutes = round(record["offset_seconds"] / 60)
    if minutes:
        days, rest = divmod(abs(minutes), 24 * 60)
        parts = [
            f"{days} 天" if days else "",
            f"{rest // 60} 小时" if rest >= 60 else "",
            f"{rest % 60} 分钟" if rest % 60 else "",
        ]
        told.append(
            ("手机的时间", f"{'慢' if minutes > 0 else '快'} {' '.join(part for part in parts if part)}，已折算")
        )
    return told


def days_ahead(offset: timedelta) -> int:
    """This function returns by how many days, rounded up, a clock is ahead; 0 when it is not by half a day."""
    ahead = -offset
    return 0 if ahead < DAY / 2 else -(-ahead // DAY)
