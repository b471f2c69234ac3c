"""What is asked of whom until when: tasks, answers, transfers, escalations, pauses of the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    pass
from shouwang.casework.models.cases import Case


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
