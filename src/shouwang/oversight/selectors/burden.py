"""How much the forms ask of who fills them: what was asked, what was known already, by channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Avg, Count, IntegerField, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import Viewer
from shouwang.sources.selectors import clues_visible_to

DAYS = 365
NO_FORM = ("DEPARTMENT",)  # sent by a system: nobody filled anything in


@dataclass(frozen=True)
class Burden:
    """The forms of one channel: how many, of them counted; questions and known facts a form; asked though known.

    The averages are of the counted forms; None where none was counted.
    """

    channel: str
    forms: int
    counted: int
    asked: float | None
    known: float | None
    again: int


def burden_of(viewer: Viewer, *, on: date) -> list[Burden]:
    """This function returns the burden of the forms of the viewer's areas within a year, the most filled in first."""
    since = datetime.combine(on - timedelta(days=DAYS), time.min, tzinfo=SHANGHAI)
    clues = clues_visible_to(viewer).filter(reported_at__gte=since).exclude(channel__in=NO_FORM).order_by()
    rows = clues.values("channel").annotate(
        forms=Count("pk"),
        counted=Count("pk", filter=Q(details__has_key="asked")),
        asked=Avg(Cast(KT("details__asked"), IntegerField())),
        known=Avg(Cast(KT("details__known"), IntegerField())),
        again=Count("pk", filter=Q(details__has_key="asked_again")),
    )
    labels = dict(clues.model._meta.get_field("channel").choices or ())
    found = [
        Burden(
            channel=str(labels.get(row["channel"], row["channel"])), forms=row["forms"], counted=row["counted"],
            asked=_mean(row["asked"]), known=_mean(row["known"]), again=row["again"],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.forms, each.channel))


def _mean(value: float | None) -> float | None:
    return None if value is None else float(value)
