"""What reached us about a household: clues, calls, letters and the press, pictures."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from shouwang.kit.codes import Risk


class Channel(models.TextChoices):
    """How a clue reached us."""

    OFFICER = "OFFICER", "预警员上报"
    PAPER = "PAPER", "纸质登记表补录"
    HOTLINE = "HOTLINE", "12317 热线"
    WECHAT = "WECHAT", "村微信群"
    APPLICATION = "APPLICATION", "农户自主申请"
    SWEEP = "SWEEP", "干部排查"
    LETTER = "LETTER", "来信来访"
    MEDIA = "MEDIA", "媒体舆情"
    DEPARTMENT = "DEPARTMENT", "部门推送"


def _not_negative(*fields: str) -> Q:
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0})
    return condition


class Clue(models.Model):
    """One 《预警信息登记表》: who, why, what happened, how much; `collected_case_id` once a case has taken it up.

    A person who is not registered has no `household_id` but a name and a note. Amounts: null = not known. A paper form
    was reported on its own date and `entered_at` later; null: entered when it was reported. `withdrawn_at`: who applied
    took it back before there was a case, and there will be none.
    """

    slot = models.BigIntegerField()
    household_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    person_name = models.CharField(max_length=60, blank=True)
    person_note = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    cause = models.CharField(max_length=12, choices=Risk.choices())
    cause_note = models.CharField(max_length=100, blank=True)
    occurred_on = models.DateField()
    summary = models.CharField(max_length=1000)
    gross_fen = models.BigIntegerField(null=True)
    reimbursed_fen = models.BigIntegerField(null=True)
    self_paid_fen = models.BigIntegerField(null=True)
    income_drop_fen = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    reporter_label = models.CharField(max_length=200)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    reported_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=64)
    body_blind = models.BinaryField(max_length=32)
    collected_case_id = models.BigIntegerField(null=True)
    collected_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["household_id", "-reported_at"]),
            models.Index(fields=["slot", "-reported_at"]),
            models.Index(fields=["appointment_id", "-reported_at"]),
            models.Index(fields=["id"], name="clue_uncollected", condition=Q(collected_case_id__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment_id", "idempotency_key"], name="clue_sent_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(household_id__isnull=False) | ~Q(person_name=""), name="clue_names_somebody"
            ),
            models.CheckConstraint(
                condition=_not_negative("gross_fen", "reimbursed_fen", "self_paid_fen", "income_drop_fen"),
                name="clue_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(collected_case_id__isnull=True, collected_at__isnull=True)
                | Q(collected_case_id__isnull=False, collected_at__isnull=False),
                name="clue_collected_whole",
            ),
            models.CheckConstraint(condition=~Q(cause="OTHER") | ~Q(cause_note=""), name="clue_other_has_note"),
            models.CheckConstraint(
                condition=Q(entered_at__isnull=True) | Q(entered_at__gte=F("reported_at")),
                name="clue_entered_after_reporting",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(collected_case_id__isnull=True),
                name="clue_withdrawn_has_no_case",
            ),
        ]

    @property
    def came_at(self) -> datetime:
        """When it came to the house: a paper form, when it was entered."""
        return self.entered_at or self.reported_at


class Call(models.Model):
    """Who told a clerk of a clue, by the hotline or in a village group, and the number that was told to the caller.

    `number_blind` is the blind index of that number, which stands nowhere; `sealed_phone` where she can be called back.
    """

    class Tie(models.TextChoices):
        SELF = "SELF", "本人"
        FAMILY = "FAMILY", "家人亲戚"
        NEIGHBOUR = "NEIGHBOUR", "邻居"
        OTHER = "OTHER", "其他人"

    clue = models.OneToOneField(Clue, on_delete=models.PROTECT, related_name="call")
    slot = models.BigIntegerField()
    caller = models.CharField(max_length=60, blank=True)
    tie = models.CharField(max_length=10, choices=Tie.choices)
    sealed_phone = models.BinaryField(null=True)
    is_urgent = models.BooleanField(default=False)
    number_blind = models.BinaryField(max_length=32, unique=True)
    taken_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["slot", "-taken_at"], condition=Q(is_urgent=True), name="call_urgent")]


class Opinion(models.Model):
    """A letter, a petition or a report of the press, until a person has said whether it is a clue; then `clue_id`.

    `due_on`: the day by which it is to be judged, where the policy says so. In `slot` lies what it is about, or the
    area of who entered it while nobody knows.
    """

    class Verdict(models.TextChoices):
        CLUE = "CLUE", "是风险线索"
        NONE = "NONE", "不是风险线索"

    slot = models.BigIntegerField()
    channel = models.CharField(max_length=12, choices=[(c.value, c.label) for c in (Channel.LETTER, Channel.MEDIA)])
    origin = models.CharField(max_length=200)
    received_on = models.DateField()
    subject = models.CharField(max_length=1000)
    household_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=200)
    appointment_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    due_on = models.DateField(null=True)
    is_due_provisional = models.BooleanField(default=False)
    verdict = models.CharField(max_length=4, blank=True, choices=Verdict.choices)
    why = models.CharField(max_length=500, blank=True)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=200, blank=True)
    clue = models.OneToOneField(Clue, null=True, on_delete=models.PROTECT, related_name="opinion")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["slot", "due_on"], condition=Q(verdict=""), name="opinion_unjudged"),
            models.Index(fields=["slot", "-entered_at"], name="opinion_slot"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", judged_at__isnull=True, judged_by="", clue__isnull=True)
                | Q(verdict="CLUE", judged_at__isnull=False, clue__isnull=False) & ~Q(judged_by="")
                | Q(verdict="NONE", judged_at__isnull=False, clue__isnull=True) & ~Q(judged_by="") & ~Q(why=""),
                name="opinion_judged_whole",
            )
        ]


class CluePhoto(models.Model):
    """A photo or a signature that came after its report; the picture itself is a paper of the office."""

    class Kind(models.TextChoices):
        PHOTO = "PHOTO", "现场照片"
        SIGNATURE = "SIGNATURE", "承诺授权书签名"

    clue = models.ForeignKey(Clue, on_delete=models.PROTECT, related_name="photos")
    slot = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    paper_id = models.BigIntegerField()
    signer = models.CharField(max_length=60, blank=True)
    signed_text = models.CharField(max_length=1000, blank=True)
    taken_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["clue", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="SIGNATURE") | (~Q(signer="") & ~Q(signed_text="")), name="cluephoto_signature_whole"
            )
        ]
