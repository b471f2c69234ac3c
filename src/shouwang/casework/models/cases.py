"""A case with its causes, what brought it, and what happened to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shouwang.casework.rules import Ending
from shouwang.kit.codes import Risk

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


if TYPE_CHECKING:
    from shouwang.casework.models.deciding import Decision
    from shouwang.casework.models.tasks import Pause, Task


ENDINGS = [(ending.value, ending.label) for ending in Ending]


class Case(models.Model):
    """One household, its clues and warnings, the pack version it stays on, and where it stands in the procedure.

    `stage*`, `act`, `holder_*` are empty once closed; `stage_name` is the pack's word. `opened_on` is the day of the
    first warning. `sent_at` (first sent to be checked), `approved_at` (first decided to help), `assisted_at`,
    `visited_at` and the closing fields repeat what the events say, for one fast SQL expression; `outcome` is empty
    while open, `end_key` and `end_name` are the pack's words for the ending.
    `expires_on` is the last day before a lapse of the present stage is recorded; `total_*` belong to the clock over the
    whole procedure. `policy_on` is the day whose policy holds where the case was moved to a newer one. `is_removal`: no
    warning but the removal of a watched household's risk; it has no causes and burns no lamp.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    pack_version = models.ForeignKey("standards.PackVersion", on_delete=models.PROTECT, related_name="+")
    procedure = models.CharField(max_length=60)
    stage = models.CharField(max_length=60, blank=True)
    stage_name = models.CharField(max_length=60, blank=True)
    act = models.CharField(max_length=12, blank=True)
    holder_kind = models.CharField(max_length=20, blank=True)
    holder_roles = ArrayField(models.CharField(max_length=20), default=list)
    barred_user_ids = ArrayField(models.BigIntegerField(), default=list)
    is_returned = models.BooleanField(default=False)
    stage_since_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    warn_on = models.DateField(null=True)
    is_due_provisional = models.BooleanField(default=False)
    paused_until = models.DateField(null=True)
    pause_reason = models.CharField(max_length=60, blank=True, default="", db_default="")
    expires_on = models.DateField(null=True)
    total_due_on = models.DateField(null=True)
    total_warn_on = models.DateField(null=True)
    total_met_on = models.DateField(null=True)
    total_lapsed_on = models.DateField(null=True)
    policy_on = models.DateField(null=True)
    is_removal = models.BooleanField(default=False, db_default=False)
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    sent_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    assisted_at = models.DateTimeField(null=True)
    visited_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    outcome = models.CharField(max_length=12, blank=True, choices=ENDINGS)
    end_key = models.CharField(max_length=60, blank=True)
    end_name = models.CharField(max_length=60, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    if TYPE_CHECKING:
        cause_rows: RelatedManager[CaseCause]
        pauses: RelatedManager[Pause]
        sources: RelatedManager[CaseSource]
        events: RelatedManager[CaseEvent]
        decisions: RelatedManager[Decision]
        tasks: RelatedManager[Task]

    class Meta:
        indexes = [
            # Lamp counts by area read this index alone; the policy of the table needs the id.
            models.Index(
                fields=["slot"], include=["opened_on", "closed_on", "outcome", "is_removal", "id"], name="case_lamps"
            ),
            models.Index(fields=["household_id", "-opened_at"], name="case_household"),
            # Pages by key sort unknown values last and then by id; "the latest" do without.
            models.Index(F("opened_at").desc(nulls_last=True), F("id").asc(), name="case_newest"),
            models.Index(fields=["-opened_at", "-id"], name="case_latest"),
            models.Index(
                fields=["holder_kind", "slot", "due_on"], condition=Q(closed_on__isnull=True), name="case_holder"
            ),
            models.Index(fields=["due_on", "id"], name="case_due"),
            models.Index(fields=["expires_on"], condition=Q(expires_on__isnull=False), name="case_expires"),
            models.Index(
                fields=["total_due_on"],
                condition=Q(total_due_on__isnull=False, total_met_on__isnull=True, total_lapsed_on__isnull=True),
                name="case_total_runs",
            ),
            models.Index(
                fields=["slot"],
                condition=Q(closed_on__isnull=True, total_lapsed_on__isnull=False, total_met_on__isnull=True),
                name="case_overrun",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_on__isnull=True, outcome="", end_key="")
                & ~Q(stage="")
                & ~Q(holder_kind="")
                | Q(closed_at__isnull=False, closed_on__isnull=False, stage="", act="", holder_kind="")
                & Q(outcome__in=[ending.value for ending in Ending])
                & ~Q(end_key=""),
                name="case_open_or_closed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Ending.HELPED.value) | Q(assisted_at__isnull=False, visited_at__isnull=False),
                name="case_green_only_assisted_and_visited",
            ),
            models.CheckConstraint(
                condition=Q(paused_until__isnull=True, pause_reason="")
                | (Q(paused_until__isnull=False, closed_on__isnull=True) & ~Q(pause_reason="")),
                name="case_pause_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")), name="case_closed_after_opening"
            ),
            models.UniqueConstraint(
                fields=["household_id"],
                condition=Q(is_removal=True, closed_on__isnull=True),
                name="case_one_removal_open",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Ending.REMOVED.value) | Q(is_removal=True), name="case_removed_only_by_removal"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes in the order of the code list."""
        known = {row.cause for row in self.cause_rows.all() if row.is_open or not self.is_open}
        return tuple(risk.value for risk in Risk if risk.value in known)


class CaseCause(models.Model):
    """A cause of a case; while open, no other case of the household may have the same.

    `strand` is 0, and counts on where a person parted two things of one household and cause.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="cause_rows")
    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    cause = models.CharField(max_length=12, choices=Risk.choices())
    is_open = models.BooleanField(default=True)
    strand = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "cause", "strand"], condition=Q(is_open=True), name="case_one_open_per_cause"
            ),
            models.UniqueConstraint(fields=["case", "cause"], name="case_cause_once"),
        ]
        indexes = [models.Index(fields=["cause", "case"])]


class CaseDistinct(models.Model):
    """Two cases of one household that a person found to be about different things; only ever added."""

    low = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    high = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    slot = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="casedistinct_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="casedistinct_in_order"),
        ]


class CaseSource(models.Model):
    """A clue or a warning that a case took up; each is taken up once. Who reported it may not judge it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sources")
    slot = models.BigIntegerField()
    clue_id = models.BigIntegerField(null=True, unique=True)
    warning_id = models.BigIntegerField(null=True, unique=True)
    cause = models.CharField(max_length=12, choices=Risk.choices())
    channel = models.CharField(max_length=12)
    reported_at = models.DateTimeField()
    reporter_label = models.CharField(max_length=200)
    reporter_user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(clue_id__isnull=False, warning_id__isnull=True)
                | Q(clue_id__isnull=True, warning_id__isnull=False),
                name="case_source_is_one",
            )
        ]
        indexes = [models.Index(fields=["organisation_id", "-joined_at"])]


class CaseEvent(models.Model):
    """Something that happened to a case; only ever added. `case_version` is the case's version after it.

    `text` is one Chinese sentence; `data` holds references and amounts (fen) of the room that recorded it.
    """

    class What(models.TextChoices):
        OPENED = "OPENED", "立案"
        JOINED = "JOINED", "并入线索"
        PARTED = "PARTED", "分出线索"
        SENT = "SENT", "送核查"
        ANSWERED = "ANSWERED", "核查反馈"
        TASK_ENDED = "TASK_ENDED", "任务终止"
        MOVED = "MOVED", "流转"
        DECIDED = "DECIDED", "作出决定"
        ASSISTED = "ASSISTED", "救助"
        VISITED = "VISITED", "回访"
        CLOSED = "CLOSED", "结案"
        POSTED = "POSTED", "张贴公示"
        OPPOSED = "OPPOSED", "提出异议"
        ATTACHED = "ATTACHED", "附上材料"
        PAUSED = "PAUSED", "暂停计时"
        RESUMED = "RESUMED", "恢复计时"
        RECUSED = "RECUSED", "申报回避"
        LAPSED = "LAPSED", "逾期"
        RENEWED = "RENEWED", "换用新版"
        ESCALATED = "ESCALATED", "逾期提级"
        LOOKED = "LOOKED", "核看情形"
        TRANSFER = "TRANSFER", "转办"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    slot = models.BigIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=12, choices=What.choices)
    stage = models.CharField(max_length=60, blank=True)
    stage_name = models.CharField(max_length=60, blank=True)
    to_stage = models.CharField(max_length=60, blank=True)
    move = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=500)
    data = models.JSONField(default=dict)
    case_version = models.PositiveIntegerField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "id"], name="caseevent_case"),
            models.Index(fields=["slot", "at"], name="caseevent_slot_at"),
            # What somebody who leaves has worked on.
            models.Index(fields=["user_id", "case"], condition=Q(user_id__isnull=False), name="caseevent_user"),
        ]
