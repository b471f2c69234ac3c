"""Audit entries and the seals that chain them."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One act or one read of personal data; `before` and `after` hold references and non-personal values only."""

    at = models.DateTimeField()
    county = models.PositiveIntegerField(default=0)  # six-digit county code; 0 = not of one county
    slot = models.BigIntegerField(null=True)  # follows a change of divisions; for access only
    place_code = models.BigIntegerField(null=True)  # as written; sealed
    user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    purpose = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["county", "id"]),
            models.Index(fields=["subject_type", "subject_id", "id"]),
            models.Index(fields=["user_id", "at"]),
            models.Index(fields=["slot", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"


class Seal(models.Model):
    """One sealed stretch of a county's entries: digest = SM3(previous digest + marks).

    `marks` holds 40 bytes an entry, in order of id: the id (8 bytes) and the SM3 of the canonical entry (32 bytes).
    """

    county = models.PositiveIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    marks = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "previous"], name="seal_chain_never_forks")]
        indexes = [models.Index(fields=["county", "last_id"])]

    def __str__(self) -> str:
        return f"{self.county} {self.first_id}-{self.last_id}"
