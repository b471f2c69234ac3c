"""Return visits, visits of the transition period, removals that may have been weak and that are taken back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

TROUBLE = "trouble"  # the key of a visit that found trouble, among what speaks against a removal


class Visit(models.Model):
    """One return visit of a case, by telephone or on the spot; only ever added.

    `income_fen` is what the household says it earns a month now (null: not asked); `still_needed` what remains.
    `answers` are the pack's questions as they were put, with what was answered; `outcomes`: risk → what becomes of it
    (`rulebook.visits.Outcome`), empty where the pack asked nothing.
    """

    class Way(models.TextChoices):
        PHONE = "PHONE", "电话回访"
        ON_SITE = "ON_SITE", "实地走访"

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    way = models.CharField(max_length=8, choices=Way.choices)
    visited_on = models.DateField()
    spoke_with = models.CharField(max_length=60)
    has_help_arrived = models.BooleanField()
    is_risk_gone = models.BooleanField()
    answers = models.JSONField(default=list)
    outcomes = models.JSONField(default=dict)
    income_fen = models.BigIntegerField(null=True)
    note = models.CharField(max_length=1000)
    still_needed = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    case_version = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["case_id", "id"]), models.Index(fields=["household_id", "-visited_on"])]
        constraints = [
            # The same page sent twice is one visit.
            models.UniqueConstraint(fields=["case_id", "case_version"], name="visit_once_per_case_version")
        ]


class FollowUp(models.Model):
    """One visit of the transition period after a removal; only ever added.

    `due_on` is the day of the pack's rhythm that it answers; `is_steady` whether life has stayed as it was.
    `removal_id` is the case that removed the risk; of a removal made elsewhere its day stands in `removed_on` instead.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    removal_id = models.BigIntegerField(null=True)
    removed_on = models.DateField(null=True)
    due_on = models.DateField()
    way = models.CharField(max_length=8, choices=Visit.Way.choices)
    visited_on = models.DateField()
    spoke_with = models.CharField(max_length=60)
    is_steady = models.BooleanField()
    note = models.CharField(max_length=1000)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["household_id", "-visited_on"], name="follow_up_household")]
        constraints = [
            models.UniqueConstraint(fields=["removal_id", "due_on"], name="follow_up_once_per_day_due"),
            models.UniqueConstraint(
                fields=["household_id", "removed_on", "due_on"], name="follow_up_once_per_day_due_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(removal_id__isnull=True, removed_on__isnull=False)
                | Q(removal_id__isnull=False, removed_on__isnull=True),
                name="follow_up_of_one_removal",
            ),
        ]


class RollBack(models.Model):
    """That a weak removal is taken back: proposed by one person with the conditions that no longer hold, decided by
    another. Once decided it is never changed.

    `found`: the conditions that did not hold on the day of the proposal, or had not held on the day of the removal
    (`then`), with key, name and the values compared. `removal_id`: the case that removed the risk, null where it was
    removed elsewhere and the register knows its day alone. `barred_user_ids`: who stands behind the proposal.
    """

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待复核"
        DONE = "DONE", "已回退"
        DECLINED = "DECLINED", "不予回退"

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    removal_id = models.BigIntegerField(null=True)
    removed_on = models.DateField()
    found = models.JSONField()
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=200)
    proposed_by_user_id = models.BigIntegerField()
    barred_user_ids = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_by_user_id = models.BigIntegerField(null=True)
    decided_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["household_id", "-id"], name="roll_back_household")]
        constraints = [
            models.UniqueConstraint(fields=["household_id"], condition=Q(state="PROPOSED"), name="roll_back_one_open"),
            models.UniqueConstraint(fields=["removal_id"], condition=Q(state="DONE"), name="roll_back_once"),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", decided_at__isnull=True, decided_by_user_id__isnull=True)
                | (~Q(state="PROPOSED") & Q(decided_at__isnull=False, decided_by_user_id__isnull=False)),
                name="roll_back_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by_user_id__isnull=True) | ~Q(decided_by_user_id=F("proposed_by_user_id")),
                name="roll_back_decided_by_another",
            ),
        ]


class WeakRemoval(models.Model):
    """A removal that the nightly search found weak, until the search no longer finds it so or two people decided it.

    `found`: what speaks against it, each with key, name, whether it was so on the day of the removal (`then`), whether
    it is so now (`now`), and the values compared.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    removal_id = models.BigIntegerField(null=True)
    removed_on = models.DateField()
    found = models.JSONField()
    found_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["slot"], condition=Q(ended_on__isnull=True), name="weak_removal_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["household_id"], condition=Q(ended_on__isnull=True), name="weak_removal_one_open"
            ),
        ]

    @property
    def never_met(self) -> list[str]:
        """The names of what had not been met on the day of the removal."""
        return [one["name"] for one in self.found if one["then"]]

    @property
    def lost(self) -> list[str]:
        """The names of what was met then and is so no more."""
        return [one["name"] for one in self.found if one["now"] and not one["then"] and one["key"] != TROUBLE]

    @property
    def troubles(self) -> list[str]:
        """What a visit found that nobody took further."""
        return [one["name"] for one in self.found if one["key"] == TROUBLE]
