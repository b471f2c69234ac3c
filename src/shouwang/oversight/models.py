"""What was tried in the policy lab: drafts of those who try, trials and back-tests that were saved."""

from __future__ import annotations

from django.db import models


class PolicyDraft(models.Model):
    """The variants that one appointment compares over one pack version; each a mapping of value path to text."""

    appointment_id = models.BigIntegerField()
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.CASCADE, related_name="+")
    variants = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appointment_id", "pack_version"], name="policy_draft_once")]


class PolicyTrial(models.Model):
    """Variants tried on the data of one screening, with all that went in and came out; never changed.

    `inputs`: {"weeks", "variants": [{path: text}]}; `results` as `oversight.rules` reads them; `digest` covers both.
    """

    slot = models.BigIntegerField()  # lo of the area
    hi = models.BigIntegerField()
    area_name = models.CharField(max_length=200)
    on = models.DateField()
    run = models.ForeignKey("screening.Run", on_delete=models.PROTECT, related_name="+")
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    policy_digest = models.CharField(max_length=64)
    snapshot_digest = models.CharField(max_length=64)
    title = models.CharField(max_length=80)
    inputs = models.JSONField()
    results = models.JSONField()
    digest = models.CharField(max_length=64)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)
    saved_by_user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["slot", "-id"])]

    def __str__(self) -> str:
        return self.title


class VariantProposal(models.Model):
    """A variant of a trial that became a proposed pack version; never changed."""

    slot = models.BigIntegerField()
    trial = models.ForeignKey(PolicyTrial, on_delete=models.PROTECT, related_name="proposals")
    number = models.PositiveSmallIntegerField()  # the variant's place in the trial, from 1
    adoption = models.OneToOneField("standards.Adoption", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()


class PolicyBacktest(models.Model):
    """One value of a policy, in several sizes, tried on past months, with all that went in and came out; never changed.

    `key` was given when it was asked for. `inputs`: {"path", "values", "window_months", "rest_months", "by_cause",
    "runs", "hardships": "cases" or "made"}; `results` as `engine.score_rows` writes them, with the name and unit of the
    value and the counts of cases; `digest` covers both.
    """

    key = models.CharField(max_length=32, unique=True)
    slot = models.BigIntegerField()  # lo of the area
    hi = models.BigIntegerField()
    area_name = models.CharField(max_length=200)
    first_on = models.DateField()
    last_on = models.DateField()
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    inputs = models.JSONField()
    results = models.JSONField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200)
    asked_by_user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["slot", "-id"])]

    def __str__(self) -> str:
        return f"{self.area_name} {self.first_on:%Y-%m} {self.last_on:%Y-%m}"
