"""Applications, receipts, petitions, and the counts that slow down guessing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwang.kit.codes import Risk


class Application(models.Model):
    """What a household, or somebody for it, applied for on a page; a clue once the worker has taken it.

    `token` is the blind index of the form's key in hexadecimal, `body` of what was sent: the same form again is the
    same application.
    `sealed` holds who it is about and whom to call (names, ID, phone, where they live).
    """

    class By(models.TextChoices):
        SELF = "SELF", "自己家"
        RELATIVE = "RELATIVE", "亲戚家"
        NEIGHBOUR = "NEIGHBOUR", "邻居或同村人家"

    slot = models.BigIntegerField()
    token = models.CharField(max_length=64, unique=True)
    body = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    by = models.CharField(max_length=10, choices=By.choices)
    cause = models.CharField(max_length=12, choices=Risk.choices())
    cause_note = models.CharField(max_length=100, blank=True)
    occurred_on = models.DateField()
    summary = models.CharField(max_length=1000)
    self_paid_fen = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    due_on = models.DateField(null=True)
    clue_id = models.BigIntegerField(null=True, unique=True)
    taken_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["slot", "-at"], name="application_slot"),
            models.Index(fields=["id"], name="application_new", condition=Q(taken_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(self_paid_fen__isnull=True) | Q(self_paid_fen__gte=0), name="application_amount_sane"
            ),
            models.CheckConstraint(condition=~Q(cause="OTHER") | ~Q(cause_note=""), name="application_other_has_note"),
        ]


class Receipt(models.Model):
    """A receipt of an application or of a case; `code` is its blind index, `pin` the slow hash of its PIN, or null.

    `clue_id` is the clue whose case it tells of; without one it tells of `case_id`.
    `is_given`: an officer handed the PIN to the household she knows; only then it opens what the register holds.
    """

    slot = models.BigIntegerField()
    code = models.BinaryField(max_length=32, unique=True)
    pin = models.BinaryField(max_length=32, null=True)
    is_given = models.BooleanField(default=False)
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="receipts")
    clue_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    pin_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case_id"], name="receipt_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=False) | Q(clue_id__isnull=False) | Q(case_id__isnull=False),
                name="receipt_of_something",
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(ended_at__isnull=True), name="receipt_one_an_application"
            ),
            models.UniqueConstraint(fields=["case_id"], condition=Q(ended_at__isnull=True), name="receipt_one_a_case"),
            models.CheckConstraint(
                condition=Q(pin__isnull=True, pin_at__isnull=True) | Q(pin__isnull=False, pin_at__isnull=False),
                name="receipt_pin_whole",
            ),
        ]


class Petition(models.Model):
    """Something the public asks that a desk must answer in time: an appeal, an objection, a withdrawal.

    `text` is what was written, `said_by` the name of who objects ('' = kept to herself); `answer` is what she is told.
    """

    class Kind(models.TextChoices):
        APPEAL = "APPEAL", "申诉"
        OBJECTION = "OBJECTION", "公示异议"
        WITHDRAWAL = "WITHDRAWAL", "撤回申请"

    class State(models.TextChoices):
        OPEN = "OPEN", "待答复"
        GRANTED = "GRANTED", "同意"
        DECLINED = "DECLINED", "没有同意"

    slot = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    receipt = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="petitions")
    case_id = models.BigIntegerField(null=True)
    notice_id = models.BigIntegerField(null=True)
    said_by = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=1000)
    holder_kind = models.CharField(max_length=20)
    leads_back = models.BooleanField(default=False)
    at = models.DateTimeField()
    due_on = models.DateField()
    is_due_provisional = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_by_user_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["holder_kind", "slot", "due_on"], name="petition_open", condition=Q(state="OPEN")),
            models.Index(fields=["slot", "-at"], name="petition_slot"),
            models.Index(fields=["case_id"], name="petition_case"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", answered_at__isnull=True, answer="")
                | (~Q(state="OPEN") & Q(answered_at__isnull=False) & ~Q(answer="")),
                name="petition_answered_whole",
            ),
            models.UniqueConstraint(
                fields=["receipt", "kind"], condition=Q(state="OPEN"), name="petition_one_open_a_receipt"
            ),
            models.CheckConstraint(
                condition=Q(kind="OBJECTION", notice_id__isnull=False, receipt__isnull=True)
                | (~Q(kind="OBJECTION") & Q(notice_id__isnull=True, receipt__isnull=False)),
                name="petition_about_something",
            ),
            models.CheckConstraint(condition=~Q(kind="APPEAL") | Q(case_id__isnull=False), name="appeal_of_a_case"),
        ]


class Attempt(models.Model):
    """How often one blind key was used in one stretch of time; nothing of the visitor but that index is kept."""

    what = models.CharField(max_length=20)
    key = models.BinaryField(max_length=32)
    until_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["until_at"], name="attempt_until")]
        constraints = [models.UniqueConstraint(fields=["what", "key", "until_at"], name="attempt_counted_once")]
