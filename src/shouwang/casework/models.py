"""Cases with their causes, sources, events, decisions, tasks and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shouwang.casework.rules import Ending
from shouwang.kit.codes import Risk

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

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


class Decision(models.Model):
    """Who decided what, when, under which clause, with which reasons; only ever added.

    `reason_key` is the pack's reason where one was chosen; `told` is what the household is told in plain words.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    slot = models.BigIntegerField()
    event = models.OneToOneField(CaseEvent, on_delete=models.PROTECT, related_name="decision")
    at = models.DateTimeField()
    stage = models.CharField(max_length=60)
    stage_name = models.CharField(max_length=60)
    act = models.CharField(max_length=12)
    move = models.CharField(max_length=20)
    move_name = models.CharField(max_length=60)
    clause = models.CharField(max_length=300, blank=True)
    reason_key = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    told = models.CharField(max_length=1000, blank=True)
    figures = models.JSONField(default=dict)
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="decision_case")]


class CaseProfile(models.Model):
    """What was known of a household when its case was last decided, so that later ones can be laid beside it.

    `type_key`, `members` and `per_capita_fen` (null: not known) are those of `register.selectors.HouseholdProfile`.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="profile")
    slot = models.BigIntegerField()
    causes = ArrayField(models.CharField(max_length=12))
    type_key = models.CharField(max_length=12, blank=True)
    members = models.PositiveSmallIntegerField()
    per_capita_fen = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Those of a county and type are read from the index alone; the policy of the table needs the slot.
            models.Index(
                fields=["type_key", "slot"],
                include=["members", "per_capita_fen", "causes", "decided_at", "case"],
                name="caseprofile_alike",
            )
        ]


class FlagLook(models.Model):
    """That a person looked at a flag of a case, and what she found; only ever added, the last one of a flag counts.

    `says` and `source` are what the flag said then; `reason_key` and `reason_name` are the pack's reason where it has a
    list, `reason` her own words.
    """

    class Verdict(models.TextChoices):
        ABSENT = "ABSENT", "查无此情况"
        OVERRIDDEN = "OVERRIDDEN", "情况属实，仍可救助"
        STANDS = "STANDS", "情况属实，不应救助"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="flag_looks")
    slot = models.BigIntegerField()
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    action = models.CharField(max_length=10)
    says = models.CharField(max_length=300)
    source = models.CharField(max_length=300, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason_key = models.CharField(max_length=60, blank=True)
    reason_name = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=500)
    stage_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "id"], name="flaglook_case"),
            models.Index(fields=["slot", "-id"], name="flaglook_slot"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="flaglook_with_reason")]


class Appraisal(models.Model):
    """A village meeting 民主评议 on one case: who came, how they voted; only ever added.

    `is_carried` is what the pack's rule made of the votes on that day.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appraisals")
    slot = models.BigIntegerField()
    event = models.OneToOneField(CaseEvent, on_delete=models.PROTECT, related_name="appraisal")
    at = models.DateTimeField()
    met_on = models.DateField()
    place = models.CharField(max_length=100)
    chaired_by = models.CharField(max_length=60)
    attended = models.PositiveSmallIntegerField()
    in_favour = models.PositiveSmallIntegerField()
    against = models.PositiveSmallIntegerField()
    abstained = models.PositiveSmallIntegerField()
    is_carried = models.BooleanField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="appraisal_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(attended=F("in_favour") + F("against") + F("abstained")), name="appraisal_votes_add_up"
            )
        ]


class Notice(models.Model):
    """One posting of a case in its village: what hung there, where, from when to which day, and how it ended.

    `shown` is what the sheet said, pairs of label and text, without any number of a person. `days` and `unit` are the
    pack's; the day of posting is not counted.
    """

    class State(models.TextChoices):
        POSTED = "POSTED", "公示中"
        PASSED = "PASSED", "期满无异议"
        OPPOSED = "OPPOSED", "有异议"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    slot = models.BigIntegerField()
    stage = models.CharField(max_length=60)
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    days = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=15)
    shown = models.JSONField()
    posted_on = models.DateField()
    place = models.CharField(max_length=100)
    ends_on = models.DateField()
    is_end_provisional = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.POSTED)
    ended_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="notice_case")]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="POSTED"), name="notice_one_hangs"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("posted_on")), name="notice_ends_after_posting"),
            models.CheckConstraint(
                condition=Q(state="POSTED", ended_at__isnull=True) | (~Q(state="POSTED") & Q(ended_at__isnull=False)),
                name="notice_ended_whole",
            ),
        ]


class Objection(models.Model):
    """What somebody said against a notice; only ever added."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="objections")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    slot = models.BigIntegerField()
    at = models.DateTimeField()
    said_by = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=1000)
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["notice", "id"], name="objection_notice")]


class Pause(models.Model):
    """A time in which a case's clock stood still: from `paused_on` to before `resumed_on` (planned: `until_on`).

    `reason_key` is the pack's reason. Once it is over only `resumed_on` and `resumed_by` have been filled in.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pauses")
    slot = models.BigIntegerField()
    stage = models.CharField(max_length=60)
    reason_key = models.CharField(max_length=60)
    reason = models.CharField(max_length=60)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    paused_on = models.DateField()
    until_on = models.DateField()
    resumed_on = models.DateField(null=True)
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    resumed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "id"], name="pause_case"),
            models.Index(fields=["until_on"], condition=Q(resumed_on__isnull=True), name="pause_running"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(resumed_on__isnull=True), name="pause_one_runs"),
            models.CheckConstraint(condition=Q(until_on__gt=F("paused_on")), name="pause_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(resumed_on__isnull=True) | Q(resumed_on__gte=F("paused_on"), resumed_on__lte=F("until_on")),
                name="pause_resumed_within",
            ),
        ]

    @property
    def days(self) -> int:
        """How many days it lasted, or will last at most."""
        return ((self.resumed_on or self.until_on) - self.paused_on).days


class Task(models.Model):
    """A question put to one organisation about one case, with its clock; it is the organisation's, not a person's."""

    class State(models.TextChoices):
        OPEN = "OPEN", "待反馈"
        ANSWERED = "ANSWERED", "已反馈"
        EXPIRED = "EXPIRED", "逾期终止"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    slot = models.BigIntegerField()
    household_id = models.BigIntegerField()
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    asks = models.CharField(max_length=12)
    question = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=20)
    department = models.CharField(max_length=30, blank=True)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    opened_by_user_id = models.BigIntegerField(null=True)
    due_on = models.DateField()
    warn_on = models.DateField()
    expires_on = models.DateField(null=True)
    is_due_provisional = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    if TYPE_CHECKING:
        answer: Answer

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "due_on"], condition=Q(state="OPEN"), name="task_open_by_organisation"
            ),
            models.Index(fields=["due_on"], condition=Q(state="OPEN"), name="task_open_due"),
            models.Index(fields=["case", "id"], name="task_case"),
            models.Index(fields=["organisation", "-opened_at"], name="task_organisation"),
            models.Index(fields=["slot"], name="task_slot"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key", "organisation"],
                # Help may come in several measures by the same body; a question is put once at a time.
                condition=Q(state="OPEN") & ~Q(asks="deliver"),
                name="task_asked_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", ended_at__isnull=True) | (~Q(state="OPEN") & Q(ended_at__isnull=False)),
                name="task_ended_whole",
            ),
        ]


class Transfer(models.Model):
    """That an organisation proposed another one for its task; the task stays with it until the other accepts.

    What the other must know to answer stands here, for it reads neither task nor household before it accepts.
    """

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "等对方答复"
        ACCEPTED = "ACCEPTED", "已接收"
        DECLINED = "DECLINED", "没有接收"
        TAKEN_BACK = "TAKEN_BACK", "已收回"
        ENDED = "ENDED", "任务已结束"

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="transfers")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    slot = models.BigIntegerField()
    task_name = models.CharField(max_length=60)
    question = models.CharField(max_length=200)
    about = models.CharField(max_length=100)
    due_on = models.DateField()
    from_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=200)
    proposed_by_user_id = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_by_user_id = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["task", "id"], name="transfer_task"),
            models.Index(fields=["to_organisation", "due_on"], condition=Q(state="PROPOSED"), name="transfer_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=Q(state="PROPOSED"), name="transfer_one_at_a_time"),
            models.CheckConstraint(condition=~Q(from_organisation=F("to_organisation")), name="transfer_to_another"),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", answered_at__isnull=True)
                | (~Q(state="PROPOSED") & Q(answered_at__isnull=False)),
                name="transfer_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="DECLINED") | ~Q(answer=""), name="transfer_declined_with_reason"
            ),
        ]


class Answer(models.Model):
    """An organisation's answer to its task; only ever added. `figures`: key of the pack → amount in the key's unit."""

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="answer")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    meets = models.BooleanField()
    reasons = models.CharField(max_length=1000)
    figures = models.JSONField(default=dict)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="answer_case")]


class Attachment(models.Model):
    """A photo or PDF of a case: brought by itself, with an answer, or as proof that a notice hangs.

    `paper_id` is the office's. `taken_at` and `latitude`, `longitude` (degrees) are kept of a posting's photo alone, as
    the camera told them. A row is added once; it can only be taken back, with who, when and why.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    slot = models.BigIntegerField()
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="attachments")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, null=True, related_name="attachments")
    organisation_id = models.BigIntegerField(null=True)
    paper_id = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=60)
    kind_name = models.CharField(max_length=60)
    caption = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="attachment_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=True) | Q(notice__isnull=True), name="attachment_of_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(notice__isnull=False)
                | Q(taken_at__isnull=True, latitude__isnull=True, longitude__isnull=True),
                name="attachment_place_of_postings_only",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="", withdrawn_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdrawn_reason=""),
                name="attachment_withdrawn_whole",
            ),
        ]


class Council(models.Model):
    """A meeting of the leading group 会商会议: its agenda, who took part, its minutes signed by another.

    `slot` is where the leading group's area begins. Once signed, the minutes are two papers of the office that never
    change.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "进行中"
        RECORDED = "RECORDED", "待签发"
        SIGNED = "SIGNED", "已签发"

    slot = models.BigIntegerField()
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=100)
    met_on = models.DateField()
    place = models.CharField(max_length=100)
    chaired_by = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    called_at = models.DateTimeField()
    called_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=200, blank=True)
    recorded_by_user_id = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=200, blank=True)
    signed_by_user_id = models.BigIntegerField(null=True)
    return_reason = models.CharField(max_length=500, blank=True)
    pdf_id = models.BigIntegerField(null=True)
    word_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    if TYPE_CHECKING:
        members: RelatedManager[CouncilMember]
        items: RelatedManager[CouncilItem]

    class Meta:
        indexes = [models.Index(fields=["slot", "-met_on"], name="council_slot")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", recorded_at__isnull=True, signed_at__isnull=True)
                | Q(state="RECORDED", recorded_at__isnull=False, signed_at__isnull=True)
                | Q(state="SIGNED", recorded_at__isnull=False, signed_at__isnull=False, pdf_id__isnull=False)
                & Q(word_id__isnull=False, recorded_by_user_id__isnull=False, signed_by_user_id__isnull=False),
                name="council_state_whole",
            ),
            models.CheckConstraint(
                condition=Q(signed_by_user_id__isnull=True) | ~Q(signed_by_user_id=F("recorded_by_user_id")),
                name="council_signed_by_another",
            ),
        ]


class CouncilMember(models.Model):
    """Somebody who took part in a meeting of the leading group."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="members")
    slot = models.BigIntegerField()
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    post = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council", "number"], name="council_member_number")]


class CouncilItem(models.Model):
    """One case on the agenda; at the end decided (the decision says how) or put off, with the reason."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="items")
    slot = models.BigIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="council_item")
    put_off_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "case"], name="council_item_once"),
            models.CheckConstraint(
                condition=Q(decision__isnull=True) | Q(put_off_reason=""), name="council_item_decided_or_put_off"
            ),
        ]

    @property
    def is_settled(self) -> bool:
        return self.decision_id is not None or bool(self.put_off_reason)


class Recusal(models.Model):
    """That somebody is, or is close to, a household, and so does not work on its cases.

    It is never changed, and only ended once, by another person of the county centre with a reason.
    """

    class Relation(models.TextChoices):
        SELF = "SELF", "就是这一户的人"
        KIN = "KIN", "亲属"
        OTHER = "OTHER", "其他利害关系"

    user_id = models.BigIntegerField()
    household_id = models.BigIntegerField()
    slot = models.BigIntegerField()
    relation = models.CharField(max_length=10, choices=Relation.choices)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    organisation_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    ended_by_user_id = models.BigIntegerField(null=True)
    ended_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["user_id"], condition=Q(ended_at__isnull=True), name="recusal_of_user")]
        constraints = [
            models.UniqueConstraint(
                fields=["household_id", "user_id"], condition=Q(ended_at__isnull=True), name="recusal_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="", ended_reason="")
                | Q(ended_at__isnull=False) & ~Q(ended_by="") & ~Q(ended_reason=""),
                name="recusal_ended_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_by_user_id__isnull=True) | ~Q(ended_by_user_id=F("user_id")),
                name="recusal_ended_by_another",
            ),
        ]


class Escalation(models.Model):
    """Something late that was taken one step up, to the organisation named; only ever added.

    `key` says what was late until when and how far up it went: each step is taken once. It stands as long as the case
    (its stage, or the task) is still late; nothing has to end it.
    """

    key = models.CharField(max_length=120, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="escalations")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="escalations")
    slot = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    stage = models.CharField(max_length=60, blank=True)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    days_late = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="escalation_organisation")]


class TallyChange(models.Model):
    """What one statement added to the counts of a village and a day; written by a trigger of the case table.

    Cases opened, those of them closed on the same day (`brief`), and cases closed green, blue, grey. `lo` is the slot.
    """

    lo = models.BigIntegerField()
    day = models.DateField()
    opened = models.IntegerField()
    brief = models.IntegerField()
    green = models.IntegerField()
    blue = models.IntegerField()
    grey = models.IntegerField()


class Tally(models.Model):
    """The kept counts of one area (level 3 county, 4 township, 5 village) and one day: sums of `TallyChange`."""

    level = models.PositiveSmallIntegerField()
    lo = models.BigIntegerField()
    day = models.DateField()
    opened = models.IntegerField()
    brief = models.IntegerField()
    green = models.IntegerField()
    blue = models.IntegerField()
    grey = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "lo", "day"], name="tally_once")]


class StayChange(models.Model):
    """One case that left a stage: in which village, on which day, after how many tenths of a day (rounded down)."""

    lo = models.BigIntegerField()
    stage_name = models.CharField(max_length=60)
    left_on = models.DateField()
    tenths = models.IntegerField()


class Stay(models.Model):
    """How many cases left a stage after so many tenths of a day, by area and month: a histogram that can be added."""

    level = models.PositiveSmallIntegerField()
    lo = models.BigIntegerField()
    stage_name = models.CharField(max_length=60)
    month = models.DateField()
    tenths = models.IntegerField()
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "lo", "stage_name", "month", "tenths"], name="stay_once")
        ]


class FunnelChange(models.Model):
    """A step that cases of a village and a month of opening took: tenths of a day since the step before, -1 unknown.

    Steps are opened, sent, approved, assisted, green. Written by a trigger of the case table; `lo` is the slot.
    """

    lo = models.BigIntegerField()
    month = models.DateField()
    step = models.CharField(max_length=12)
    tenths = models.IntegerField()
    count = models.IntegerField()


class Funnel(models.Model):
    """Sums of `FunnelChange` by area (level 1 province to 4 township): a histogram that can be added."""

    level = models.PositiveSmallIntegerField()
    lo = models.BigIntegerField()
    month = models.DateField()
    step = models.CharField(max_length=12)
    tenths = models.IntegerField()
    count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "lo", "month", "step", "tenths"], name="funnel_once")]


class TallyFinding(models.Model):
    """A night on which kept counts and a recount differed: where, on which day, what each said; only ever added."""

    slot = models.BigIntegerField()
    day = models.DateField()
    kept = models.JSONField()
    counted = models.JSONField()
    at = models.DateTimeField()
