"""Persons and households, and what ties them: membership, residence, identifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from shouwang.kit.codes import Relationship, Sex
from shouwang.register.models.base import Dated, in_order

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


def county_of_slot() -> models.GeneratedField:
    """This function returns the stored six-digit county of a row, by which names are looked up."""
    return models.GeneratedField(
        expression=F("slot") / 1_000_000, output_field=models.BigIntegerField(), db_persist=True
    )


class Household(models.Model):
    """A household with a permanent id; who belongs to it is `Membership`, what is true of it `HouseholdState`."""

    slot = models.BigIntegerField()
    number = models.CharField("户编号", max_length=40, blank=True, db_collation="C")
    version = models.PositiveIntegerField(default=1)
    registered_on = models.DateField()
    ended_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200, blank=True)

    if TYPE_CHECKING:
        memberships: RelatedManager[Membership]

    class Meta:
        indexes = [
            models.Index(fields=["slot", "id"], name="household_by_village"),
            models.Index(fields=["number"], name="household_by_number", condition=~Q(number="")),
        ]


class Person(models.Model):
    """A person with a permanent id. `merged_into` is the person this double was recognised to be."""

    slot = models.BigIntegerField()
    county = county_of_slot()
    name = models.CharField("姓名", max_length=60, blank=True, db_collation="C")
    initials = models.CharField(max_length=60, blank=True, db_collation="C")
    sex = models.CharField("性别", max_length=1, blank=True, choices=Sex.choices())
    birth_date = models.DateField("出生日期", null=True)
    nationality = models.CharField("民族", max_length=2, blank=True)
    number = models.CharField("人编号", max_length=40, blank=True, db_collation="C")
    died_on = models.DateField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="doubles")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200, blank=True)

    if TYPE_CHECKING:
        memberships: RelatedManager[Membership]
        identifiers: RelatedManager[Identifier]

    class Meta:
        indexes = [
            models.Index(fields=["county", "name", "id"], name="person_by_county_name"),
            models.Index(fields=["county", "initials", "id"], name="person_by_county_initials"),
            models.Index(fields=["name", "id"], name="person_by_name"),
            models.Index(fields=["initials", "id"], name="person_by_initials"),
            models.Index(fields=["slot", "birth_date"], name="person_by_village_birth"),
            models.Index(fields=["number"], name="person_by_number", condition=~Q(number="")),
            models.Index(fields=["merged_into"], name="person_doubles", condition=Q(merged_into__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(died_on__isnull=True) | Q(birth_date__isnull=True) | Q(died_on__gte=F("birth_date")),
                name="person_dies_after_birth",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="person_is_not_own_double"
            ),
            models.CheckConstraint(condition=Q(sex__in=["", "M", "F"]), name="person_sex_in_list"),
        ]


class Membership(Dated):
    """A person belongs to a household, in some relationship to its head, from one day to before another.

    Constraints of migration 0002: one household a person a day; one head and at most one spouse a household a day.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="memberships")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, db_index=False, related_name="memberships")
    relationship = models.CharField("与户主关系", max_length=14, choices=Relationship.choices())
    reason = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["household", "person"], name="membership_of_household"),
            models.Index(fields=["person", "household"], name="membership_of_person"),
        ]
        constraints = [
            in_order("membership"),
            models.CheckConstraint(
                condition=Q(relationship__in=[member.value for member in Relationship]),
                name="membership_relationship_in_list",
            ),
        ]


class Residence(Dated):
    """Where a household is registered, or where a person lives who does not live with her household.

    `place` is the village's slot as it was then; `slot` follows the household, so that walls hold.
    """

    class Kind(models.TextChoices):
        REGISTERED = "REGISTERED", "户籍地"
        LIVING = "LIVING", "常住地"

    household = models.ForeignKey(
        Household, null=True, on_delete=models.PROTECT, db_index=False, related_name="residences"
    )
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False, related_name="residences")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.REGISTERED)
    place = models.BigIntegerField()
    address = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["household"], name="residence_of_household", condition=Q(household__isnull=False)),
            models.Index(fields=["person"], name="residence_of_person", condition=Q(person__isnull=False)),
        ]
        constraints = [
            in_order("residence"),
            models.CheckConstraint(
                condition=Q(household__isnull=True, person__isnull=False)
                | Q(household__isnull=False, person__isnull=True),
                name="residence_has_one_subject",
            ),
        ]


class IdentifierKind(models.TextChoices):
    """What a sealed number is; the blind index is kept per kind."""

    RESIDENT_ID = "RESIDENT_ID", "身份证号"
    DISABILITY_CERT = "DISABILITY_CERT", "残疾人证号"
    PHONE = "PHONE", "联系电话"
    ACCOUNT = "ACCOUNT", "银行账号"
    OTHER = "OTHER", "其他号码"


class Identifier(Dated):
    """A sealed number of a person (or, phones and accounts, of a household).

    `sealed` opens under the context `register_identifier:<id>`; `blind` is `ring.blind("<kind in lower case>", text)`.
    `label` is the heading it came under when `kind` is OTHER.
    """

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False, related_name="identifiers")
    household = models.ForeignKey(
        Household, null=True, on_delete=models.PROTECT, db_index=False, related_name="identifiers"
    )
    kind = models.CharField(max_length=16, choices=IdentifierKind.choices)
    label = models.CharField(max_length=60, blank=True)
    sealed = models.BinaryField()
    blind = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["blind", "kind"], name="identifier_by_blind", condition=Q(superseded_at__isnull=True)),
            models.Index(fields=["person"], name="identifier_of_person", condition=Q(person__isnull=False)),
            models.Index(fields=["household"], name="identifier_of_household", condition=Q(household__isnull=False)),
        ]
        constraints = [
            in_order("identifier"),
            # Across all counties: who is refused by it must not learn where the other person is (services.elsewhere).
            models.UniqueConstraint(
                fields=["blind"],
                condition=Q(superseded_at__isnull=True, valid_to__isnull=True, kind="RESIDENT_ID"),
                name="identifier_resident_id_once",
            ),
            models.CheckConstraint(
                condition=Q(household__isnull=True, person__isnull=False)
                | Q(household__isnull=False, person__isnull=True),
                name="identifier_has_one_subject",
            ),
            models.CheckConstraint(condition=Q(kind__in=IdentifierKind.values), name="identifier_kind_in_list"),
        ]
