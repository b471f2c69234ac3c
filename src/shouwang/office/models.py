"""Progress of long work and stored files."""

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
