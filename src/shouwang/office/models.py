"""Progress of long work, stored files, what was sent under a key, and messages with their ways out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shouwang.office.rules import WORDINGS, MessageKind


class Progress(models.Model):
    """How far one piece of long work is; `label` and `message` hold no personal data."""

    class State(models.TextChoices):
        WAITING = "WAITING", "等待中"
        RUNNING = "RUNNING", "进行中"
        DONE = "DONE", "已完成"
        PARTLY = "PARTLY", "部分完成"
        FAILED = "FAILED", "未完成"

    organisation_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    slot = models.BigIntegerField(null=True)
    label = models.CharField(max_length=200)
    unit = models.CharField(max_length=20, default="行")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    href = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.label


class StoredFile(models.Model):
    """A sealed file under `var/files`; removed after its day."""

    organisation_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    slot = models.BigIntegerField(null=True)
    sealed_name = models.BinaryField()
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    path = models.CharField(max_length=200, unique=True)
    stored_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    purpose = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.path


class Sending(models.Model):
    """One thing that somebody sent under a key of her own choosing, and the answer she got: sent again, it is the same.

    `sender` names who chooses the keys, e.g. `user:17`; `body_blind` is the blind index of what was sent. The answer
    holds numbers, states and instants, no personal data; it is null only inside the transaction that is at work.
    """

    sender = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    body_blind = models.BinaryField(max_length=32)
    organisation_id = models.BigIntegerField(null=True)
    answer = models.JSONField(null=True)
    sent_at = models.DateTimeField()
    kept_until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kept_until"])]
        constraints = [models.UniqueConstraint(fields=["sender", "key"], name="sending_once")]

    def __str__(self) -> str:
        return f"{self.sender} {self.key}"


class Paper(models.Model):
    """A photo or PDF kept with the work it belongs to; sealed under `var/files`, only ever added.

    It was made safe before it was kept (`kit.papers`). `sealed_thumb` is a small JPEG, null for PDFs. The `slot` is
    the place of what it belongs to; which room's row that is, the room knows.
    """

    organisation_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    slot = models.BigIntegerField()
    sealed_name = models.BinaryField()
    sealed_thumb = models.BinaryField(null=True)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    path = models.CharField(max_length=200, unique=True)
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=200)
    user_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["slot"], name="paper_slot")]

    def __str__(self) -> str:
        return self.path


class Channel(models.Model):
    """A way out for the messages of an organisation (`appointment_id`: of one person in it); its address is sealed."""

    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    appointment_id = models.BigIntegerField(null=True)
    slot = models.BigIntegerField()
    name = models.CharField(max_length=60)
    service = models.CharField(max_length=20)
    token = models.CharField(max_length=32, unique=True)
    sealed_url = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation"], condition=Q(stopped_at__isnull=True), name="channel_in_use"),
        ]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One message to an organisation (`appointment_id`: to one person in it); never changed.

    `values` are counts and case numbers, nothing else (`rules.Figures`); the words are made of them when it is read or
    sent. `key` says what it is about: the same thing is told once. `for_group`: it also goes to the organisation's
    group, where a message to each person would be noise.
    """

    key = models.CharField(max_length=120, unique=True)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    appointment_id = models.BigIntegerField(null=True)
    slot = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=[(kind.value, WORDINGS[kind].label) for kind in MessageKind])
    values = models.JSONField()
    for_group = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="message_organisation")]

    def __str__(self) -> str:
        return self.key


class Delivery(models.Model):
    """One message on one way out. `lease_until`: a worker has it in hand until then."""

    class State(models.TextChoices):
        WAITING = "WAITING", "等待发送"
        SENDING = "SENDING", "正在发送"
        SENT = "SENT", "已发出"
        GIVEN_UP = "GIVEN_UP", "没有发出"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="deliveries")
    organisation_id = models.BigIntegerField()
    slot = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state__in=["WAITING", "SENDING"]), name="delivery_due"),
            models.Index(fields=["channel", "-id"], name="delivery_channel"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once_a_channel"),
            models.CheckConstraint(
                condition=Q(state="WAITING", next_at__isnull=False, lease_until__isnull=True, ended_at__isnull=True)
                | Q(state="SENDING", next_at__isnull=False, lease_until__isnull=False, ended_at__isnull=True)
                | Q(state__in=["SENT", "GIVEN_UP"], lease_until__isnull=True, ended_at__isnull=False),
                name="delivery_whole",
            ),
        ]


class Attempt(models.Model):
    """The delivery log: each try when it begins and when it ends; only ever added.

    A try that began and never ended was interrupted: the message may have gone out once more than it is counted.
    """

    class What(models.TextChoices):
        BEGUN = "BEGUN", "开始发送"
        SENT = "SENT", "已发出"
        REFUSED = "REFUSED", "对方没有收下"
        BROKEN = "BROKEN", "地址打不开"

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="log")
    organisation_id = models.BigIntegerField()
    slot = models.BigIntegerField()
    number = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=8, choices=What.choices)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["delivery", "id"], name="attempt_delivery")]
