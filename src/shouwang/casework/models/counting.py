"""Counts kept by triggers of the case table, so that lamps and funnels need no counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    pass


class TallyChange(models.Model):
    """What one statement added to the counts of a village and a day; written by a trigger of the case table.

    Cases opened, those of them closed on the same day (`brief`), and cases closed green, blue, grey. `lo` is the slot.
    """

    lo = models.BigIntegerField()
    day = models.DateField()
    opened = models.IntegerField()
    brief = models.IntegerField()
    green = models.IntegerField()
    blue = models.IntegerField()
    grey = models.IntegerField()


class Tally(models.Model):
    """The kept counts of one area (level 3 county, 4 township, 5 village) and one day: sums of `TallyChange`."""

    level = models.PositiveSmallIntegerField()
    lo = models.BigIntegerField()
    day = models.DateField()
    opened = models.IntegerField()
    brief = models.IntegerField()
    green = models.IntegerField()
    blue = models.IntegerField()
    grey = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "lo", "day"], name="tally_once")]


class StayChange(models.Model):
    """One case that left a stage: in which village, on which day, after how many tenths of a day (rounded down)."""

    lo = models.BigIntegerField()
    stage_name = models.CharField(max_length=60)
    left_on = models.DateField()
    tenths = models.IntegerField()


class Stay(models.Model):
    """How many cases left a stage after so many tenths of a day, by area and month: a histogram that can be added."""

    level = models.PositiveSmallIntegerField()
    lo = models.BigIntegerField()
    stage_name = models.CharField(max_length=60)
    month = models.DateField()
    tenths = models.IntegerField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "lo", "stage_name", "month", "tenths"], name="stay_once")
        ]


class FunnelChange(models.Model):
    """A step that cases of a village and a month of opening took: tenths of a day since the step before, -1 unknown.

    Steps are opened, sent, approved, assisted, green. Written by a trigger of the case table; `lo` is the slot.
    """

    lo = models.BigIntegerField()
    month = models.DateField()
    step = models.CharField(max_length=12)
    tenths = models.IntegerField()
    count = models.IntegerField()


class Funnel(models.Model):
    """Sums of `FunnelChange` by area (level 1 province to 4 township): a histogram that can be added."""

    level = models.PositiveSmallIntegerField()
    lo = models.BigIntegerField()
    month = models.DateField()
    step = models.CharField(max_length=12)
    tenths = models.IntegerField()
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "lo", "month", "step", "tenths"], name="funnel_once")]


class TallyFinding(models.Model):
    """A night on which kept counts and a recount differed: where, on which day, what each said; only ever added."""

    slot = models.BigIntegerField()
    day = models.DateField()
    kept = models.JSONField()
    counted = models.JSONField()
    at = models.DateTimeField()
