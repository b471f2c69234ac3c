"""Audit entries and the seals that chain them."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One act or one read of personal data; `before` and `after` hold references and non-personal values only."""

    at = models.DateTimeField()
    county = models.PositiveIntegerField(default=0)  # six-digit county code; 0 = not of one county
    slot = models.BigIntegerField(null=True)
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
        ]


class Seal(models.Model):
    """One sealed stretch of a county's entries: digest = SM3(previous digest + canonical entries)."""

    county = models.PositiveIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "previous"], name="seal_chain_never_forks")]
        indexes = [models.Index(fields=["county", "last_id"])]
