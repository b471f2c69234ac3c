"""Progress of long work, stored files, and what was sent under a key."""

from __future__ import annotations

from django.db import models


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
