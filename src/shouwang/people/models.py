"""Areas, organisations, users, appointments and task grants."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from shouwang.people.access import KIND_LABELS, ROLE_LABELS, Kind, Role, spans_merged

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Area(models.Model):
    """A place with a permanent id: province, city, county, township or village (level 1 to 5).

    `lo` and `hi` are its closed slot range today; its codes, names and parents through time are `AreaCode` rows.
    """

    level = models.PositiveSmallIntegerField()
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    name = models.CharField(max_length=80)
    initials = models.CharField(max_length=80, blank=True)
    full_name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    is_current = models.BooleanField(default=True)

    if TYPE_CHECKING:
        codes: RelatedManager[AreaCode]

    class Meta:
        indexes = [
            models.Index(fields=["lo", "level"]),
            models.Index(fields=["parent"]),
            models.Index(fields=["initials"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(lo__lte=F("hi")), name="area_range_in_order"),
            models.UniqueConstraint(fields=["lo", "level"], condition=Q(is_current=True), name="area_current_once"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.name


class Boundary(models.Model):
    """The outline of an area for maps: a GeoJSON geometry in degrees, and where it comes from.

    `is_unofficial` marks outlines that no authority has released; pages say so.
    """

    area = models.OneToOneField(Area, on_delete=models.CASCADE, related_name="boundary")
    geometry = models.JSONField()
    source = models.CharField(max_length=200)
    is_unofficial = models.BooleanField()
    loaded_at = models.DateTimeField()


class AreaCode(models.Model):
    """The code, name and parent that an area had from one day to before another (half-open; null = still)."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    successor = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="predecessors")
    scheme = models.CharField(max_length=12, default="statistics")
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["code"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="areacode_term_in_order",
            ),
            models.UniqueConstraint(
                fields=["scheme", "code"], condition=Q(valid_to__isnull=True), name="areacode_current_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DivisionChange(models.Model):
    """One applied change file: what moved where, from which day, under which document."""

    valid_from = models.DateField()
    document = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    applied_at = models.DateTimeField()
    applied_by = models.CharField(max_length=120)
    rows = models.JSONField()
    moved = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.valid_from} {self.document}"


class User(AbstractUser):
    """A person who signs in; what she may do comes from her appointments alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=60, blank=True)
    must_set_second_factor = models.BooleanField(default=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def get_full_name(self) -> str:
        return self.name or self.username


class Organisation(models.Model):
    """An office of one kind in one area, e.g. the county centre of 巨鹿县."""

    kind = models.CharField(max_length=20, choices=[(kind.value, KIND_LABELS[kind]) for kind in Kind])
    department = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=120)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="organisations")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "department", "area", "name"], name="organisation_once"),
            models.CheckConstraint(
                condition=(Q(kind="DEPARTMENT") & ~Q(department="")) | (~Q(kind="DEPARTMENT") & Q(department="")),
                name="organisation_department_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """A user's dated role in an organisation over some areas; the last day is the one before `valid_to`.

    `deputy_for` is the appointment of an absent person whose desk this one's user does for that time.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20, choices=[(role.value, ROLE_LABELS[role]) for role in Role])
    areas = models.ManyToManyField(Area, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    deputy_for = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="deputies")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="appointment_term_in_order"
            ),
            models.CheckConstraint(
                condition=Q(deputy_for__isnull=True) | Q(valid_to__isnull=False), name="appointment_deputy_for_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {ROLE_LABELS[Role(self.role)]}"

    def is_in_force(self, *, on: date) -> bool:
        """This function tells whether the appointment gives access on a day; an ended one never does."""
        if self.ended_at is not None:
            return False
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def slot_ranges(self) -> tuple[tuple[int, int], ...]:
        """This function returns the merged closed slot ranges of the appointment's areas, in order."""
        return spans_merged((area.lo, area.hi) for area in self.areas.all())


class TaskGrant(models.Model):
    """A household opened to an organisation for one task, some fields and some time (design §6)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="grants")
    household_id = models.BigIntegerField()
    slot = models.BigIntegerField()
    case_id = models.BigIntegerField()
    task_id = models.BigIntegerField()
    fields = models.JSONField(default=list)
    given_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["household_id", "organisation", "until"])]
        constraints = [models.UniqueConstraint(fields=["task_id"], name="taskgrant_once_a_task")]

    def __str__(self) -> str:
        return f"task {self.task_id}"


class Invitation(models.Model):
    """A one-time link: first password of a new user, or a new password; only the digest of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user} until {self.expires_at}"


class FactorReset(models.Model):
    """A lost second factor: asked for by one person, carried out by another (administrator and security officer)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factor_resets")
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_granted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(decided_at__isnull=True), name="factorreset_one_open"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="factorreset_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.asked_at}"


class Device(models.Model):
    """A phone that keeps forms of its user without a signal; only the digest of its token is kept.

    Locked, it wipes itself when it next meets the server; `wiped_at` is when it said so.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    token_digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    added_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    locked_by = models.CharField(max_length=200, blank=True)
    wiped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-seen_at"])]

    def __str__(self) -> str:
        return self.label
