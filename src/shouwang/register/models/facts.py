"""What is true of persons and households, what they earn and spend.

A state row holds all facts at once; a change closes it and opens the next. `origins` says where single facts came from
that did not come with the row: fact → [source, source_ref, day].
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shouwang.kit.codes import Education, IncomeKind, Labour, PovertyStatus, SpendingCause, StudentStatus, WatchType
from shouwang.register.models.base import LIMIT_FEN, Dated, Recorded, by_source, in_order, of_person, sane, source_once
from shouwang.register.models.people import Household, Person


class HouseholdState(Dated):
    """What is true of a household from one day on. Null = not known, never "no"."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, db_index=False, related_name="states")
    poverty_status = models.CharField("户类型", max_length=8, null=True, choices=PovertyStatus.choices())
    is_exit_unstable = models.BooleanField("非持续稳定脱贫", null=True)
    is_low_income = models.BooleanField("非贫困低收入户", null=True)
    watch_type = models.CharField("监测对象类别", max_length=8, null=True, choices=WatchType.choices())
    identified_date = models.DateField("识别监测时间", null=True)
    removed_date = models.DateField("风险消除时间", null=True)
    removal = models.CharField("风险消除方式", max_length=20, blank=True)
    risks = models.JSONField("致贫返贫风险", default=list)
    is_without_labour = models.BooleanField("整户无劳动能力", null=True)
    housing_safe = models.BooleanField("住房安全", null=True)
    water_safe = models.BooleanField("饮水安全", null=True)
    verified_income_fen = models.BigIntegerField("退出时核定纯收入", null=True)
    origins = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["household"], name="hstate_of_household"),
            by_source("hstate"),
            # The few whose risk was removed, by place: lists of a transition period read nobody else.
            models.Index(
                fields=["slot", "removed_date"], name="hstate_removed",
                condition=Q(removed_date__isnull=False, superseded_at__isnull=True, valid_to__isnull=True),
            ),
        ]  # fmt: skip
        constraints = [
            in_order("hstate"),
            models.CheckConstraint(
                condition=Q(removed_date__isnull=True)
                | Q(identified_date__isnull=True)
                | Q(removed_date__gte=F("identified_date")),
                name="hstate_removed_after_identified",
            ),
            models.CheckConstraint(
                condition=Q(verified_income_fen__isnull=True)
                | Q(verified_income_fen__gt=-LIMIT_FEN, verified_income_fen__lt=LIMIT_FEN),
                name="hstate_income_sane",
            ),
        ]


class PersonState(Dated):
    """What is true of a person from one day on. Null = not known, never "no"."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="states")
    labour = models.CharField("劳动技能", max_length=8, null=True, choices=Labour.choices())
    education = models.CharField("文化程度", max_length=12, null=True, choices=Education.choices())
    student_status = models.CharField("在校生状况", max_length=12, null=True, choices=StudentStatus.choices())
    is_chronic = models.BooleanField("长期慢性病", null=True)
    is_seriously_ill = models.BooleanField("患有大病", null=True)
    is_disabled = models.BooleanField("残疾", null=True)
    disability_category = models.PositiveSmallIntegerField("残疾类别", null=True)
    disability_level = models.PositiveSmallIntegerField("残疾等级", null=True)
    work_place = models.CharField("务工所在地", max_length=120, null=True)
    work_months = models.PositiveSmallIntegerField("务工时间（月）", null=True)
    is_medically_insured = models.BooleanField("参加基本医疗保险", null=True)
    has_dropped_out = models.BooleanField("失学辍学", null=True)
    origins = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["person"], name="pstate_of_person"), by_source("pstate")]
        constraints = [
            in_order("pstate"),
            models.CheckConstraint(
                condition=Q(education__isnull=True) | Q(student_status__isnull=True), name="pstate_education_or_school"
            ),
            models.CheckConstraint(
                condition=Q(work_place__isnull=True, work_months__isnull=True)
                | Q(work_place__isnull=False, work_months__isnull=False),
                name="pstate_work_place_with_months",
            ),
            models.CheckConstraint(
                condition=Q(work_months__isnull=True) | Q(work_months__lte=12), name="pstate_months_of_a_year"
            ),
            models.CheckConstraint(
                condition=(Q(disability_category__isnull=True) | Q(disability_category__range=(1, 7)))
                & (Q(disability_level__isnull=True) | Q(disability_level__range=(1, 4))),
                name="pstate_disability_in_list",
            ),
        ]


class Income(Recorded):
    """One kind of income (or cost, or insurance claims) of a household in a month, of one member or of all."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, db_index=False, related_name="incomes")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False, related_name="incomes")
    month = models.DateField()
    kind = models.CharField(max_length=8, choices=IncomeKind.choices())
    amount_fen = models.BigIntegerField()
    detail = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["household", "month"], name="income_of_household"), of_person("income")]
        constraints = [
            source_once("income"),
            models.CheckConstraint(condition=sane("amount_fen"), name="income_amount_sane"),
            models.CheckConstraint(condition=Q(month__day=1), name="income_month_is_first_day"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in IncomeKind]), name="income_kind_in_list"
            ),
        ]


class Spending(Recorded):
    """One spending event; null amounts are not known."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, db_index=False, related_name="spendings")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False, related_name="spendings")
    cause = models.CharField(max_length=12, choices=SpendingCause.choices())
    event_date = models.DateField()
    gross_fen = models.BigIntegerField(null=True)
    reimbursed_fen = models.BigIntegerField(null=True)
    self_paid_fen = models.BigIntegerField(null=True)
    detail = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["household", "event_date"], name="spending_of_household"),
            of_person("spending"),
        ]
        constraints = [
            source_once("spending"),
            models.CheckConstraint(
                condition=sane("gross_fen", "reimbursed_fen", "self_paid_fen"), name="spending_amounts_sane"
            ),
            models.CheckConstraint(
                condition=Q(gross_fen__isnull=True)
                | (
                    (Q(reimbursed_fen__isnull=True) | Q(reimbursed_fen__lte=F("gross_fen")))
                    & (Q(self_paid_fen__isnull=True) | Q(self_paid_fen__lte=F("gross_fen")))
                ),
                name="spending_parts_within_gross",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=[cause.value for cause in SpendingCause]), name="spending_cause_in_list"
            ),
        ]


class Status(Recorded):
    """A status that others gave a household or person (低保, disability certificate, …), from a day on."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, db_index=False, related_name="statuses")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False, related_name="statuses")
    kind = models.CharField(max_length=30)
    value = models.CharField(max_length=120, null=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["household", "kind"], name="status_of_household"), of_person("status")]
        constraints = [
            source_once("status"),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")), name="status_in_order"
            ),
        ]


class NamedFact(Recorded):
    """Columns of a source that are no field of ours: `facts` maps the heading to the cell's text.

    One row a household or person a source row, so that a sheet of a hundred columns costs one row; the snapshot's table
    `named` has one row a heading (`jsonb_each_text(facts)`). Numbers that name somebody are never here but sealed.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, db_index=False, related_name="named_facts")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False, related_name="named_facts")
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["household"], name="named_of_household"), of_person("named")]
        constraints = [source_once("named")]
