"""Imports of the national system's exports, and bulk loads."""

from __future__ import annotations

from django.db import models


class RegisterImport(models.Model):
    """One import: its files, how far it is, what came of it. `done` households are in; it goes on from there."""

    class State(models.TextChoices):
        WAITING = "WAITING", "等待中"
        RUNNING = "RUNNING", "导入中"
        DONE = "DONE", "已完成"
        FAILED = "FAILED", "未完成"

    slot = models.BigIntegerField()
    area_name = models.CharField(max_length=200)
    organisation_id = models.BigIntegerField(null=True)
    appointment_id = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64)
    file_ids = models.JSONField(default=list)
    file_labels = models.JSONField(default=list)
    data_date = models.DateField()
    progress_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    message = models.CharField(max_length=500, blank=True)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    refused_file_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    started_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-id"], name="import_of_organisation")]


class ImportRefusal(models.Model):
    """One refused row of an import, or a notice about a row that went in; its cells stay in the sealed file."""

    run = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, db_index=False, related_name="refusals")
    slot = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    file = models.CharField(max_length=200)
    sheet = models.CharField(max_length=60)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300)
    is_notice = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["run", "id"], name="refusal_of_run")]


class BulkLoad(models.Model):
    """A snapshot folder loaded by COPY, once; `digest` is the manifest's."""

    slot = models.BigIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    counts = models.JSONField(default=dict)
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=200)
