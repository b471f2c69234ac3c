"""Pack versions, their adoptions, and what was seen when they were tried."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class PackVersion(models.Model):
    """The whole text of a place's pack and of every pack it extends, as it was when loaded; never changed."""

    place = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    files = models.JSONField()  # path → text; the chain of packs in one mapping
    basis = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")  # amended from
    changes = models.JSONField(default=list)  # what was amended, as rules.AmendedValue holds it
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "digest"], name="packversion_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:8]}"


class Adoption(models.Model):
    """A pack version proposed for an area from a day on, in force once a second person has adopted it."""

    area = models.ForeignKey("people.Area", on_delete=models.PROTECT, related_name="+")
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    pack_version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="adoptions")
    valid_from = models.DateField()
    document = models.CharField(max_length=200, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=200)
    proposed_by_user_id = models.BigIntegerField(null=True)
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.CharField(max_length=200, blank=True)
    adopted_by_user_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["lo", "hi", "valid_from"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(adopted_by_user_id__isnull=True)
                | Q(proposed_by_user_id__isnull=True)
                | ~Q(adopted_by_user_id=models.F("proposed_by_user_id")),
                name="adoption_by_two_people",
            )
        ]


class Revocation(models.Model):
    """A version in force found wrong: one person asks that it be revoked, another confirms; it stays on record.

    Confirmed, its adoption is withdrawn; what was found and decided under it stays and is looked at by people.
    """

    adoption = models.ForeignKey(Adoption, on_delete=models.PROTECT, related_name="revocations")
    slot = models.BigIntegerField()  # lo of the area
    hi = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    asked_by_user_id = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=200, blank=True)
    confirmed_by_user_id = models.BigIntegerField(null=True)
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.CharField(max_length=200, blank=True)
    dropped_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["adoption"], condition=Q(dropped_at__isnull=True), name="revocation_once_an_adoption"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by_user_id__isnull=True)
                | Q(asked_by_user_id__isnull=True)
                | ~Q(confirmed_by_user_id=models.F("asked_by_user_id")),
                name="revocation_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(dropped_at__isnull=True), name="revocation_settled_once"
            ),
        ]


class TrialReport(models.Model):
    """What a proposed version was seen to do when it was tried, as its proposer saw it; never changed.

    `content`: {"facts": [[name, text]], "tables": [{"title", "heads", "rows"}], "trial": all of it as the engine said}.
    """

    adoption = models.OneToOneField(Adoption, on_delete=models.PROTECT, related_name="report")
    slot = models.BigIntegerField()  # lo of the area
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    attached_at = models.DateTimeField()


class CalendarYear(models.Model):
    """The days off and working weekends of one year, as published, beyond the calendar that the product brings.

    `days`: ISO day → true for a working weekend, false for a day off. A year stated anew replaces the one before.
    """

    year = models.PositiveSmallIntegerField(unique=True)
    days = models.JSONField()
    source = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.year}"
