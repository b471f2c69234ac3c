"""One-to-one contacts of households, their visits, and what fills the slots that a policy wants for every household."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Contact(models.Model):
    """Somebody who looks after a household: of an organisation, from a day to before another.

    `kind` is the key in the pack's `contacts`. `appointment_id`: she signs in here, and it is on her desk. `due_on` is
    the last day of her next visit, worked out when the contact began and after each visit. `before`: from whom she
    took over.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    kind_name = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    duty = models.CharField(max_length=60, blank=True)
    organisation_id = models.BigIntegerField(null=True)
    organisation_name = models.CharField(max_length=120)
    appointment_id = models.BigIntegerField(null=True)
    before = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="after")
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    due_on = models.DateField()
    met_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["appointment_id", "due_on"], condition=Q(until_date=None), name="contact_of_cadre"),
            models.Index(fields=["slot", "due_on"], condition=Q(until_date=None), name="contact_due"),
            models.Index(fields=["household_id", "-id"], name="contact_household"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "kind"], condition=Q(until_date=None), name="contact_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("from_date")), name="contact_term_in_order"
            ),
            models.CheckConstraint(
                condition=Q(until_date=None, ended_at=None, ended_by="", ended_reason="")
                | (Q(until_date__isnull=False, ended_at__isnull=False) & ~Q(ended_by="") & ~Q(ended_reason="")),
                name="contact_ended_whole",
            ),
        ]

    @property
    def is_standing(self) -> bool:
        return self.until_date is None


class ContactVisit(models.Model):
    """One visit of a contact; only ever added. Where nobody was met it is told and does not count."""

    class Way(models.TextChoices):
        HOME = "HOME", "上门"
        PHONE = "PHONE", "电话"

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="visits", db_index=False)
    on = models.DateField()
    way = models.CharField(max_length=6, choices=Way.choices)
    is_met = models.BooleanField()
    found = models.CharField(max_length=1000, blank=True)
    clue_id = models.BigIntegerField(null=True, unique=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["household_id", "-on"], name="contactvisit_household")]
        constraints = [
            models.UniqueConstraint(fields=["contact", "on", "way"], name="contactvisit_once_a_day_and_way"),
            models.CheckConstraint(condition=Q(is_met=True) | Q(clue_id=None), name="contactvisit_found_by_meeting"),
        ]


class Filling(models.Model):
    """What fills one slot of a household (七个一) from a day to before another; `kind` is the key in `sevens`.

    `name` is the person, business, policy or link; `about` what the pack asks beside it.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    kind_name = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    about = models.CharField(max_length=200, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["slot"], include=["household_id", "kind"], condition=Q(until_date=None),
                         name="filling_standing"),
            models.Index(fields=["household_id", "-id"], name="filling_household"),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "kind"], condition=Q(until_date=None), name="filling_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("from_date")), name="filling_term_in_order"
            ),
            models.CheckConstraint(
                condition=Q(until_date=None, ended_at=None, ended_by="", ended_reason="")
                | (Q(until_date__isnull=False, ended_at__isnull=False) & ~Q(ended_by="") & ~Q(ended_reason="")),
                name="filling_ended_whole",
            ),
        ]
